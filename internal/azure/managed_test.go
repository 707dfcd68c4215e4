package azure

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
)

// granted is a managed-identity endpoint's answer as IMDS writes it.
func granted(t testing.TB, expiry time.Time) http.HandlerFunc {
	return saysJSON(200, fmt.Sprintf(`{"access_token":%q,"client_id":%q,"expires_in":"3599","expires_on":"%d","resource":"api://AzureADTokenExchange","token_type":"Bearer"}`,
		entraToken(t, expiry), clientID, expiry.Unix()))
}

func TestIMDS(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		settings Settings
		env      map[string]string
		extra    url.Values
		resource string
		describe string
	}{
		"system assigned": {Settings{}, nil, nil, TokenExchangeResource, "managed identity of this machine, from IMDS at HOST"},
		"client id":       {Settings{ClientID: clientID}, nil, url.Values{"client_id": {clientID}}, TokenExchangeResource, "managed identity " + clientID + " of this machine, from IMDS at HOST"},
		"object id":       {Settings{ObjectID: objectID}, nil, url.Values{"object_id": {objectID}}, TokenExchangeResource, "managed identity " + objectID + " of this machine, from IMDS at HOST"},
		"resource id":     {Settings{ResourceID: "/subscriptions/s"}, nil, url.Values{"msi_res_id": {"/subscriptions/s"}}, TokenExchangeResource, "managed identity /subscriptions/s of this machine, from IMDS at HOST"},
		"AZURE_CLIENT_ID": {Settings{}, map[string]string{"AZURE_CLIENT_ID": clientID}, url.Values{"client_id": {clientID}}, TokenExchangeResource, "managed identity " + clientID + " of this machine, from IMDS at HOST"},
		"own resource":    {Settings{Resource: "api://bridge"}, nil, nil, "api://bridge", "managed identity of this machine, from IMDS at HOST"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, granted(t, noon.Add(time.Hour)))
			test.settings.Endpoint = s.URL
			source, err := NewIMDS(deps(test.env), test.settings)
			if err != nil {
				t.Fatal(err)
			}
			got, err := source.Assertion(t.Context(), bridge.AssertionRequest{Audience: "ignored", Fresh: true})
			if err != nil {
				t.Fatal(err)
			}
			r, _ := s.last(t)
			query := url.Values{"api-version": {"2018-02-01"}, "resource": {test.resource}}
			for k, v := range test.extra {
				query[k] = v
			}
			if r.Method != http.MethodGet || r.URL.Path != "/metadata/identity/oauth2/token" || r.Header.Get("Metadata") != "true" {
				t.Errorf("asked %s %s", r.Method, r.URL)
			}
			if diff := cmp.Diff(query, r.URL.Query()); diff != "" {
				t.Error(diff)
			}
			host := s.Listener.Addr().String()
			wantTrace := []bridge.Step{{Hop: bridge.HopHome, Who: objectID, What: "asked " + host + "/metadata/identity/oauth2/token for " + test.resource, Expiry: noon.Add(time.Hour)}}
			if diff := cmp.Diff(wantTrace, got.Trace); diff != "" {
				t.Error(diff)
			}
			if got.Token.Reveal() != entraToken(t, noon.Add(time.Hour)) || got.Audience[0] != TokenExchangeAudience || got.Type != bridge.JWT {
				t.Errorf("got %+v", got)
			}
			if want := strings.ReplaceAll(test.describe, "HOST", host); source.Describe() != want {
				t.Errorf("Describe: %q", source.Describe())
			}
		})
	}
}

