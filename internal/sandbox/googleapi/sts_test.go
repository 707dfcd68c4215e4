package googleapi_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

// form is a token exchange as Google's SDKs send it, with changes.
func (g *google) form(changes map[string]string) url.Values {
	f := url.Values{
		"grant_type":           {"urn:ietf:params:oauth:grant-type:token-exchange"},
		"requested_token_type": {"urn:ietf:params:oauth:token-type:access_token"},
		"subject_token_type":   {"urn:ietf:params:oauth:token-type:jwt"},
		"subject_token":        {g.assertion(2 * time.Hour)},
		"audience":             {"//iam.googleapis.com/" + provider},
		"scope":                {cloudPlatform},
	}
	for name, value := range changes {
		if value == "" {
			f.Del(name)
		} else {
			f.Set(name, value)
		}
	}
	return f
}

func (g *google) exchange(f url.Values, headers ...string) *httptest.ResponseRecorder {
	g.Helper()
	return g.do(http.MethodPost, "/v1/token", f.Encode(), append([]string{"Content-Type: application/x-www-form-urlencoded"}, headers...)...)
}

type stsAnswer struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Type        string `json:"token_type"`
	Issued      string `json:"issued_token_type"`
	Token       string `json:"access_token"`
	ExpiresIn   *int   `json:"expires_in"`
}

