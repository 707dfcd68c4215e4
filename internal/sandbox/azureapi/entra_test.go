package azureapi_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

// entraError is what every refusal must look like, to the field.
type entraError struct {
	Error         string `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	Timestamp     string `json:"timestamp"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
	URI           string `json:"error_uri"`
}

const (
	tokenPath    = "/" + tenantID + "/oauth2/v2.0/token"
	wrongTenant  = "You may have sent your authentication request to the wrong tenant."
	notInstalled = "This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. "
	checkRecord  = "Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
)

func TestEntraRefusals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		path   string // tokenPath when empty
		change func(*sandbox) []string
		status int
		error  string
		code   int
		text   string // without "AADSTSn: " and without the ids behind it
	}{
		{
			name: "no grant type", change: fields("grant_type", ""), status: 400, error: "invalid_request", code: 900144,
			text: "The request body must contain the following parameter: 'grant_type'.",
		},
		{
			name: "no client id", change: fields("client_id", ""), status: 400, error: "invalid_request", code: 900144,
			text: "The request body must contain the following parameter: 'client_id'.",
		},
		{
			name: "no scope", change: fields("scope", ""), status: 400, error: "invalid_request", code: 900144,
			text: "The request body must contain the following parameter: 'scope'.",
		},
		{
			name: "no assertion type", change: fields("client_assertion_type", ""), status: 400, error: "invalid_request", code: 900144,
			text: "The request body must contain the following parameter: 'client_assertion_type'.",
		},
		{
			name: "another grant", change: fields("grant_type", "password"), status: 400, error: "unsupported_grant_type", code: 70003,
			text: "The app requested an unsupported grant type 'password'.",
		},
		{
			name: "unknown client", change: fields("client_id", "00000000-0000-0000-0000-000000000000"), status: 400, error: "unauthorized_client", code: 700016,
			text: "Application with identifier '00000000-0000-0000-0000-000000000000' was not found in the directory '" + tenantID + "'. " + notInstalled + wrongTenant,
		},
		{
			name: "client of another tenant", path: "/" + otherTenant + "/oauth2/v2.0/token", change: fields(), status: 400, error: "unauthorized_client", code: 700016,
			text: "Application with identifier '" + clientID + "' was not found in the directory '" + otherTenant + "'. " + notInstalled + wrongTenant,
		},
		{
			name: "unknown tenant", path: "/abc/oauth2/v2.0/token", change: fields(), status: 400, error: "invalid_request", code: 90002,
			text: "Tenant 'abc' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
		},
		{
			name: "nobody's tenant", path: "/common/oauth2/v2.0/token", change: fields(), status: 400, error: "invalid_request", code: 50059,
			text: "No tenant-identifying information found in either the request or implied by any provided credentials.",
		},
		{
			name: "a client secret", change: fields("client_assertion", "", "client_secret", "hunter2"), status: 401, error: "invalid_client", code: 7000215,
			text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '" + clientID + "'.",
		},
		{
			name: "a client secret beside a good assertion", change: fields("client_secret", "hunter2"), status: 401, error: "invalid_client", code: 7000215,
			text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '" + clientID + "'.",
		},
		{
			name: "no credential", change: fields("client_assertion", "", "client_assertion_type", ""), status: 401, error: "invalid_client", code: 7000218,
			text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
		},
		{
			name: "scope without default", change: fields("scope", "https://storage.azure.com/user_impersonation"), status: 400, error: "invalid_scope", code: 1002012,
			text: "The provided value for scope https://storage.azure.com/user_impersonation is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
		},
		{
			name: "two resources", change: fields("scope", "https://storage.azure.com/.default https://vault.azure.net/.default"), status: 400, error: "invalid_scope", code: 1002012,
			text: "The provided value for scope https://storage.azure.com/.default https://vault.azure.net/.default is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
		},
		{
			name: "unknown resource", change: fields("scope", "api://nobody/.default"), status: 400, error: "invalid_resource", code: 500011,
			text: "The resource principal named api://nobody was not found in the tenant named " + tenantID + ". " + notInstalled + "You might have sent your authentication request to the wrong tenant.",
		},
		{
			name: "storage account that is not there", change: fields("scope", "https://nobody.blob.core.windows.net/.default"), status: 400, error: "invalid_resource", code: 500011,
			text: "The resource principal named https://nobody.blob.core.windows.net was not found in the tenant named " + tenantID + ". " + notInstalled + "You might have sent your authentication request to the wrong tenant.",
		},
		{
			name: "another subject", status: 401, error: "invalid_client", code: 700213,
			change: assertionOf("demo", "other", trust.ExchangeAudience, time.Hour),
			text:   "No matching federated identity record found for presented assertion subject 'system:serviceaccount:demo:other'. " + checkRecord,
		},
		{
			name: "another audience", status: 401, error: "invalid_client", code: 700212,
			change: assertionOf("demo", "app", "https://kubernetes.default.svc", time.Hour),
			text:   "No matching federated identity record found for presented assertion audience 'https://kubernetes.default.svc'. " + checkRecord,
		},
		{
			name: "a year's token", status: 401, error: "invalid_client", code: 70023,
			change: assertionOf("demo", "app", trust.ExchangeAudience, 365*24*time.Hour),
			text:   "External OIDC Provider token must have a lifetime of less than or equal to 1.01:00:00. Token issued at 1795435200. Token expires on 1826971200.",
		},
		{
			name: "no JWT", change: fields("client_assertion", "junk"), status: 400, error: "invalid_request", code: 50027,
			text: "JWT token is invalid or malformed.",
		},
		{
			name: "another cluster's key", status: 401, error: "invalid_client", code: 50013,
			change: func(s *sandbox) []string {
				token, err := world.NewKeyRing().Sign(map[string]any{
					"iss": issuer, "sub": nodeSubject, "aud": trust.ExchangeAudience,
					"iat": noon.Unix(), "nbf": noon.Unix(), "exp": noon.Add(time.Hour).Unix(),
				})
				if err != nil {
					s.Fatal(err)
				}
				return []string{"client_assertion", token}
			},
			text: "Assertion failed signature validation. [Reason - The key was not found.]",
		},
		{
			name: "an identity without credentials", status: 400, error: "invalid_request", code: 70021, change: fields("client_id", secondClientID),
			text: "No matching federated identity record found for presented assertion. Assertion Issuer: '" + issuer + "'. Assertion Subject: '" + nodeSubject +
				"'. Assertion Audience: 'api://AzureADTokenExchange'. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation",
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newSandbox(t, fixedClock)
			path := tc.path
			if path == "" {
				path = tokenPath
			}
			got := s.post(path, s.form(tc.change(s)...))
			checkRefusal(t, got, tc.status, tc.error, tc.code, tc.text)
		})
	}
}