func TestIMDSRefusals(t *testing.T) {
	t.Parallel()
	const invalid = `{"error":"invalid_request","error_description":"%s"}`
	const proxy = "check that the address"
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   want
	}{
		"no identity":   {saysJSON(400, fmt.Sprintf(invalid, "Identity not found")), want{kind: bridge.Denied, code: "invalid_request", text: "Identity not found", hint: "az vm identity assign"}},
		"several":       {saysJSON(400, fmt.Sprintf(invalid, "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request")), want{kind: bridge.Denied, code: "invalid_request", text: "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request", hint: "set client_id"}},
		"no header":     {saysJSON(400, fmt.Sprintf(invalid, "Required metadata header not specified")), want{kind: bridge.Denied, code: "invalid_request", text: "Required metadata header not specified", hint: "NO_PROXY"}},
		"no resource":   {saysJSON(400, `{"error":"invalid_resource","error_description":"AADSTS500011: The resource principal named api://x was not found in the tenant named Contoso. Trace ID: 1"}`), want{kind: bridge.Denied, code: "AADSTS500011", text: "AADSTS500011: The resource principal named api://x was not found in the tenant named Contoso.", hint: "leave resource unset"}},
		"404":           {saysJSON(404, ""), want{kind: bridge.Unreachable, code: "http_404", text: "HOST answered 404 and gave no reason", hint: "something else answers", retry: true}},
		"410":           {saysJSON(410, `{"error":"gone"}`), want{kind: bridge.Unreachable, code: "gone", text: "HOST answered 410 and gave no reason", hint: "something else answers", retry: true}},
		"html 404":      {says(404, "text/html", "<html>"), want{kind: bridge.Unreachable, code: "not_json", text: "HOST answered 404 with HTML where JSON was due", hint: "something else answers", retry: true}},
		"429":           {saysJSON(429, `{}`), want{kind: bridge.Unreachable, code: "http_429", text: "HOST answered 429 and gave no reason", hint: "share one Landbridge per node", retry: true}},
		"503":           {saysJSON(503, `{}`), want{kind: bridge.Unreachable, code: "http_503", text: "HOST answered 503 and gave no reason", hint: "far side", retry: true}},
		"opaque":        {saysJSON(200, `{"access_token":"x"}`), want{kind: bridge.Unreachable, code: "bad_answer", text: "HOST answered 200 with an access_token that is not a JWT", hint: proxy}},
		"no token":      {saysJSON(200, `{"error":"none"}`), want{kind: bridge.Unreachable, code: "bad_answer", text: "HOST answered 200 without an access_token", hint: proxy}},
		"expired":       {granted(t, noon.Add(-90*time.Second)), want{kind: bridge.Unreachable, code: "token_expired", text: "HOST answered 200 with a token that expired 1m30s ago", hint: "timedatectl"}},
		"never expires": {saysJSON(200, `{"access_token":"`+jwt(t, map[string]any{"sub": "s"})+`"}`), want{kind: bridge.Unreachable, code: "bad_answer", text: "HOST answered 200 with a token that has no expiry", hint: proxy}},
		"10 MB":         {saysJSON(200, strings.Repeat("1", 10<<20)), want{kind: bridge.Unreachable, code: "response_too_large", text: "HOST answered with more than 1048576 bytes", hint: proxy}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, test.answer)
			source, err := NewIMDS(deps(nil), Settings{Endpoint: s.URL + "/"})
			if err != nil {
				t.Fatal(err)
			}
			_, err = source.Assertion(t.Context(), bridge.AssertionRequest{})
			test.want.text = strings.ReplaceAll(test.want.text, "HOST", s.Listener.Addr().String())
			test.want.check(t, err)
		})
	}
}

