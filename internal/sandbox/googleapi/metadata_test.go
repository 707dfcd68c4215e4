package googleapi_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const flavor = "Metadata-Flavor: Google"

func TestMetadataValues(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	self := `{"aliases":["default"],"email":"` + account + `","scopes":["` + cloudPlatform + `"]}`
	for path, want := range map[string]string{
		"/project/project-id":                                "demo",
		"/project/numeric-project-id":                        "1234567890",
		"/universe/universe-domain":                          "googleapis.com",
		"/universe/universe_domain":                          "googleapis.com",
		"/instance/zone":                                     "projects/1234567890/zones/us-central1-b",
		"/instance/id":                                       "42",
		"/instance/name":                                     "vm",
		"/instance/hostname":                                 "vm.us-central1-b.c.demo.internal",
		"/instance/service-accounts/":                        account + "/\ndefault/\n",
		"/instance/service-accounts/default/email":           account,
		"/instance/service-accounts/" + account + "/scopes":  cloudPlatform + "\n",
		"/instance/service-accounts/default/?recursive=true": self,
		"/instance/service-accounts/?recursive=TRUE":         `{"` + account + `":` + self + `,"default":` + self + `}`,
		"/instance/service-accounts/default/email?alt=json":  `"` + account + `"`,
		"/project/": "attributes/\nnumeric-project-id\nproject-id\n",
	} {
		rec := g.do(http.MethodGet, "/computeMetadata/v1"+path, "", flavor)
		if diff := cmp.Diff(want, rec.Body.String()); diff != "" || rec.Code != 200 {
			t.Errorf("%s: %d (-want +got):\n%s", path, rec.Code, diff)
		}
		if h := rec.Header(); h.Get("Metadata-Flavor") != "Google" || h.Get("Etag") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestMetadataRefusals(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	for _, tc := range []struct {
		name, method, path, headers string
		status                      int
		body                        string
	}{
		{"no flavor", "GET", "/computeMetadata/v1/project/project-id", "X: y", 403, "Missing Metadata-Flavor:Google header.\n"},
		{"forwarded", "GET", "/computeMetadata/v1/project/project-id", "X-Forwarded-For: 1.2.3.4", 403, "Requests with X-Forwarded-For are not allowed.\n"},
		{"a directory without its slash", "GET", "/computeMetadata/v1/instance", flavor, 301, "/computeMetadata/v1/instance/\n"},
		{"no such key", "GET", "/computeMetadata/v1/instance/nothing", flavor, 404, "The requested URL /computeMetadata/v1/instance/nothing was not found on this server.\n"},
		{"no audience", "GET", "/computeMetadata/v1/instance/service-accounts/default/identity", flavor, 400, "non-empty audience parameter required\n"},
		{"a post", "POST", "/computeMetadata/v1/project/project-id", flavor, 405, "Only GET and HEAD are allowed.\n"},
		{"the ping", "GET", "/", flavor, 200, "computeMetadata/\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := &google{t, g.world, g.api}
			rec := g.do(tc.method, tc.path, "", tc.headers)
			if rec.Code != tc.status || rec.Body.String() != tc.body || rec.Header().Get("Metadata-Flavor") != "Google" {
				t.Errorf("%d %q", rec.Code, rec.Body)
			}
		})
	}
}

func TestMetadataTokens(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	rec := g.do(http.MethodGet, "/computeMetadata/v1/instance/service-accounts/default/token?scopes="+cloudPlatform, "", flavor)
	if kind := rec.Header().Get("Content-Type"); kind != "application/json" {
		t.Errorf("Content-Type %q", kind)
	}
	var token struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
		TokenType   string `json:"token_type"`
	}
	g.into(rec, &token)
	if token.ExpiresIn != 3599 || token.TokenType != "Bearer" {
		t.Errorf("%+v", token)
	}
	if rec := g.do(http.MethodPost, flash+":generateContent", hello, "Authorization: Bearer "+token.AccessToken); rec.Code != 200 {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	identity := g.do(http.MethodGet, "/computeMetadata/v1/instance/service-accounts/default/identity?audience=api://AzureADTokenExchange&format=full", "", flavor).Body.String()
	claims := claimsOf(t, identity)
	if claims["aud"] != "api://AzureADTokenExchange" || claims["email"] != account || claims["google"] == nil || claims["sub"] != "1001" {
		t.Errorf("%v", claims)
	}
	verifyWithCerts(t, g, identity)
}

// TestWaitForChange is a subscription: an answer that the caller has is held back until the timeout.
func TestWaitForChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGoogle(t)
		const path = "/computeMetadata/v1/project/project-id?wait_for_change=true&timeout_sec=60&last_etag="
		start := time.Now()
		etag := g.do(http.MethodGet, path+"older", "", flavor).Header().Get("Etag")
		if took := time.Since(start); took != 0 {
			t.Errorf("a caller with an old value waited %s", took)
		}
		rec := g.do(http.MethodGet, path+etag, "", flavor)
		if took := time.Since(start); took != time.Minute || rec.Body.String() != "demo" {
			t.Errorf("after %s: %s", took, rec.Body)
		}
	})
}

// verifyWithCerts checks an ID token as any relying party would: discovery, certificates, signature.
func verifyWithCerts(t *testing.T, g *google, token string) {
	t.Helper()
	var discovery struct {
		Issuer  string
		JWKSURI string `json:"jwks_uri"`
	}
	g.into(g.do(http.MethodGet, "https://accounts.google.com/.well-known/openid-configuration", ""), &discovery)
	if discovery.Issuer != world.GoogleIssuer || discovery.JWKSURI != "https://www.googleapis.com/oauth2/v3/certs" {
		t.Errorf("%+v", discovery)
	}
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(g.do(http.MethodGet, discovery.JWKSURI, "").Body.Bytes(), &keys); err != nil {
		t.Fatal(err)
	}
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parsed.Verify(keys); err != nil {
		t.Error(err)
	}
}

func TestTokenInfoAndUserInfo(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	token := func(header string) string { return header[len("Authorization: Bearer "):] }
	withEmail := g.grant(world.Grant{Principal: account, Scopes: []string{cloudPlatform, "https://www.googleapis.com/auth/userinfo.email"}, Expiry: noon.Add(time.Minute)})
	var info struct {
		Email     string
		ExpiresIn string `json:"expires_in"`
	}
	g.into(g.do(http.MethodGet, "https://oauth2.googleapis.com/tokeninfo?access_token="+token(withEmail), ""), &info)
	if info.Email != account || info.ExpiresIn != "60" {
		t.Errorf("%+v", info)
	}
	// Google's tokeninfo does not understand federated tokens.
	if rec := g.do(http.MethodGet, "/tokeninfo?access_token="+token(g.federated()), ""); rec.Code != 400 {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	var user struct{ Sub, Email string }
	g.into(g.do(http.MethodGet, "/oauth2/v3/userinfo", "", withEmail), &user)
	if user.Sub != "1001" || user.Email != account {
		t.Errorf("%+v", user)
	}
	if rec := g.do(http.MethodGet, "/oauth2/v3/userinfo", ""); rec.Code != 401 {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

func TestUnknownRoute(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	got := g.refusal(g.do(http.MethodGet, "/nowhere", ""))
	want := refusal{501, "UNIMPLEMENTED", "", "the sandbox does not know GET /nowhere; docs/sandbox.md lists what it knows"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
