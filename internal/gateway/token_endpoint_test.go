package gateway_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway"
)

func keys(first byte) [][]byte { return [][]byte{[]byte(strings.Repeat(string(rune('a'+first)), 32))} }

// form is what an SDK posts for an external_account file.
func form(change ...string) string {
	v := url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "scope": {"https://www.googleapis.com/auth/cloud-platform"},
		"audience":             {"//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/aks-prod"},
		"requested_token_type": {"urn:ietf:params:oauth:token-type:access_token"}, "subject_token_type": {"urn:ietf:params:oauth:token-type:jwt"},
		"subject_token": {secret},
	}
	for i := 0; i < len(change); i += 2 {
		v.Set(change[i], change[i+1])
	}
	return v.Encode()
}

var formType = []string{"Content-Type", "application/x-www-form-urlencoded"}

type granted struct {
	AccessToken string `json:"access_token"`
	Type        string `json:"token_type"`
	Issued      string `json:"issued_token_type"`
	ExpiresIn   int    `json:"expires_in"`
}

func grant(t *testing.T, d *door) granted {
	t.Helper()
	status, body, h := d.do(t, http.MethodPost, "/v1/token", form(), formType...)
	var g granted
	if err := json.Unmarshal([]byte(body), &g); err != nil || status != 200 || h.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s", status, body)
	}
	return g
}

func TestOurOwnTokenOpensTheGatewayAndNothingElse(t *testing.T) {
	t.Parallel()
	var now atomic.Pointer[time.Time]
	start := time.Now()
	now.Store(&start)
	var ring atomic.Pointer[[][]byte]
	first := keys(0)
	ring.Store(&first)
	var revoked atomic.Pointer[string]
	d := open(t, farSide(t, says("application/json", answer)), func(o *gateway.Options) {
		o.Tokens = gateway.Tokens{Keys: func() [][]byte { return *ring.Load() }, Lifetime: 10 * time.Minute}
		o.Clock = func() time.Time { return *now.Load() }
		o.Revoked = func(_, id string) bool { r := revoked.Load(); return r != nil && id == *r }
	})
	g := grant(t, d)
	if !strings.HasPrefix(g.AccessToken, "lbt1_") || strings.Contains(g.AccessToken, secret) || g.Type != "Bearer" || g.ExpiresIn != 600 || g.Issued != string(bridge.AccessToken) {
		t.Errorf("%+v", g)
	}
	last := d.book.last(t)
	if last.Event != bridge.EventLease || last.Call.Workload != workload || !strings.HasPrefix(last.Token, "token:") || strings.Contains(g.AccessToken, last.Call.ID) {
		t.Errorf("record %+v", last)
	}
	try := func(what, token string, want int) {
		t.Helper()
		if status, body, _ := d.do(t, http.MethodPost, native+"generateContent", hello, "Authorization", "Bearer "+token); status != want {
			t.Errorf("%s: %d %s", what, status, body)
		}
	}
	try("fresh", g.AccessToken, 200)
	changed, other := []byte(g.AccessToken), byte('A')
	if changed[20] == other {
		other = 'B'
	}
	changed[20] = other
	try("changed", string(changed), 401)
	turned := append(keys(1), first...)
	ring.Store(&turned)
	try("an older key of the ring", grant(t, d).AccessToken, 200)
	id := last.Call.ID
	revoked.Store(&id)
	try("revoked by its id", g.AccessToken, 401)
	revoked.Store(nil)
	later := start.Add(11 * time.Minute)
	now.Store(&later)
	try("expired", g.AccessToken, 401)
}

func TestTokenEndpointRefusesAsGoogleDoes(t *testing.T) {
	t.Parallel()
	d := open(t, farSide(t, says("application/json", answer)), func(o *gateway.Options) {
		o.Tokens.Keys = func() [][]byte { return keys(0) }
	})
	for _, one := range []struct {
		name, method, body string
		header             []string
		status             int
		code, text         string
	}{
		{"GET", http.MethodGet, "", formType, 405, "invalid_request", "a token is asked for with POST"},
		{"JSON", http.MethodPost, "{}", nil, 400, "invalid_request", "the request is not of type application/x-www-form-urlencoded"},
		{"another grant", http.MethodPost, form("grant_type", "password"), formType, 400, "unsupported_grant_type", "Unsupported grant_type in request."},
		{"no scope", http.MethodPost, form("scope", ""), formType, 400, "invalid_request", "Scope(s) must be provided."},
		{"another token type", http.MethodPost, form("requested_token_type", "x"), formType, 400, "invalid_request", "Invalid value of requested_token_type in request."},
		{"a field twice", http.MethodPost, form() + "&scope=x", formType, 400, "invalid_request", "a field of the form stands there twice: scope"},
		{"another's token", http.MethodPost, form("subject_token", "eyJ.x.y"), formType, 400, "invalid_grant", "the token is refused"},
		{"giant", http.MethodPost, form("subject_token", strings.Repeat("a", 200<<10)), formType, 400, "invalid_request", "the form is malformed or longer than 128 KiB"},
	} {
		t.Run(one.name, func(t *testing.T) {
			status, body, _ := d.do(t, one.method, "/v1/token", one.body, one.header...)
			want := `{"error":"` + one.code + `","error_description":"` + one.text + `"}` + "\n"
			if status != one.status || body != want {
				t.Errorf("%d %s", status, body)
			}
			if last := d.book.last(t); last.Event != bridge.EventRefusal || last.Code == "internal" {
				t.Errorf("record %+v", last)
			}
		})
	}
}

func TestResourceManagerKnowsTheProject(t *testing.T) {
	t.Parallel()
	d := open(t, farSide(t, says("application/json", answer)), func(o *gateway.Options) {
		o.Projects = []gateway.Project{{ID: "demo", Number: "123"}}
	})
	want := `{"lifecycleState":"ACTIVE","name":"demo","projectId":"demo","projectNumber":"123"}` + "\n"
	if status, body, _ := d.do(t, http.MethodGet, "/v1/projects/123", "", "Authorization", "Bearer "+secret); status != 200 || body != want {
		t.Errorf("%d %s", status, body)
	}
	if status, body, _ := d.do(t, http.MethodGet, "/v1/projects/124", "", "Authorization", "Bearer "+secret); status != 404 || !strings.Contains(body, "NOT_FOUND") {
		t.Errorf("%d %s", status, body)
	}
	if status, _, _ := d.do(t, http.MethodGet, "/v1/projects/123", ""); status != 401 {
		t.Error(status)
	}
}
