package google_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
)

const (
	stsPath    = "/v1/token"
	accessPath = "/v1/projects/-/serviceAccounts/" + account + ":generateAccessToken"
	idPath     = "/v1/projects/-/serviceAccounts/" + account + ":generateIdToken"
)

var (
	stsOK = reply{status: 200, body: `{"access_token":"ya29.secret-federated","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","token_type":"Bearer","expires_in":3599}`}
	iamOK = reply{status: 200, body: `{"accessToken":"ya29.secret-account","expireTime":"2026-11-23T13:00:00Z"}`}
)

func TestDirectAccess(t *testing.T) {
	t.Parallel()
	f := newFar(t, map[string]reply{stsPath: stsOK})
	lease, err := exchange(t, newExchange(t, f), bridge.LeaseRequest{Scopes: []string{"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	if lease.Token.Reveal() != "ya29.secret-federated" || lease.Principal != member || !lease.Expiry.Equal(now.Add(3599*time.Second)) || lease.Type != bridge.AccessToken {
		t.Errorf("lease %+v", lease)
	}
	if len(lease.Trace) != 2 || lease.Trace[1].Hop != bridge.HopSTS || lease.Trace[1].Who != member {
		t.Errorf("trace %+v", lease.Trace)
	}
	got := f.calls()[0]
	form, err := url.ParseQuery(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"grant_type":           {"urn:ietf:params:oauth:grant-type:token-exchange"},
		"requested_token_type": {"urn:ietf:params:oauth:token-type:access_token"},
		"audience":             {provider}, "scope": {"a b"},
		"subject_token_type": {"urn:ietf:params:oauth:token-type:jwt"}, "subject_token": {assertion().Token.Reveal()},
	}
	if d := cmp.Diff(want, form); d != "" {
		t.Error(d)
	}
	if got.Header.Get("Authorization") != "" || got.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("headers %v", got.Header)
	}
}

func TestImpersonation(t *testing.T) {
	t.Parallel()
	f := newFar(t, map[string]reply{stsPath: stsOK, accessPath: iamOK})
	x := newExchange(t, f, impersonating, func(o *google.ExchangeOptions) {
		o.Delegates, o.QuotaProject, o.Lifetime = []string{"hop@prod.iam.gserviceaccount.com"}, "billing", 1800*time.Second
	})
	lease, err := exchange(t, x, bridge.LeaseRequest{Scopes: []string{"https://www.googleapis.com/auth/devstorage.read_only"}})
	if err != nil {
		t.Fatal(err)
	}
	if lease.Token.Reveal() != "ya29.secret-account" || lease.Principal != account || !lease.Expiry.Equal(now.Add(time.Hour)) || len(lease.Trace) != 3 {
		t.Errorf("lease %+v", lease)
	}
	sts, iam := f.calls()[0], f.calls()[1]
	if form, _ := url.ParseQuery(sts.Body); form.Get("scope") != google.CloudPlatform {
		t.Errorf("sts scope %q", form.Get("scope"))
	}
	if iam.Header.Get("Authorization") != "Bearer ya29.secret-federated" || iam.Header.Get("X-Goog-User-Project") != "billing" {
		t.Errorf("headers %v", iam.Header)
	}
	wantJSON(t, iam.Body, `{"delegates":["projects/-/serviceAccounts/hop@prod.iam.gserviceaccount.com"],"lifetime":"1800s","scope":["https://www.googleapis.com/auth/devstorage.read_only"]}`)
}

func TestIDToken(t *testing.T) {
	t.Parallel()
	token := jwt(map[string]any{"aud": "https://svc", "exp": now.Add(time.Hour).Unix()})
	f := newFar(t, map[string]reply{stsPath: stsOK, idPath: {status: 200, body: `{"token":"` + token + `"}`}})
	lease, err := exchange(t, newExchange(t, f, impersonating), bridge.LeaseRequest{Audience: "https://svc"})
	if err != nil {
		t.Fatal(err)
	}
	if lease.Type != bridge.IDToken || lease.Audience != "https://svc" || !lease.Expiry.Equal(now.Add(time.Hour)) || lease.Token.Reveal() != token || lease.Scopes != nil {
		t.Errorf("lease %+v", lease)
	}
	wantJSON(t, f.calls()[1].Body, `{"audience":"https://svc","includeEmail":true}`)
}

func TestIDTokenNeedsAServiceAccount(t *testing.T) {
	t.Parallel()
	f := newFar(t, nil)
	_, err := exchange(t, newExchange(t, f), bridge.LeaseRequest{Audience: "https://svc"})
	e := refused(t, err, "an ID token was asked for, but with direct access there is no service account that could sign it")
	if e.Kind != bridge.Usage || len(f.calls()) != 0 {
		t.Errorf("kind %v, %d calls", e.Kind, len(f.calls()))
	}
}

func TestExchangeOptionsRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text, hint string
		change           func(*google.ExchangeOptions)
	}{
		{"no provider", "no workload identity pool provider is named", providerHint, func(o *google.ExchangeOptions) { o.Provider = "" }},
		{
			"project id", `provider name "//iam.googleapis.com/projects/my-project/locations/global/workloadIdentityPools/azure/providers/aks-prod" has the project id "my-project" where google wants the project number`,
			"gcloud projects describe my-project --format='value(projectNumber)'",
			func(o *google.ExchangeOptions) { o.Provider = strings.Replace(provider, "123456789", "my-project", 1) },
		},
		{
			"pool", `"projects/1/locations/global/workloadIdentityPools/azure" names a pool, not a provider`,
			"add /providers/PROVIDER: gcloud iam workload-identity-pools providers list --location=global --workload-identity-pool=azure",
			func(o *google.ExchangeOptions) {
				o.Provider = "projects/1/locations/global/workloadIdentityPools/azure"
			},
		},
		{
			"workforce", `"//iam.googleapis.com/locations/global/workforcePools/people/providers/x" is a workforce pool, which is for people`, "create a workload identity pool provider: " + name,
			func(o *google.ExchangeOptions) {
				o.Provider = "//iam.googleapis.com/locations/global/workforcePools/people/providers/x"
			},
		},
		{
			"long", "a lifetime of 3601 s is longer than the 3600 s that google allows without an organisation policy",
			"use 3600s or less; or have " + account + " listed in constraints/iam.allowServiceAccountCredentialLifetimeExtension and then allow the long lifetime explicitly",
			func(o *google.ExchangeOptions) { o.Lifetime = 3601 * time.Second },
		},
		{
			"longer than ever", "a lifetime of 43201 s is longer than the 43200 s that google ever allows", "use 3600s or less",
			func(o *google.ExchangeOptions) { o.Lifetime, o.AllowLongLifetime = 43201*time.Second, true },
		},
		{
			"short", "a lifetime of 300 s is not more than the 300 s that a lease has when it is handed out", "use 3600s",
			func(o *google.ExchangeOptions) { o.Lifetime = 300 * time.Second },
		},
		{
			"delegates alone", "delegates are named, but no service account that they lead to", "name the service account, or drop the delegates for direct access",
			func(o *google.ExchangeOptions) { o.ServiceAccount, o.Delegates = "", []string{"x@y"} },
		},
		{
			"lifetime alone", "a lifetime is set, but with direct access the lease lives as long as the assertion, at most an hour", "name a service account, or drop the lifetime",
			func(o *google.ExchangeOptions) { o.ServiceAccount, o.Lifetime = "", time.Hour },
		},
		{
			"path in the account", `"x/../y" is not the e-mail or unique id of a service account`, "use NAME@PROJECT.iam.gserviceaccount.com",
			func(o *google.ExchangeOptions) { o.ServiceAccount = "x/../y" },
		},
		{
			"plain endpoint", "the sts endpoint sends tokens over plain http to sts.example.com", "use https://HOST, or http on loopback",
			func(o *google.ExchangeOptions) { o.STSEndpoint = "http://sts.example.com" },
		},
		{
			"endpoint with a query", "the iamcredentials endpoint has more than scheme, host and path", "use https://HOST, or http on loopback",
			func(o *google.ExchangeOptions) { o.IAMEndpoint = "https://x?y=z" },
		},
		{
			"region", `sts region "evil.com/" is not a region`, "use a region such as europe-west4, or leave it out for the global endpoint",
			func(o *google.ExchangeOptions) { o.Region = "evil.com/" },
		},
		{
			"region and endpoint", "both a region and an endpoint of sts are named", "keep one of the two",
			func(o *google.ExchangeOptions) { o.Region, o.STSEndpoint = "europe-west4", "https://sts.example.com" },
		},
		{
			"universe", `universe domain "x/y" is not a domain name`, "leave it out for googleapis.com",
			func(o *google.ExchangeOptions) { o.UniverseDomain = "x/y" },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			o := google.ExchangeOptions{Wire: client(), Clock: clock, Provider: provider, ServiceAccount: account}
			tc.change(&o)
			_, err := google.NewExchange(o)
			if e := refused(t, err, tc.text); e.Kind != bridge.Usage || e.Hint != tc.hint {
				t.Errorf("%v, hint %q", e.Kind, e.Hint)
			}
		})
	}
}