func checkRefusal(t *testing.T, got reply, status int, name string, code int, text string) {
	t.Helper()
	equal(t, "status", status, got.status)
	e := decode[entraError](t, got.body)
	stamp := "2026-11-23 12:00:00Z"
	want := entraError{
		Error: name, Codes: []int{code}, Timestamp: stamp, TraceID: e.TraceID, CorrelationID: e.CorrelationID,
		URI: "https://login.microsoftonline.com/error?code=" + number(code),
		Description: "AADSTS" + number(code) + ": " + text + " Trace ID: " + e.TraceID + " Correlation ID: " + e.CorrelationID +
			" Timestamp: " + stamp,
	}
	equal(t, "body", want, e)
	equal(t, "Content-Type", "application/json; charset=utf-8", got.header.Get("Content-Type"))
	equal(t, "x-ms-request-id", e.TraceID, got.header.Get("x-ms-request-id"))
}

func TestEntraKeepsTheCorrelationID(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	id := world.GUID()
	got := s.do(http.MethodPost, tokenPath, head("client-request-id", id, "Content-Type", "application/json"), strings.NewReader(`{"grant_type":"client_credentials"}`))
	checkRefusal(t, got, 400, "invalid_request", 900144, "The request body must contain the following parameter: 'grant_type'.")
	equal(t, "correlation id", id, decode[entraError](t, got.body).CorrelationID)
}

