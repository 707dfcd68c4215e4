package azureapi_test

import (
	"encoding/xml"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/azureapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const blobPath = "/landbridgedata/training/a.txt"

func blobHead(token string, more ...string) http.Header {
	h := head(append([]string{"x-ms-version", "2025-05-05"}, more...)...)
	if token != "" {
		h.Set("Authorization", "Bearer "+token)
	}
	return h
}

type storageList struct {
	ServiceEndpoint string   `xml:"ServiceEndpoint,attr"`
	Containers      []string `xml:"Containers>Container>Name"`
	Blobs           []string `xml:"Blobs>Blob>Name"`
}

func decodeXML[T any](t *testing.T, body string) T {
	t.Helper()
	var out T
	text, marked := strings.CutPrefix(body, "\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?>")
	if !marked {
		t.Errorf("no byte order mark and declaration: %.60q", body)
	}
	if err := xml.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestStorage(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	for _, scope := range []string{"https://storage.azure.com/.default", "https://storage.azure.com//.default", "https://landbridgedata.blob.core.windows.net/.default"} {
		h := blobHead(s.token(scope))
		equal(t, "containers", storageList{ServiceEndpoint: "https://landbridgedata.blob.core.windows.net/", Containers: []string{"training"}},
			decodeXML[storageList](t, s.get("/landbridgedata?comp=list", h).body))
		equal(t, "blobs", []string{"a.txt", "b/c.txt"}, decodeXML[storageList](t, s.get("/landbridgedata/training?restype=container&comp=list", h).body).Blobs)
		equal(t, "by prefix", []string{"b/c.txt"}, decodeXML[storageList](t, s.get("/landbridgedata/training?restype=container&comp=list&prefix=b/", h).body).Blobs)
		got := s.get(blobPath, h)
		equal(t, "blob", "hello from azure", got.body)
		equal(t, "type", "BlockBlob", got.header.Get("x-ms-blob-type"))
	}
	h := blobHead(s.token("https://storage.azure.com/.default"))
	part := h.Clone()
	part.Set("x-ms-range", "bytes=6-9")
	equal(t, "range", reply{status: 206, body: "from"}.text(), s.get(blobPath, part).text())
	host := h.Clone()
	host.Set("Host", "landbridgedata.blob.core.windows.net")
	equal(t, "by host", "hello from azure", s.get("/training/a.txt", host).body)
	equal(t, "root by host", 200, s.get("/?comp=list", host).status)
	equal(t, "head", "16", s.do(http.MethodHead, blobPath, h, nil).header.Get("Content-Length"))
}

func TestStorageRefusals(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	const failed = "Server failed to authenticate the request. Please refer to the information in the www-authenticate header."
	const challenge = "Bearer authorization_uri=https://login.microsoftonline.com/" + tenantID + "/oauth2/authorize resource_id=https://storage.azure.com"
	sign := func(change map[string]any) string {
		if _, ok := change["aud"]; !ok {
			change["aud"] = "https://storage.azure.com"
		}
		return s.sign(tenantID, change)
	}
	good := sign(map[string]any{})
	forged, err := world.NewKeyRing().Sign(map[string]any{
		"iss": "https://sts.windows.net/" + tenantID + "/", "tid": tenantID, "oid": objectID, "aud": "https://storage.azure.com", "exp": noon.Add(time.Hour).Unix(),
	})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, path                  string
		header                      http.Header
		status                      int
		code, message, detail, auth string
	}{
		{"no token", blobPath, blobHead(""), 401, "NoAuthenticationInformation", failed, "", challenge},
		{"no JWT", blobPath, blobHead("junk"), 401, "InvalidAuthenticationInfo", failed, "Token is malformed.", challenge},
		{"forged", blobPath, blobHead(forged), 401, "InvalidAuthenticationInfo", failed, "Signature validation failed. The signature is invalid.", challenge},
		{"wrong audience", blobPath, blobHead(sign(map[string]any{"aud": "https://management.azure.com/"})), 401, "InvalidAuthenticationInfo", failed, "Audience validation failed. Audience did not match.", challenge},
		{"another account's token", blobPath, blobHead(sign(map[string]any{"aud": "https://other.blob.core.windows.net"})), 401, "InvalidAuthenticationInfo", failed, "Audience validation failed. Audience did not match.", challenge},
		{"expired", blobPath, blobHead(sign(map[string]any{"exp": noon.Add(-time.Hour).Unix()})), 401, "InvalidAuthenticationInfo", failed, "Lifetime validation failed. The token is expired.", challenge},
		{"early", blobPath, blobHead(sign(map[string]any{"nbf": noon.Add(time.Hour).Unix()})), 401, "InvalidAuthenticationInfo", failed, "Lifetime validation failed. The token is not yet valid.", challenge},
		{"version 2 issuer", blobPath, blobHead(sign(map[string]any{"iss": "https://login.microsoftonline.com/" + tenantID + "/v2.0"})), 401, "InvalidAuthenticationInfo", failed, "Issuer validation failed. Issuer did not match.", challenge},
		{"another tenant", blobPath, blobHead(s.sign(otherTenant, map[string]any{"aud": "https://storage.azure.com"})), 401, "InvalidAuthenticationInfo", failed, "Issuer validation failed. Issuer did not match.", challenge},
		{
			"old version", blobPath, bearer(good), 403, "AuthenticationFailed",
			"Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
			"Authentication scheme Bearer is not supported in this version.", "",
		},
		{"account key", blobPath, head("Authorization", "SharedKey landbridgedata:x", "x-ms-version", "2025-05-05"), 403, "KeyBasedAuthenticationNotPermitted", "Key based authentication is not permitted on this storage account.", "", ""},
		{"shared access signature", blobPath + "?sv=2025&sig=x", head("x-ms-version", "2025-05-05"), 403, "KeyBasedAuthenticationNotPermitted", "Key based authentication is not permitted on this storage account.", "", ""},
		{"no role", blobPath, blobHead(sign(map[string]any{"oid": world.GUID()})), 403, "AuthorizationPermissionMismatch", "This request is not authorized to perform this operation using this permission.", "", ""},
		{"no container", "/landbridgedata/nope?restype=container&comp=list", blobHead(good), 404, "ContainerNotFound", "The specified container does not exist.", "", ""},
		{"no blob", "/landbridgedata/training/nope", blobHead(good), 404, "BlobNotFound", "The specified blob does not exist.", "", ""},
		{"another call", "/landbridgedata?restype=service&comp=stats", blobHead(good), 501, "NotImplemented", "The sandbox does not pretend GET /landbridgedata. The real API may know it.", "", ""},
		{"no account", "/?comp=list", blobHead(good, "Host", "nobody.blob.core.windows.net"), 404, "ResourceNotFound", "The specified resource does not exist.", "", ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := s.get(tc.path, tc.header)
			equal(t, "status", tc.status, got.status)
			e := decodeXML[struct{ Code, Message, AuthenticationErrorDetail string }](t, got.body)
			equal(t, "code", tc.code, e.Code)
			equal(t, "x-ms-error-code", tc.code, got.header.Get("x-ms-error-code"))
			equal(t, "message", tc.message+"\nRequestId:"+got.header.Get("x-ms-request-id")+"\nTime:2026-11-23T12:00:00.0000000Z", e.Message)
			equal(t, "detail", tc.detail, e.AuthenticationErrorDetail)
			equal(t, "challenge", tc.auth, got.header.Get("WWW-Authenticate"))
		})
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	for role, want := range map[string]int{
		"Storage Blob Data Reader on " + accountID:                                                200,
		"Storage Blob Data Owner on /SUBSCRIPTIONS/" + subscriptionID:                             200,
		"Storage Blob Data Reader on " + accountID + "/blobServices/default/containers/training":  200,
		"Storage Blob Data Reader on " + accountID + "/blobServices/default/containers/train":     403,
		"Storage Blob Data Reader on " + accountID + "2":                                          403,
		"Storage Blob Data Reader on /subscriptions/" + subscriptionID + "/resourceGroups/rg-app": 403,
		"Owner on " + accountID:  403,
		"Reader on " + accountID: 403,
		"":                       403,
	} {
		s := newSandbox(t, fixedClock)
		who, err := s.world.Identity(clientID)
		if err != nil {
			t.Fatal(err)
		}
		who.Roles = []string{role}
		s.world.AddIdentity(who)
		equal(t, role, want, s.get(blobPath, blobHead(s.token("https://storage.azure.com/.default"))).status)
	}
}

func TestOwns(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	for url, want := range map[string]bool{
		"https://login.microsoftonline.com/" + tenantID + "/oauth2/v2.0/token":       true,
		"https://127.0.0.1:1/" + tenantID + "/oauth2/v2.0/token":                     true,
		"https://127.0.0.1:1/" + tenantID + "/v2.0/.well-known/openid-configuration": true,
		issuer + "openid/v1/jwks":                                                  true,
		"http://169.254.169.254/metadata/identity/oauth2/token":                    true,
		"http://169.254.169.254/metadata/instance":                                 true,
		"http://localhost:40342/metadata/identity/oauth2/token":                    true,
		"https://127.0.0.1:1/msi/token":                                            true,
		"https://127.0.0.1:1/msi/token/":                                           true,
		"https://management.azure.com/subscriptions":                               true,
		"https://landbridgedata.blob.core.windows.net/training/a.txt":              true,
		"https://127.0.0.1:1/landbridgedata/training/a.txt":                        true,
		"https://127.0.0.1:1/api/v1/namespaces/demo/serviceaccounts/app/token":     false,
		"https://127.0.0.1:1/.well-known/openid-configuration":                     false,
		"https://127.0.0.1:1/v1/token":                                             false,
		"http://169.254.169.254/computeMetadata/v1/instance":                       false,
		"https://127.0.0.1:1/v1/projects/p/locations/l/publishers/google/models/m": false,
		"https://127.0.0.1:1/oauth2/v3/certs":                                      false,
		"https://127.0.0.1:1/":                                                     false,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.api.Owns(r); got != want {
			t.Errorf("Owns(%s) = %v", url, got)
		}
	}
	equal(t, "unknown", `{"error":{"code":"NotImplemented","message":"The sandbox does not pretend GET /what. The real API may know it."}}`, s.get("/what", nil).body)
	var _ http.Handler = (*azureapi.API)(nil)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	for api, path := range map[string]string{
		"entra": tokenPath, "imds": imdsToken, "appservice": "/msi/token", "arc": "/arc/metadata/identity/oauth2/token",
		"servicefabric": "/servicefabric/metadata/identity/oauth2/token", "arm": armList, "storage": blobPath,
	} {
		s.world.SetFault(api, world.Fault{Status: 503, Times: 1})
		equal(t, api, 503, s.get(path, nil).status)
	}
	s.world.SetFault("entra", world.Fault{NoExpiry: true})
	got := decode[map[string]any](t, s.post(tokenPath, s.form()).body)
	if _, ok := got["expires_in"]; ok || got["access_token"] == nil {
		t.Errorf("fields without expiry: %d", len(got))
	}
}