func TestExchangeRefusals(t *testing.T) {
	t.Parallel()
	const target = `The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn't exist.`
	for _, tc := range []struct {
		name    string
		changes map[string]string
		world   func(*world.World)
		code    string
		text    string
	}{
		{name: "no grant type", changes: map[string]string{"grant_type": ""}, code: "unsupported_grant_type", text: "Unsupported grant_type in request."},
		{name: "a pool's name", changes: map[string]string{"audience": "//iam.googleapis.com/" + pool}, code: "invalid_request", text: `Invalid value for "audience". This value should be the full resource name of the Identity Provider. See https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token for the list of possible formats.`},
		{name: "a project id", changes: map[string]string{"audience": strings.Replace("//iam.googleapis.com/"+provider, "1234567890", "demo", 1)}, code: "invalid_target", text: target},
		{name: "no such provider", changes: map[string]string{"audience": "//iam.googleapis.com/" + pool + "/providers/other"}, code: "invalid_target", text: target},
		{name: "a disabled pool", world: func(w *world.World) {
			_ = w.UpdatePool(pool, func(p *world.Pool) error { p.Disabled = true; return nil })
		}, code: "invalid_target", text: target},
		{name: "a disabled provider", world: func(w *world.World) {
			_ = w.UpdatePool(pool, func(p *world.Pool) error {
				next := p.Providers[provider]
				next.Disabled = true
				p.Providers[provider] = next
				return nil
			})
		}, code: "invalid_target", text: target},
		{name: "no scope", changes: map[string]string{"scope": ""}, code: "invalid_request", text: "Scope(s) must be provided."},
		{name: "an unknown scope", changes: map[string]string{"scope": "everything"}, code: "invalid_scope", text: "Some requested scopes were invalid. {invalid=[everything]}"},
		{name: "no JWT", changes: map[string]string{"subject_token": "ya29.x"}, code: "invalid_grant", text: "Unable to parse the ID Token."},
		{name: "options that are no JSON", changes: map[string]string{"options": "x"}, code: "invalid_request", text: `Invalid value for "options": a JSON object is expected.`},
		{name: "an access boundary", changes: map[string]string{"options": `{"accessBoundary":{}}`}, code: "invalid_request", text: `Invalid value for "options": an access boundary applies to an access token of Google.`},
		{name: "another issuer", world: func(w *world.World) {
			_ = w.UpdatePool(pool, func(p *world.Pool) error {
				p.Providers[provider] = trust.Provider{Name: provider, OIDC: trust.OIDC{IssuerURI: "https://elsewhere.example"}, AttributeMapping: map[string]string{"google.subject": "assertion.sub"}}
				return nil
			})
		}, code: "invalid_grant", text: "The issuer in ID Token https://cluster.example/t/c does not match the expected one in config: https://elsewhere.example"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := newGoogle(t)
			if tc.world != nil {
				tc.world(g.world)
			}
			rec := g.exchange(g.form(tc.changes))
			var got stsAnswer
			if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if rec.Code != http.StatusBadRequest {
				t.Errorf("status %d", rec.Code)
			}
			if diff := cmp.Diff(stsAnswer{Error: tc.code, Description: tc.text}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestExchangeLifetime(t *testing.T) {
	t.Parallel()
	number := func(n int) *int { return &n }
	for _, tc := range []struct {
		left   time.Duration
		want   *int
		status int
	}{
		{2 * time.Hour, number(3600), 200},
		{30 * time.Minute, number(1800), 200},
		{3 * time.Second, number(3), 200},
		{2 * time.Second, nil, 200},
		{time.Second, nil, 500},
		{-59 * time.Second, number(59), 200},
		{-61 * time.Second, nil, 400},
	} {
		t.Run(tc.left.String(), func(t *testing.T) {
			t.Parallel()
			g := newGoogle(t)
			rec := g.exchange(g.form(map[string]string{"subject_token": g.assertion(tc.left)}))
			if rec.Code != tc.status {
				t.Fatalf("status %d, want %d: %s", rec.Code, tc.status, rec.Body)
			}
			if tc.status != http.StatusOK {
				return
			}
			var got stsAnswer
			g.into(rec, &got)
			if diff := cmp.Diff(tc.want, got.ExpiresIn); diff != "" {
				t.Errorf("expires_in (-want +got):\n%s", diff)
			}
		})
	}
}

// TestExchangeForms are the ways in which clients write the same exchange.
func TestExchangeForms(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	camel := map[string]string{}
	for name, value := range map[string]string{"grantType": "grant_type", "requestedTokenType": "requested_token_type", "subjectTokenType": "subject_token_type", "subjectToken": "subject_token", "audience": "audience", "scope": "scope"} {
		camel[name] = g.form(nil).Get(value)
	}
	encoded, err := json.Marshal(camel)
	if err != nil {
		t.Fatal(err)
	}
	options := url.QueryEscape(`{"bindCertFingerprint":"x"}`)
	for name, rec := range map[string]*httptest.ResponseRecorder{
		"json":                 g.do(http.MethodPost, "/v1/token", string(encoded)),
		"options encoded once": g.exchange(g.form(map[string]string{"options": `{}`})),
		"options twice":        g.exchange(g.form(map[string]string{"options": options})),
		"gcloud's basic":       g.exchange(g.form(nil), "Authorization: Basic eDp5"),
		"id_token type":        g.exchange(g.form(map[string]string{"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"})),
		"regional host":        g.do(http.MethodPost, "https://sts.europe-west4.rep.googleapis.com/v1/token", g.form(nil).Encode(), "Content-Type: application/x-www-form-urlencoded"),
	} {
		var got stsAnswer
		g.into(rec, &got)
		if got.Type != "Bearer" || got.Issued != "urn:ietf:params:oauth:token-type:access_token" || !strings.HasPrefix(got.Token, "ya29.") {
			t.Errorf("%s: %+v", name, got)
		}
		var seen struct {
			Active               bool
			Exp                  int64
			Scope, Sub, Username string
		}
		g.into(g.do(http.MethodPost, "/v1/introspect", `{"token":"`+got.Token+`"}`), &seen)
		if !seen.Active || seen.Username != principal || seen.Exp != noon.Add(time.Hour).Unix() || seen.Sub != "system:serviceaccount:demo:app" {
			t.Errorf("%s: introspect %+v", name, seen)
		}
	}
	var dead struct{ Active bool }
	g.into(g.do(http.MethodPost, "/v1/introspect", `{"token":"x"}`), &dead)
	if dead.Active {
		t.Error("an unknown token is active")
	}
}

func TestFaultsOfSTS(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	g.world.SetFault("sts", world.Fault{Status: 429, Times: 1})
	rec := g.exchange(g.form(nil))
	if rec.Code != http.StatusTooManyRequests || !strings.Contains(rec.Body.String(), "quota_exceeded") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	g.world.SetFault("sts", world.Fault{NoExpiry: true})
	var got stsAnswer
	g.into(g.exchange(g.form(nil)), &got)
	if got.ExpiresIn != nil || got.Token == "" {
		t.Errorf("%+v", got)
	}
}
