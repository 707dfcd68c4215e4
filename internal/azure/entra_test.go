package azure

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/tokenfile"
	"github.com/landbridge/landbridge/internal/wire"
)

func exchanger(t testing.TB, authority string) *Entra {
	t.Helper()
	e, err := NewEntra(EntraOptions{
		HTTP: wire.New(wire.Options{}), Clock: clock, TenantID: tenantID, ClientID: clientID, AuthorityHost: authority, Scope: StorageScope,
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func googleAssertion(t testing.TB) bridge.Assertion {
	t.Helper()
	a, err := tokenfile.Peek(bridge.NewSecret(jwt(t, map[string]any{
		"iss": "https://accounts.google.com", "sub": "117", "aud": TokenExchangeResource, "exp": noon.Add(time.Hour).Unix(),
	})))
	if err != nil {
		t.Fatal(err)
	}
	a.Trace = []bridge.Step{{Hop: bridge.HopHome, Who: "117", What: "asked the metadata server"}}
	return a
}

func TestExchange(t *testing.T) {
	t.Parallel()
	s := serve(t, saysJSON(200, fmt.Sprintf(`{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":%q}`, entraToken(t, noon.Add(time.Hour)))))
	a := googleAssertion(t)
	lease, err := exchanger(t, s.URL).Exchange(t.Context(), a, bridge.LeaseRequest{Scopes: []string{ResourceManagerScope}})
	if err != nil {
		t.Fatal(err)
	}
	r, form := s.last(t)
	if r.Method != http.MethodPost || r.URL.Path != "/"+tenantID+"/oauth2/v2.0/token" || r.URL.RawQuery != "" || r.Header.Get("Authorization") != "" {
		t.Errorf("asked %s %s", r.Method, r.URL)
	}
	wantForm := map[string][]string{
		"grant_type": {"client_credentials"}, "client_id": {clientID}, "scope": {ResourceManagerScope},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {a.Token.Reveal()},
	}
	if diff := cmp.Diff(wantForm, map[string][]string(form)); diff != "" {
		t.Error(diff)
	}
	if lease.Token.Reveal() != entraToken(t, noon.Add(time.Hour)) || lease.Type != bridge.AccessToken || lease.Principal != objectID || !lease.Expiry.Equal(noon.Add(3599*time.Second)) {
		t.Errorf("got %+v", lease)
	}
	wantTrace := []bridge.Step{a.Trace[0], {
		Hop: bridge.HopEntra, Who: objectID, What: "asked " + strings.TrimPrefix(s.URL, "http://") + "/" + tenantID + " for " + ResourceManagerScope,
		Expiry: noon.Add(3599 * time.Second),
	}}
	if diff := cmp.Diff(wantTrace, lease.Trace); diff != "" {
		t.Error(diff)
	}
}

func TestExchangeOpaqueToken(t *testing.T) {
	t.Parallel()
	s := serve(t, saysJSON(200, `{"token_type":"bearer","expires_in":"3599","access_token":"opaque"}`))
	lease, err := exchanger(t, s.URL+"/").Exchange(t.Context(), googleAssertion(t), bridge.LeaseRequest{})
	if err != nil || lease.Principal != clientID || !lease.Expiry.Equal(noon.Add(3599*time.Second)) || lease.Scopes[0] != StorageScope {
		t.Errorf("got %+v, %v", lease, err)
	}
}

// refused is how Entra writes its refusals, trace ids and all.
func refused(description string) string {
	code := strings.TrimPrefix(strings.SplitN(description, ":", 2)[0], "AADSTS")
	return fmt.Sprintf(`{"error":"invalid_client","error_description":"%s Trace ID: 0a0b Correlation ID: 0c0d Timestamp: 2026-11-23 12:00:00Z","error_codes":[%s],`+
		`"timestamp":"2026-11-23 12:00:00Z","trace_id":"0a0b","correlation_id":"0c0d","error_uri":"https://login.microsoftonline.com/error?code=%s"}`, description, code, code)
}

func TestEntraRefusals(t *testing.T) {
	t.Parallel()
	const no = "No matching federated identity record found for presented assertion "
	for _, test := range []struct {
		description, hint string
		stale             bool
	}{
		{"AADSTS70021: No matching federated identity record found for presented assertion. Assertion Issuer: 'https://accounts.google.com'.", "issuer https://accounts.google.com, subject 117, audience api://AzureADTokenExchange exactly, trailing slash included", false},
		{"AADSTS700211: " + no + "issuer 'https://accounts.google.com'.", "az identity federated-credential list", false},
		{"AADSTS700212: " + no + "audience 'api://other'.", "use api://AzureADTokenExchange", false},
		{"AADSTS700213: " + no + "subject '117'.", "federated-credential update --subject 117", false},
		{"AADSTS7002131: " + no + "subject or no federated identity credential expression matched.", "claimsMatchingExpression", false},
		{"AADSTS700214: The audience must be the URI form.", "not with a GUID", false},
		{"AADSTS700016: Application with identifier '" + clientID + "' was not found in the directory 'Contoso'.", "az identity show", false},
		{"AADSTS700024: Client assertion is not within its valid time range.", "timedatectl", true},
		{"AADSTS70023: External OIDC Provider token must have a lifetime of less than or equal to 1.01:00:00", "86400", false},
		{"AADSTS90061: Request to External OIDC endpoint failed.", "curl https://accounts.google.com/.well-known/openid-configuration", false},
		{"AADSTS700222: AAD-issued tokens may not be used for federated identity flows.", "issued by Entra itself", false},
		{"AADSTS700226: Only MSI tokens may be used.", "issued by Entra itself", false},
		{"AADSTS700227: Forbidden token audience.", "issued by Entra itself", false},
		{"AADSTS500011: The resource principal named api://x was not found in the tenant.", "az ad sp create", false},
		{"AADSTS501051: Application 'a' is not assigned to a role for the application 'b'.", "app roles", false},
		{"AADSTS90002: Tenant 'x' not found.", "check tenant " + tenantID, false},
		{"AADSTS7000112: Application 'a' is disabled.", "enable it", false},
		{"AADSTS53003: Access has been blocked by Conditional Access policies.", "sign-in log", false},
		{"AADSTS99999: Something new.", "", false},
	} {
		code, _, _ := strings.Cut(test.description, ":")
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			s := serve(t, saysJSON(401, refused(test.description)))
			_, err := exchanger(t, s.URL).Exchange(t.Context(), googleAssertion(t), bridge.LeaseRequest{})
			want{kind: bridge.Denied, code: code, text: test.description, hint: test.hint, stale: test.stale}.check(t, err)
			if e := refusalOf(t, err); e.Hop != bridge.HopEntra || e.Status != 401 {
				t.Errorf("got %q %d", e.Hop, e.Status)
			}
		})
	}
}

// What comes when it is not Entra that answers, or not as it should. HOST stands for the server's address.
func TestEntraOddAnswers(t *testing.T) {
	t.Parallel()
	const busy = "it is the far side's load or fault"
	const proxy = "check that the address is the service's own"
	long := strings.Repeat("words ", 100)
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   want
	}{
		"html":          {says(200, "text/html", "<html><body>Sign in to the network</body></html>"), want{kind: bridge.Unreachable, code: "not_json", text: "HOST answered 200 with HTML where JSON was due", hint: proxy}},
		"html 503":      {says(503, "text/html", "<!DOCTYPE html>down"), want{kind: bridge.Unreachable, code: "not_json", text: "HOST answered 503 with HTML where JSON was due", hint: proxy, retry: true}},
		"html 403":      {says(403, "", "  <HTML>blocked"), want{kind: bridge.Unreachable, code: "not_json", text: "HOST answered 403 with HTML where JSON was due", hint: proxy}},
		"plain text":    {says(200, "text/plain", "OK"), want{kind: bridge.Unreachable, code: "not_json", text: "HOST answered 200 with something that is not JSON where JSON was due", hint: proxy}},
		"empty":         {saysJSON(200, ""), want{kind: bridge.Unreachable, code: "not_json", text: "HOST answered 200 with something that is not JSON where JSON was due", hint: proxy}},
		"array":         {saysJSON(200, "[]"), want{kind: bridge.Unreachable, code: "bad_answer", text: "HOST answered 200 with JSON of another shape than it should have", hint: proxy}},
		"429":           {saysJSON(429, `{"error":"quota","error_description":"slow down"}`), want{kind: bridge.Unreachable, code: "quota", text: "slow down", hint: "too many requests", retry: true}},
		"503":           {saysJSON(503, ""), want{kind: bridge.Unreachable, code: "http_503", text: "HOST answered 503 and gave no reason", hint: busy, retry: true}},
		"501":           {saysJSON(501, `{"error":{"code":"NotImplemented","message":"no such route"}}`), want{kind: bridge.Denied, code: "NotImplemented", text: "no such route"}},
		"temporarily":   {saysJSON(400, `{"error":"temporarily_unavailable"}`), want{kind: bridge.Unreachable, code: "temporarily_unavailable", text: "HOST answered 400 and gave no reason", hint: busy, retry: true}},
		"codes only":    {saysJSON(400, `{"error":"invalid_client","error_codes":[70021]}`), want{kind: bridge.Denied, code: "AADSTS70021", text: "HOST answered 400 and gave no reason", hint: "no federated credential"}},
		"odd code":      {saysJSON(400, `{"error":"a b\u001b[2J","error_description":"x\u001b[2Jy\u202e https://h/p?q=1. eyJhbGciOi.x.y"}`), want{kind: bridge.Denied, code: "http_400", text: "x[2Jy https://h/p. [redacted]"}},
		"two lines":     {saysJSON(400, `{"error":"e","error_description":"first\r\nTrace ID: 1"}`), want{kind: bridge.Denied, code: "e", text: "first"}},
		"long":          {saysJSON(400, `{"error":"e","error_description":"`+long+`"}`), want{kind: bridge.Denied, code: "e", text: strings.TrimSpace(long)[:400] + "..."}},
		"redirect":      {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "https://evil.example/", 307) }, want{kind: bridge.Unreachable, code: "redirect_refused", text: "HOST answered 307 with a redirect, which is never followed", hint: proxy}},
		"no token":      {saysJSON(200, `{"token_type":"Bearer","expires_in":3599}`), want{kind: bridge.Unreachable, code: "bad_answer", text: "HOST answered 200 without an access_token", hint: proxy}},
		"no expires_in": {saysJSON(200, `{"token_type":"Bearer","access_token":"x"}`), want{kind: bridge.Unreachable, code: "bad_answer", text: "HOST answered 200 without a usable expires_in", hint: proxy}},
		"odd expires_in": {
			saysJSON(200, `{"token_type":"Bearer","access_token":"x","expires_in":"soon"}`),
			want{kind: bridge.Unreachable, code: "bad_answer", text: "HOST answered 200 without a usable expires_in", hint: proxy},
		},
		"dead on arrival": {
			saysJSON(200, `{"token_type":"Bearer","access_token":"x","expires_in":0}`),
			want{kind: bridge.Unreachable, code: "bad_answer", text: "HOST answered 200 without a usable expires_in", hint: proxy},
		},
		"eternal": {
			saysJSON(200, `{"token_type":"Bearer","access_token":"x","expires_in":9223372036854775807}`),
			want{kind: bridge.Unreachable, code: "bad_answer", text: "HOST answered 200 without a usable expires_in", hint: proxy},
		},
		"pop token": {
			saysJSON(200, `{"token_type":"pop","access_token":"x","expires_in":10}`),
			want{kind: bridge.Unreachable, code: "bad_answer", text: "HOST answered 200 with a token that is not a bearer token", hint: proxy},
		},
		"10 MB": {saysJSON(200, strings.Repeat(" ", 10<<20)), want{kind: bridge.Unreachable, code: "response_too_large", text: "HOST answered with more than 1048576 bytes", hint: "not a proxy's"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, test.answer)
			_, err := exchanger(t, s.URL).Exchange(t.Context(), googleAssertion(t), bridge.LeaseRequest{})
			test.want.text = strings.ReplaceAll(test.want.text, "HOST", s.Listener.Addr().String())
			test.want.check(t, err)
		})
	}
}