func TestEntraRefusesAClientSecretInTheHeader(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	form := s.form("client_id", "", "client_assertion", "", "client_assertion_type", "")
	h := head("Content-Type", "application/x-www-form-urlencoded")
	r := &http.Request{Header: h}
	r.SetBasicAuth(clientID, "hunter2")
	got := s.do(http.MethodPost, tokenPath, h, strings.NewReader(form.Encode()))
	checkRefusal(t, got, 401, "invalid_client", 7000215,
		"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '"+clientID+"'.")
}

func TestEntraTakesPostOnly(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	checkRefusal(t, s.get(tokenPath+"?grant_type=client_credentials", nil), 400, "invalid_request", 900561,
		"The endpoint only accepts POST requests. Received a GET request.")
}

func TestEntraTokens(t *testing.T) {
	t.Parallel()
	v1, v2 := "https://sts.windows.net/"+tenantID+"/", "https://login.microsoftonline.com/"+tenantID+"/v2.0"
	tests := []struct {
		scope, client, aud, iss string
		version                 int // of the application, where it is one
	}{
		{"https://storage.azure.com/.default", clientID, "https://storage.azure.com", v1, 1},
		{"https://storage.azure.com//.default", clientID, "https://storage.azure.com/", v1, 1},
		{"https://landbridgedata.blob.core.windows.net/.default", clientID, "https://landbridgedata.blob.core.windows.net", v1, 1},
		{"https://management.azure.com/.default", appClientID, "https://management.azure.com", v1, 1},
		{"api://AzureADTokenExchange/.default", clientID, "fb60f99c-7a34-4190-8149-302f77469936", v2, 1},
		{"fb60f99c-7a34-4190-8149-302f77469936/.default openid profile offline_access", clientID, "fb60f99c-7a34-4190-8149-302f77469936", v2, 1},
		{"api://landbridge/.default", clientID, "api://landbridge", v1, 1},
		{appClientID + "/.default", clientID, appClientID, v1, 1},
		{"api://landbridge/.default", clientID, appClientID, v2, 2},
	}
	for _, tc := range tests {
		t.Run(tc.scope, func(t *testing.T) {
			t.Parallel()
			s := newSandbox(t, fixedClock)
			app, err := s.world.Identity(appClientID)
			if err != nil {
				t.Fatal(err)
			}
			app.TokenVersion = tc.version
			s.world.AddIdentity(app)
			got := s.post(tokenPath, s.form("scope", tc.scope, "client_id", tc.client))
			equal(t, "status", 200, got.status)
			answer := decode[map[string]any](t, got.body)
			c := claims(t, answer["access_token"].(string))
			who, err := s.world.Identity(tc.client)
			if err != nil {
				t.Fatal(err)
			}
			party, ver, life := "appid", "1.0", 3599.0
			if tc.iss == v2 {
				party, ver = "azp", "2.0"
			}
			if who.Managed {
				life = 86399
				equal(t, "xms_mirid", any(resourceID), c["xms_mirid"])
				equal(t, "refresh_in", any(43199.0), answer["refresh_in"])
			}
			for claim, want := range map[string]any{
				"aud": tc.aud, "iss": tc.iss, party: tc.client, party + "acr": "2", "oid": who.ObjectID, "sub": who.ObjectID, "tid": tenantID,
				"ver": ver, "idtyp": "app", "iat": float64(noon.Unix() - 300), "nbf": float64(noon.Unix() - 300), "exp": float64(noon.Unix()) + life,
			} {
				equal(t, claim, want, c[claim])
			}
			if len(c["uti"].(string)) != 22 {
				t.Errorf("uti %q has not 22 characters", c["uti"])
			}
			equal(t, "expires_in", any(life), answer["expires_in"])
			equal(t, "token_type", any("Bearer"), answer["token_type"])
		})
	}
}

