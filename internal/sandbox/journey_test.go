package sandbox_test

import (
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// get makes a call and returns the body of a 200.
func get(t *testing.T, client *http.Client, url string, headers ...string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s", url, resp.StatusCode, body)
	}
	return string(body)
}

func field(t *testing.T, body, name string) string {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(body), &fields); err != nil {
		t.Fatal(err)
	}
	text, _ := fields[name].(string)
	return text
}

// TestWayBack goes from a Google job to a blob and a resource group: metadata server, Entra, Azure.
func TestWayBack(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	p := s.Profile()
	client := tlsClient(t, p.CAPEM)
	assertion := get(t, client, "http://"+p.Google.MetadataHost+"/computeMetadata/v1/instance/service-accounts/default/identity?audience=api://AzureADTokenExchange", "Metadata-Flavor: Google")
	for _, tc := range []struct{ scope, url, header, want string }{
		{"https://storage.azure.com/.default", p.Azure.StorageURL + "/" + p.Azure.Container + "/" + p.Azure.Blob, "x-ms-version: 2023-11-03", "The bridge opened in March"},
		{"https://management.azure.com/.default", p.Azure.ARMURL + "/subscriptions/" + p.Azure.SubscriptionID + "/resourcegroups?api-version=2021-04-01", "X: y", p.Azure.ResourceGroup},
	} {
		resp, err := client.PostForm(p.Azure.AuthorityURL+p.Azure.TenantID+"/oauth2/v2.0/token", url.Values{
			"grant_type": {"client_credentials"}, "client_id": {p.Azure.ReaderClientID}, "scope": {tc.scope},
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion},
		})
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("entra: %d %s", resp.StatusCode, body)
		}
		if got := get(t, client, tc.url, "Authorization: Bearer "+field(t, string(body), "access_token"), tc.header); !strings.Contains(got, tc.want) {
			t.Errorf("%s: %s", tc.url, got)
		}
	}
}

// TestManagedIdentity goes from a VM and from an app to Google, without an app registration.
func TestManagedIdentity(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	p := s.Profile()
	client := tlsClient(t, p.CAPEM)
	query := "&resource=" + url.QueryEscape(p.Azure.ExchangeResource) + "&client_id=" + p.Azure.WorkloadClientID
	for name, body := range map[string]string{
		"imds":       get(t, client, p.Azure.IMDSURL+"/metadata/identity/oauth2/token?api-version=2018-02-01"+query, "Metadata: true"),
		"appservice": get(t, client, p.Azure.IdentityEndpoint+"?api-version=2019-08-01"+query, "X-IDENTITY-HEADER: "+p.Azure.IdentityHeader),
	} {
		token, refusal := exchange(t, p, "//iam.googleapis.com/"+p.Google.EntraProvider, field(t, body, "access_token"))
		if refusal != "" {
			t.Errorf("%s: %s", name, refusal)
			continue
		}
		grant, ok := s.World().Grant(bridge.NewSecret(token))
		if !ok || !strings.HasSuffix(string(grant.Principal), "/subject/"+p.Azure.WorkloadObjectID) {
			t.Errorf("%s: %s", name, grant.Principal)
		}
	}
}

// TestForeignIssuer trusts an issuer elsewhere, found by discovery over TLS with a CA that was handed in.
func TestForeignIssuer(t *testing.T) {
	t.Parallel()
	ring := world.NewKeyRing()
	mux := http.NewServeMux()
	issuer := httptest.NewTLSServer(mux)
	defer issuer.Close()
	mux.HandleFunc("/.well-known/openid-configuration", func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(rw, `{"issuer":"`+issuer.URL+`","jwks_uri":"`+issuer.URL+`/jwks"}`)
	})
	mux.HandleFunc("/jwks", func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write(ring.JWKS()) })
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: issuer.Certificate().Raw})
	s := start(t, sandbox.Options{RootCAs: ca})
	p := s.Profile()
	if status, out := admin(t, s, http.MethodPut, "/pools/azure/providers/foreign", `{"oidc":{"issuerUri":"`+issuer.URL+`","allowedAudiences":["mine"]},"attributeMapping":{"google.subject":"assertion.sub"}}`); status != http.StatusOK {
		t.Fatalf("%d %s", status, out)
	}
	assertion, err := ring.Sign(map[string]any{"iss": issuer.URL, "sub": "s", "aud": "mine", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	audience := strings.Replace(p.Google.Audience, "aks-cluster", "foreign", 1)
	if _, got := exchange(t, p, audience, assertion); got != "" {
		t.Error(got)
	}
}

// TestProductionNames checks the certificate for the names that stock production URLs have.
func TestProductionNames(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	for _, name := range []string{
		"localhost", "sts.googleapis.com", "sts.europe-west4.rep.googleapis.com", "iamcredentials.googleapis.com", "us-central1-aiplatform.googleapis.com",
		"aiplatform.googleapis.com", "aiplatform.eu.rep.googleapis.com", "cloudresourcemanager.googleapis.com", "www.googleapis.com", "oauth2.googleapis.com", "accounts.google.com",
		"login.microsoftonline.com", "management.azure.com", "landbridgedemo.blob.core.windows.net", "oidc.prod-aks.azure.com", "swedencentral.oic.prod-aks.azure.com", "metadata.google.internal",
	} {
		conn, err := tls.Dial("tcp", strings.TrimPrefix(s.Profile().HTTPS, "https://"), &tls.Config{ServerName: name, RootCAs: certPool(t, s.Profile().CAPEM), MinVersion: tls.VersionTLS12})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_ = conn.Close()
	}
}

func TestListensHereOnly(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{":0", "0.0.0.0:0", "192.168.1.1:80", "nonsense"} {
		if _, err := sandbox.New(sandbox.Options{Clock: time.Now, HTTPAddr: addr}); err == nil || !strings.Contains(err.Error(), "does not listen on "+addr) {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

func TestCloseBeforeRun(t *testing.T) {
	t.Parallel()
	s, err := sandbox.New(sandbox.Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Run(t.Context()); err == nil {
		t.Error("a closed sandbox ran")
	}
}
