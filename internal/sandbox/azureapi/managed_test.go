package azureapi_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const imdsToken = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F"

var metadata = head("Metadata", "true")

func TestIMDSToken(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	for selector, want := range map[string]string{
		"":                             clientID,
		"&client_id=" + secondClientID: secondClientID,
		"&object_id=" + objectID:       clientID,
		"&msi_res_id=" + url.QueryEscape(strings.ToLower(resourceID)): clientID,
	} {
		got := s.get(imdsToken+selector, metadata)
		equal(t, "status"+selector, 200, got.status)
		answer := decode[map[string]string](t, got.body)
		c := claims(t, answer["access_token"])
		equal(t, "appid"+selector, any(want), c["appid"])
		equal(t, "aud"+selector, any("https://management.azure.com/"), c["aud"])
		delete(answer, "access_token")
		equal(t, "answer"+selector, map[string]string{
			"client_id": want, "expires_in": "86399", "ext_expires_in": "86399", "expires_on": number(int(noon.Unix()) + 86399),
			"not_before": number(int(noon.Unix()) - 300), "resource": "https://management.azure.com/", "token_type": "Bearer",
		}, answer)
	}
}

func TestIMDSRefusals(t *testing.T) {
	t.Parallel()
	twoUsers := func(w *world.World) {
		w.SetHost(world.HostVM, world.Host{UserAssigned: []string{clientID, secondClientID}})
	}
	tests := []struct {
		name, path string
		header     []string
		host       func(*world.World)
		want       string
	}{
		{"no header", imdsToken, nil, nil, `{"error":"invalid_request","error_description":"Required metadata header not specified"}`},
		{"through a proxy", imdsToken, []string{"Metadata", "true", "X-Forwarded-For", "10.0.0.1"}, nil, `{"error":"invalid_request","error_description":"Requests with the X-Forwarded-For header are not allowed"}`},
		{"no version", "/metadata/identity/oauth2/token?resource=x", nil, nil, `{"error":"invalid_request","error_description":"Required query variable 'api-version' is missing"}`},
		{"old version", "/metadata/identity/oauth2/token?resource=x&api-version=2017-01-01", nil, nil, `{"error":"invalid_request","error_description":"Unsupported API version"}`},
		{"no resource", "/metadata/identity/oauth2/token?api-version=2018-02-01", nil, nil, `{"error":"invalid_request","error_description":"Required query variable 'resource' is missing"}`},
		{"no identity", imdsToken, nil, func(w *world.World) { w.SetHost(world.HostVM, world.Host{}) }, `{"error":"invalid_request","error_description":"Identity not found"}`},
		{"another's identity", imdsToken + "&client_id=" + appClientID, nil, nil, `{"error":"invalid_request","error_description":"Identity not found"}`},
		{
			"several identities", imdsToken, nil, twoUsers,
			`{"error":"invalid_request","error_description":"Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request"}`,
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newSandbox(t, fixedClock)
			if tc.host != nil {
				tc.host(s.world)
			}
			header := head(tc.header...)
			if tc.header == nil && tc.name != "no header" {
				header = metadata
			}
			equal(t, "answer", reply{status: 400, body: tc.want}.text(), s.get(tc.path, header).text())
		})
	}
}

func TestIMDSPassesEntrasRefusalOn(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	got := s.get("/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api://nobody", metadata)
	checkRefusal(t, got, 400, "invalid_resource", 500011, "The resource principal named api://nobody was not found in the tenant named "+tenantID+". "+
		notInstalled+"You might have sent your authentication request to the wrong tenant.")
}

func TestIMDSInstance(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	doc := decode[struct {
		Compute map[string]string `json:"compute"`
	}](t, s.get("/metadata/instance?api-version=2021-02-01", metadata).body)
	for k, want := range map[string]string{
		"location": "westeurope", "name": "vm-demo", "subscriptionId": subscriptionID, "resourceGroupName": "rg-app",
		"vmId": "88888888-8888-4888-8888-888888888888", "vmSize": "Standard_D2s_v5", "azEnvironment": "AzurePublicCloud",
		"resourceId": "/subscriptions/" + subscriptionID + "/resourceGroups/rg-app/providers/Microsoft.Compute/virtualMachines/vm-demo",
	} {
		equal(t, k, want, doc.Compute[k])
	}
	equal(t, "no header", `{"error":"Bad request. Required metadata header not specified"}`, s.get("/metadata/instance?api-version=2021-02-01", nil).body)
	equal(t, "no version", `{"error":"Bad request. api-version is invalid or was not specified in the request. For more information refer to aka.ms/azureimds","newest-versions":["2023-07-01","2021-12-13","2021-02-01"]}`,
		s.get("/metadata/instance", metadata).body)
	equal(t, "attested", 501, s.get("/metadata/attested/document?api-version=2020-09-01", metadata).status)
}