func TestEntraRetryAfter(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "17")
		saysJSON(429, `{}`)(w, r)
	})
	_, err := exchanger(t, s.URL).Exchange(t.Context(), googleAssertion(t), bridge.LeaseRequest{})
	if e := refusalOf(t, err); e.RetryAfter != 17*time.Second || !e.Retry {
		t.Errorf("got %v, retry %v", e.RetryAfter, e.Retry)
	}
}

// A server in Entra's place that plays the assertion back gets it into no error.
func TestEntraEcho(t *testing.T) {
	t.Parallel()
	a := bridge.Assertion{Token: bridge.NewSecret("not-even-a-jwt")}
	s := serve(t, saysJSON(400, `{"error":"invalid_request","error_description":"bad assertion: not-even-a-jwt"}`))
	_, err := exchanger(t, s.URL).Exchange(t.Context(), a, bridge.LeaseRequest{})
	want{kind: bridge.Denied, code: "invalid_request", text: "invalid_request"}.check(t, err)
}

func TestEntraHanging(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
	t.Cleanup(func() { close(release) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := exchanger(t, s.URL).Exchange(ctx, googleAssertion(t), bridge.LeaseRequest{})
	want{kind: bridge.Unreachable, code: "deadline_exceeded", text: "gave up waiting for " + s.Listener.Addr().String()}.check(t, err)
}

func TestEntraUsage(t *testing.T) {
	t.Parallel()
	e := exchanger(t, "http://127.0.0.1:9")
	for _, test := range []struct {
		req  bridge.LeaseRequest
		code string
		text string
	}{
		{bridge.LeaseRequest{Audience: "x"}, "no_id_token", "Entra gives no ID token to a workload"},
		{bridge.LeaseRequest{Scopes: []string{StorageScope, ResourceManagerScope}}, "too_many_scopes", "Entra takes one scope at a time, not 2"},
		{bridge.LeaseRequest{Scopes: []string{"https://storage.azure.com/user_impersonation"}}, "scope_malformed", `scope "https://storage.azure.com/user_impersonation" is not of the form RESOURCE/.default`},
		{bridge.LeaseRequest{Scopes: []string{"a b/.default"}}, "scope_malformed", `scope "a b/.default" is not of the form RESOURCE/.default`},
	} {
		_, err := e.Exchange(t.Context(), googleAssertion(t), test.req)
		if got := refusalOf(t, err); got.Kind != bridge.Usage || got.Code != test.code || got.Text != test.text || got.Hint == "" {
			t.Errorf("got %v %q %q", got.Kind, got.Code, got.Text)
		}
	}
	_, err := e.Exchange(t.Context(), bridge.Assertion{}, bridge.LeaseRequest{})
	if got := refusalOf(t, err); got.Text != "there is no assertion to exchange" {
		t.Errorf("got %q", got.Text)
	}
	if e.AssertionAudience() != TokenExchangeResource {
		t.Errorf("audience %q", e.AssertionAudience())
	}
}

func TestNewEntraRefuses(t *testing.T) {
	t.Parallel()
	good := EntraOptions{HTTP: wire.New(wire.Options{}), Clock: clock, TenantID: "contoso.onmicrosoft.com", ClientID: clientID}
	if _, err := NewEntra(good); err != nil {
		t.Fatal(err)
	}
	for text, change := range map[string]func(*EntraOptions){
		"an Entra exchanger needs an HTTP client and a clock":                                      func(o *EntraOptions) { o.HTTP = nil },
		"no Entra tenant is named":                                                                 func(o *EntraOptions) { o.TenantID = "" },
		`tenant "common" names no single tenant`:                                                   func(o *EntraOptions) { o.TenantID = "common" },
		`tenant "a/b" is neither a GUID nor a domain`:                                              func(o *EntraOptions) { o.TenantID = "a/b" },
		`tenant "../x" is neither a GUID nor a domain`:                                             func(o *EntraOptions) { o.TenantID = "../x" },
		`client id "app" is not a GUID`:                                                            func(o *EntraOptions) { o.ClientID = "app" },
		`scope "x" is not of the form RESOURCE/.default`:                                           func(o *EntraOptions) { o.Scope = "x" },
		"authority host login.evil.example is not one of Microsoft's, and would be handed a token": func(o *EntraOptions) { o.AuthorityHost = "https://login.evil.example/" },
		"authority host login.microsoftonline.com.evil.example is not one of Microsoft's, and would be handed a token": func(o *EntraOptions) {
			o.AuthorityHost = "https://login.microsoftonline.com.evil.example"
		},
		"authority host 169.254.169.254 is not one of Microsoft's, and would be handed a token": func(o *EntraOptions) { o.AuthorityHost = "http://169.254.169.254/" },
		"authority host login.microsoftonline.com must be reached over https":                   func(o *EntraOptions) { o.AuthorityHost = "http://login.microsoftonline.com/" },
		"authority host login.microsoftonline.com has a port, which Microsoft's have not":       func(o *EntraOptions) { o.AuthorityHost = "https://login.microsoftonline.com:8443/" },
		"authority host login.microsoftonline.com has a path":                                   func(o *EntraOptions) { o.AuthorityHost = "https://login.microsoftonline.com/tenant/" },
		"authority host is not an address of the form https://HOST/":                            func(o *EntraOptions) { o.AuthorityHost = "https://login.microsoftonline.com@evil.example/" },
		"authority host is neither http nor https":                                              func(o *EntraOptions) { o.AuthorityHost = "ftp://localhost/" },
	} {
		o := good
		change(&o)
		_, err := NewEntra(o)
		if e := refusalOf(t, err); e.Text != text {
			t.Errorf("got %q, want %q", e.Text, text)
		}
	}
	for _, authority := range []string{"https://login.microsoftonline.us", "https://login.partner.microsoftonline.cn/", "HTTPS://LOGIN.microsoftonline.com:443/", "https://127.0.0.1:8443", "http://[::1]:1/"} {
		o := good
		o.AuthorityHost = authority
		if _, err := NewEntra(o); err != nil {
			t.Errorf("%s: %v", authority, err)
		}
	}
}