func TestEntraV1Endpoint(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	got := s.post("/"+tenantID+"/oauth2/token", s.form("scope", "", "resource", "https://storage.azure.com/", "client_id", appClientID))
	answer := decode[map[string]any](t, got.body)
	equal(t, "aud", any("https://storage.azure.com/"), claims(t, answer["access_token"].(string))["aud"])
	delete(answer, "access_token")
	equal(t, "answer", map[string]any{
		"token_type": "Bearer", "expires_in": "3599", "ext_expires_in": "3599", "resource": "https://storage.azure.com/",
		"expires_on": number(int(noon.Unix()) + 3599), "not_before": number(int(noon.Unix()) - 300),
	}, answer)
	checkRefusal(t, s.post("/"+tenantID+"/oauth2/token", s.form()), 400, "invalid_request", 900144,
		"The request body must contain the following parameter: 'resource'.")
}

func TestEntraDiscovery(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	for path, want := range map[string]map[string]any{
		"/" + tenantID + "/v2.0": {
			"issuer":         "https://login.microsoftonline.com/" + tenantID + "/v2.0",
			"token_endpoint": s.server.URL + "/" + tenantID + "/oauth2/v2.0/token",
			"jwks_uri":       s.server.URL + "/" + tenantID + "/discovery/v2.0/keys",
		},
		"/" + tenantID: {
			"issuer":         "https://sts.windows.net/" + tenantID + "/",
			"token_endpoint": s.server.URL + "/" + tenantID + "/oauth2/token",
			"jwks_uri":       s.server.URL + "/" + tenantID + "/discovery/keys",
		},
		"/common/v2.0": {
			"issuer":         "https://login.microsoftonline.com/{tenantid}/v2.0",
			"token_endpoint": s.server.URL + "/common/oauth2/v2.0/token",
			"jwks_uri":       s.server.URL + "/common/discovery/v2.0/keys",
		},
	} {
		doc := decode[map[string]any](t, s.get(path+"/.well-known/openid-configuration", nil).body)
		for k, v := range want {
			equal(t, path+" "+k, v, doc[k])
		}
	}
	tenant, err := s.world.Tenant(tenantID)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/discovery/v2.0/keys", "/discovery/keys"} {
		equal(t, path, string(tenant.Keys.JWKS()), s.get("/"+tenantID+path, nil).body)
	}
	checkRefusal(t, s.get("/abc/v2.0/.well-known/openid-configuration", nil), 400, "invalid_tenant", 90002,
		"Tenant 'abc' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.")
}

func TestInstanceDiscovery(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	ask := func(endpoint string) reply {
		return s.get("/common/discovery/instance?api-version=1.1&authorization_endpoint="+url.QueryEscape(endpoint), nil)
	}
	got := decode[map[string]any](t, ask("https://login.microsoftonline.com/"+tenantID+"/oauth2/v2.0/authorize").body)
	equal(t, "endpoint", any("https://login.microsoftonline.com/"+tenantID+"/v2.0/.well-known/openid-configuration"), got["tenant_discovery_endpoint"])
	got = decode[map[string]any](t, ask(s.server.URL+"/"+tenantID+"/oauth2/v2.0/authorize").body)
	equal(t, "own endpoint", any(s.server.URL+"/"+tenantID+"/v2.0/.well-known/openid-configuration"), got["tenant_discovery_endpoint"])
	equal(t, "metadata", 2, len(got["metadata"].([]any)))
	checkRefusal(t, ask("https://evil.example/"+tenantID+"/oauth2/v2.0/authorize"), 400, "invalid_instance", 50049, "Unknown or invalid instance.")
}