func TestAppService(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	secret := s.secret.Reveal()
	const path = "/msi/token?resource=https%3A%2F%2Fvault.azure.net&api-version="
	answer := decode[map[string]string](t, s.get(path+"2019-08-01", head("X-IDENTITY-HEADER", secret)).body)
	equal(t, "appid", any(clientID), claims(t, answer["access_token"])["appid"])
	delete(answer, "access_token")
	equal(t, "2019-08-01", map[string]string{
		"expires_on": number(int(noon.Unix()) + 86399), "resource": "https://vault.azure.net", "token_type": "Bearer", "client_id": clientID,
	}, answer)
	answer = decode[map[string]string](t, s.get(path+"2017-09-01&clientid="+secondClientID, head("secret", secret)).body)
	equal(t, "appid", any(secondClientID), claims(t, answer["access_token"])["appid"])
	delete(answer, "access_token")
	equal(t, "2017-09-01", map[string]string{
		"expires_on": "11/24/2026 11:59:59 +00:00", "resource": "https://vault.azure.net", "token_type": "Bearer",
	}, answer)

	for name, tc := range map[string]struct {
		got     reply
		status  int
		message string
	}{
		"no header":         {s.get(path+"2019-08-01", nil), 401, "Unauthorized"},
		"wrong header":      {s.get(path+"2019-08-01", head("X-IDENTITY-HEADER", "x")), 401, "Unauthorized"},
		"header of old":     {s.get(path+"2019-08-01", head("secret", secret)), 401, "Unauthorized"},
		"wrong old secret":  {s.get(path+"2017-09-01", head("secret", "x")), 401, "Unauthorized"},
		"no resource":       {s.get("/msi/token?api-version=2019-08-01", head("X-IDENTITY-HEADER", secret)), 400, "The 'resource' query parameter is required."},
		"unknown client id": {s.get(path+"2019-08-01&client_id="+appClientID, head("X-IDENTITY-HEADER", secret)), 400, "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."},
	} {
		e := decode[struct {
			StatusCode             int
			Message, CorrelationID string
		}](t, tc.got.body)
		equal(t, name, tc.status, tc.got.status)
		equal(t, name, tc.status, e.StatusCode)
		equal(t, name, tc.message, e.Message)
	}
	equal(t, "unknown version", `{"error":{"code":"UnsupportedApiVersion","innerError":null,"message":"The HTTP resource that matches the request URI '`+s.server.URL+
		`/msi/token' does not support the API version '2016-01-01'."}}`, s.get(path+"2016-01-01", head("X-IDENTITY-HEADER", secret)).body)
}

func TestServiceFabric(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	const base = "/servicefabric/metadata/identity/oauth2/token"
	const path = base + "?api-version=2019-07-01-preview&resource=https%3A%2F%2Fvault.azure.net"
	secret := head("Secret", s.secret.Reveal())
	answer := decode[map[string]any](t, s.get(path, secret).body)
	equal(t, "expires_on", any(float64(noon.Unix()+86399)), answer["expires_on"])
	equal(t, "aud", any("https://vault.azure.net"), claims(t, answer["access_token"].(string))["aud"])
	for name, tc := range map[string]struct {
		got           reply
		status        int
		code, message string
	}{
		"no secret":     {s.get(path, nil), 400, "SecretHeaderNotFound", "Secret is not found in the request headers."},
		"wrong secret":  {s.get(path, head("Secret", "x")), 404, "ManagedIdentityNotFound", "Managed identity not found for the specified application host."},
		"wrong version": {s.get(base+"?api-version=1", secret), 400, "InvalidApiVersion", "The api-version '1' is not supported. Supported version is '2019-07-01-preview'."},
		"no resource":   {s.get(base+"?api-version=2019-07-01-preview", secret), 400, "ArgumentNullOrEmpty", "The parameter 'resource' should not be null or empty string."},
	} {
		e := decode[map[string]map[string]string](t, tc.got.body)["error"]
		equal(t, name, tc.status, tc.got.status)
		equal(t, name, tc.code+": "+tc.message, e["code"]+": "+e["message"])
	}
}

func TestArc(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	const path = "/arc/metadata/identity/oauth2/token?api-version=2020-06-01&resource=https%3A%2F%2Fmanagement.azure.com"
	challenge := func() (file string) {
		got := s.get(path, metadata)
		equal(t, "challenge", reply{status: 401, body: `{"error":"unauthorized_client","error_description":"Missing Basic Authorization header"}`}.text(), got.text())
		file, ok := strings.CutPrefix(got.header.Get("WWW-Authenticate"), "Basic realm=")
		if !ok || filepath.Dir(file) != s.arcDir || filepath.Ext(file) != ".key" {
			t.Fatalf("the challenge is %q", got.header.Get("WWW-Authenticate"))
		}
		return file
	}
	file := challenge()
	key, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	answered := head("Metadata", "true", "Authorization", "Basic "+string(key))
	answer := decode[map[string]string](t, s.get(path, answered).body)
	equal(t, "appid", any(clientID), claims(t, answer["access_token"])["appid"])
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the answered challenge is still there: %v", err)
	}
	const wrong = `{"error":"unauthorized_client","error_description":"Invalid Basic Authorization header"}`
	equal(t, "a key used twice", reply{status: 401, body: wrong}.text(), s.get(path, answered).text())
	equal(t, "no Metadata header", `{"error":"invalid_request","error_description":"Required metadata header not specified"}`, s.get(path, nil).body)

	for range 40 {
		challenge()
	}
	files, err := os.ReadDir(s.arcDir)
	if err != nil || len(files) != 32 {
		t.Errorf("%d challenge files are open, %v", len(files), err)
	}
	if err := s.api.Close(); err != nil {
		t.Fatal(err)
	}
	if files, _ := os.ReadDir(s.arcDir); len(files) != 0 {
		t.Errorf("%d challenge files are left behind", len(files))
	}
}