const (
	name         = "//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER"
	providerHint = "name it: " + name
)

func TestAssertionAudience(t *testing.T) {
	t.Parallel()
	f := newFar(t, nil)
	if got := newExchange(t, f).AssertionAudience(); got != "https:"+provider {
		t.Error(got)
	}
	if got := newExchange(t, f, func(o *google.ExchangeOptions) { o.AssertionAudience = "api://AzureADTokenExchange" }).AssertionAudience(); got != "api://AzureADTokenExchange" {
		t.Error(got)
	}
	bare := newExchange(t, f, func(o *google.ExchangeOptions) { o.Provider = strings.TrimPrefix(provider, "//iam.googleapis.com/") })
	if got := bare.Provider().Name(); got != provider {
		t.Error(got)
	}
}

// Oddities of a success: each refused in clear words, and the dying assertion marked as stale.
func TestUnusableAnswers(t *testing.T) {
	t.Parallel()
	ok := func(body string) reply { return reply{status: 200, body: body} }
	for _, tc := range []struct {
		name, text string
		sts, iam   reply
		stale      bool
	}{
		{"no expires_in", "HOST answered without expires_in: the assertion is about to expire", ok(`{"access_token":"x","token_type":"Bearer"}`), reply{}, true},
		{"null expires_in", "HOST answered without expires_in: the assertion is about to expire", ok(`{"access_token":"x","token_type":"Bearer","expires_in":null}`), reply{}, true},
		{"zero", "HOST answered expires_in 0: the token is dead already", ok(`{"access_token":"x","token_type":"Bearer","expires_in":0}`), reply{}, true},
		{"negative", "HOST answered expires_in -1: the token is dead already", ok(`{"access_token":"x","token_type":"Bearer","expires_in":-1}`), reply{}, true},
		{"text", "HOST answered 200 with an expires_in that is not a whole number", ok(`{"access_token":"x","token_type":"Bearer","expires_in":"soon"}`), reply{}, false},
		{"no token", "HOST answered 200 with no access_token", ok(`{"token_type":"Bearer","expires_in":9}`), reply{}, false},
		{"token_type", `HOST answered 200 with token_type "mac" where Bearer is due`, ok(`{"access_token":"x","token_type":"mac","expires_in":9}`), reply{}, false},
		{"issued", `HOST answered 200 with issued_token_type "urn:x" where an access token is due`, ok(`{"access_token":"x","token_type":"Bearer","issued_token_type":"urn:x","expires_in":9}`), reply{}, false},
		{"html", "HOST answered 200 with an HTML page instead of JSON", reply{status: 200, body: "<html>log in</html>", header: map[string]string{"Content-Type": "text/html"}}, reply{}, false},
		{"not json", "HOST answered 200 with something that is not the JSON due", ok("hello"), reply{}, false},
		{"iam without expireTime", "HOST answered 200 with no expireTime", stsOK, ok(`{"accessToken":"x"}`), false},
		{"iam without token", "HOST answered 200 with no accessToken", stsOK, ok(`{"expireTime":"2026-11-23T13:00:00Z"}`), false},
		{"iam bad time", "HOST answered 200 with something that is not the JSON due", stsOK, ok(`{"accessToken":"x","expireTime":"tomorrow"}`), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t, map[string]reply{stsPath: tc.sts, accessPath: tc.iam})
			_, err := exchange(t, newExchange(t, f, impersonating), bridge.LeaseRequest{})
			e := refused(t, err, strings.Replace(tc.text, "HOST", f.Listener.Addr().String(), 1))
			if e.Stale != tc.stale || e.Retry || e.Hint == "" {
				t.Errorf("stale %v, retry %v, hint %q", e.Stale, e.Retry, e.Hint)
			}
		})
	}
}

func TestHangingSTS(t *testing.T) {
	t.Parallel()
	f := newFar(t, map[string]reply{stsPath: {hang: true}})
	x := newExchange(t, f, func(o *google.ExchangeOptions) { o.Wire = hasty() })
	_, err := exchange(t, x, bridge.LeaseRequest{})
	if e := refused(t, err, f.Listener.Addr().String()+" did not answer in time"); !e.Retry || e.Kind != bridge.Unreachable || e.Hop != bridge.HopSTS {
		t.Errorf("%+v", e)
	}
}

func wantJSON(t *testing.T, got, want string) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(w, g); d != "" {
		t.Error(d)
	}
}

func rpcError(status int, code, message, details string) reply {
	if details == "" {
		details = "[]"
	}
	m, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	return reply{status: status, body: fmt.Sprintf(`{"error":{"code":%d,"message":%s,"status":%q,"details":%s}}`, status, m, code, details)}
}

func stsError(code, description string) reply {
	body, err := json.Marshal(map[string]string{"error": code, "error_description": description})
	if err != nil {
		panic(err)
	}
	return reply{status: http.StatusBadRequest, body: string(body)}
}