func TestIMDSSilent(t *testing.T) {
	t.Parallel()
	s := serve(t, granted(t, noon.Add(time.Hour)))
	host := s.Listener.Addr().String()
	s.Close()
	source, err := NewIMDS(deps(map[string]string{"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://" + host}), Settings{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = source.Assertion(t.Context(), bridge.AssertionRequest{})
	want{kind: bridge.Unreachable, code: "unreachable", text: "cannot reach " + host, hint: "outside an Azure VM there is no IMDS", retry: true}.check(t, err)
	for endpoint, text := range map[string]string{
		"http://metadata.evil.example": "the managed-identity endpoint metadata.evil.example is neither on this machine nor link-local",
		"127.0.0.1:80":                 "the managed-identity endpoint is not a URL",
	} {
		_, err = NewIMDS(deps(nil), Settings{Endpoint: endpoint})
		if e := refusalOf(t, err); e.Kind != bridge.Usage || e.Text != text {
			t.Errorf("got %v %q", e.Kind, e.Text)
		}
	}
}

func TestAppService(t *testing.T) {
	t.Parallel()
	s := serve(t, granted(t, noon.Add(time.Hour)))
	env := map[string]string{"IDENTITY_ENDPOINT": s.URL + "/msi/token?keep=1", "IDENTITY_HEADER": "first", "IDENTITY_SERVER_THUMBPRINT": ""}
	source, err := NewAppService(deps(env), Settings{ResourceID: "/subscriptions/s"})
	if err != nil {
		t.Fatal(err)
	}
	if want := "managed identity /subscriptions/s of this app, from the App Service endpoint at " + s.Listener.Addr().String() + "/msi/token"; source.Describe() != want {
		t.Errorf("Describe: %q", source.Describe())
	}
	ask := func(fresh bool) *http.Request {
		t.Helper()
		if _, err := source.Assertion(t.Context(), bridge.AssertionRequest{Fresh: fresh}); err != nil {
			t.Fatal(err)
		}
		r, _ := s.last(t)
		return r
	}
	query := url.Values{"keep": {"1"}, "api-version": {"2019-08-01"}, "resource": {TokenExchangeResource}, "mi_res_id": {"/subscriptions/s"}}
	r := ask(true) // nothing was given yet, so there is nothing to go beyond
	if diff := cmp.Diff(query, r.URL.Query()); diff != "" || r.URL.Path != "/msi/token" || r.Header.Get("X-IDENTITY-HEADER") != "first" {
		t.Errorf("asked %s\n%s", r.URL, diff)
	}
	env["IDENTITY_HEADER"] = "second"
	if r = ask(false); r.Header.Get("X-IDENTITY-HEADER") != "second" || r.URL.Query().Has("token_sha256_to_refresh") {
		t.Errorf("the header was not read again, or the question is wrong: %s", r.URL)
	}
	query.Set("token_sha256_to_refresh", *fingerprint(bridge.NewSecret(entraToken(t, noon.Add(time.Hour)))))
	if diff := cmp.Diff(query, ask(true).URL.Query()); diff != "" {
		t.Error(diff)
	}
}

// A Functions host from before 2019-08-01 says so and is asked again in its own protocol.
func TestAppServiceOldHost(t *testing.T) {
	t.Parallel()
	unsupported := saysJSON(400, `{"error":{"code":"UnsupportedApiVersion","message":"The HTTP resource that matches the request URI 'http://localhost:8081/msi/token?api-version=2019-08-01&resource=x' does not support the API version '2019-08-01'."}}`)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("api-version") == "2017-09-01" {
			granted(t, noon.Add(time.Hour))(w, r)
			return
		}
		unsupported(w, r)
	})
	both := map[string]string{"IDENTITY_ENDPOINT": s.URL + "/msi/token", "IDENTITY_HEADER": "h", "MSI_ENDPOINT": s.URL + "/old", "MSI_SECRET": "s3"}
	for name, env := range map[string]map[string]string{
		"both":     both,
		"old only": {"MSI_ENDPOINT": s.URL + "/old", "MSI_SECRET": "s3"},
	} {
		source, err := NewAppService(deps(env), Settings{ClientID: clientID})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := source.Assertion(t.Context(), bridge.AssertionRequest{}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r, _ := s.last(t)
		if diff := cmp.Diff(url.Values{"api-version": {"2017-09-01"}, "resource": {TokenExchangeResource}, "clientid": {clientID}}, r.URL.Query()); diff != "" {
			t.Error(diff)
		}
		if r.URL.Path != "/old" || r.Header.Get("secret") != "s3" || r.Header.Get("X-IDENTITY-HEADER") != "" {
			t.Errorf("%s: asked %s", name, r.URL.Path)
		}
	}
	delete(both, "MSI_SECRET")
	source, err := NewAppService(deps(both), Settings{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = source.Assertion(t.Context(), bridge.AssertionRequest{})
	want{
		kind: bridge.Denied, code: "UnsupportedApiVersion", hint: "update the Functions host",
		text: "The HTTP resource that matches the request URI 'http://localhost:8081/msi/token' does not support the API version '2019-08-01'.",
	}.check(t, err)
}

func TestAppServiceRefusals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   want
	}{
		"wrong header": {saysJSON(401, ""), want{kind: bridge.Denied, code: "http_401", text: "HOST answered 401 and gave no reason", hint: "IDENTITY_HEADER"}},
		"no identity": {
			saysJSON(400, `{"statusCode":400,"message":"No Managed Identity found for specified ClientId/ResourceId/PrincipalId.","correlationId":"c"}`),
			want{kind: bridge.Denied, code: "http_400", text: "No Managed Identity found for specified ClientId/ResourceId/PrincipalId.", hint: "az webapp identity assign"},
		},
		"500": {
			saysJSON(500, `{"statusCode":500,"message":"An unexpected error occured while fetching the AAD Token."}`),
			want{kind: bridge.Unreachable, code: "http_500", text: "An unexpected error occured while fetching the AAD Token.", hint: "far side", retry: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, test.answer)
			source, err := NewAppService(deps(map[string]string{"IDENTITY_ENDPOINT": s.URL, "IDENTITY_HEADER": "h"}), Settings{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = source.Assertion(t.Context(), bridge.AssertionRequest{})
			test.want.text = strings.ReplaceAll(test.want.text, "HOST", s.Listener.Addr().String())
			test.want.check(t, err)
		})
	}
	_, err := NewAppService(deps(nil), Settings{})
	want{kind: bridge.Usage, code: "identity_endpoint_missing", text: "IDENTITY_ENDPOINT is not set: the platform gives this app no identity", hint: "az containerapp identity assign"}.check(t, err)
}
