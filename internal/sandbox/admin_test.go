package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/sandbox"
)

// admin calls the admin API.
func admin(t *testing.T, s *sandbox.Sandbox, method, path, body string, headers ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.Profile().AdminURL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSpace(string(out))
}

func mint(t *testing.T, s *sandbox.Sandbox, body string) string {
	t.Helper()
	status, out := admin(t, s, http.MethodPost, "/tokens", body)
	var got struct{ Token string }
	if err := json.Unmarshal([]byte(out), &got); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s", status, out)
	}
	return got.Token
}

// exchange sends an assertion to STS and returns the federated token, or the refusal as "error: description".
func exchange(t *testing.T, p sandbox.Profile, audience, assertion string) (token, refusal string) {
	t.Helper()
	resp, err := http.PostForm(p.Google.TokenURL, url.Values{
		"grant_type":           {"urn:ietf:params:oauth:grant-type:token-exchange"},
		"requested_token_type": {"urn:ietf:params:oauth:token-type:access_token"},
		"subject_token_type":   {"urn:ietf:params:oauth:token-type:jwt"},
		"subject_token":        {assertion}, "audience": {audience}, "scope": {cloudPlatform},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got struct {
		Token       string `json:"access_token"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.Error != "" {
		return "", got.Error + ": " + got.Description
	}
	return got.Token, ""
}

// TestFlaws holds each deliberately broken token against Google's text.
func TestFlaws(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	p := s.Profile()
	const connect, signature = "invalid_grant: Error connecting to the given credential's issuer.", "invalid_grant: Unable to verify the ID Token signature."
	for flaw, want := range map[string]string{
		"wrong_issuer": "invalid_grant: The issuer in ID Token https://issuer.example does not match the expected one in config: " + strings.TrimSuffix(p.Azure.ClusterIssuer, "/"),
		"missing_iss":  "invalid_grant: The issuer in ID Token null does not match the expected one in config: " + p.Azure.ClusterIssuer,
		"missing_aud":  "invalid_grant: The audience in ID Token [] does not match the expected audience.",
		"missing_iat":  "invalid_grant: ID Token issued at null is stale to sign-in.",
		"missing_sub":  "unauthorized_client: Could not obtain a value for google.subject from the given credential.",
		"long_subject": "invalid_request: The size of mapped attribute google.subject exceeds the 127 bytes limit. Either modify your attribute mapping or the incoming assertion to produce a mapped attribute that is less than 127 bytes.",
		"unknown_kid":  connect,
		"wrong_key":    signature,
		"alg_none":     signature,
		"hs256":        signature,
		"p384":         signature,
		"garbled":      "invalid_grant: Unable to parse the ID Token.",
	} {
		t.Run(flaw, func(t *testing.T) {
			t.Parallel()
			_, got := exchange(t, p, p.Google.Audience, mint(t, s, `{"flaw":"`+flaw+`"}`))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for _, flaw := range []string{"expired", "not_yet_valid", "missing_exp"} { // the text has the time in it
		_, got := exchange(t, p, p.Google.Audience, mint(t, s, `{"flaw":"`+flaw+`"}`))
		if !strings.HasPrefix(got, "invalid_grant: ID Token issued at ") || !strings.HasSuffix(got, " is stale to sign-in.") {
			t.Errorf("%s: %s", flaw, got)
		}
	}
	if _, got := exchange(t, p, p.Google.Audience, mint(t, s, `{"namespace":"default","service_account":"default"}`)); got != "unauthorized_client: The given credential is rejected by the attribute condition." {
		t.Errorf("another namespace: %s", got)
	}
	if _, got := exchange(t, p, p.Google.Audience, mint(t, s, `{"audience":["other"]}`)); got != "invalid_grant: The audience in ID Token [other] does not match the expected audience." {
		t.Errorf("another audience: %s", got)
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	p := s.Profile()
	old := mint(t, s, `{}`)
	admin(t, s, http.MethodPost, "/keys/rotate", `{}`)
	if _, got := exchange(t, p, p.Google.Audience, old); got != "" {
		t.Errorf("the old key is still published: %s", got)
	}
	if _, got := exchange(t, p, p.Google.Audience, mint(t, s, `{"lifetime":"10m"}`)); got != "" {
		t.Errorf("the new key: %s", got)
	}
	admin(t, s, http.MethodPost, "/keys/rotate", `{"issuer":"`+p.Azure.ClusterIssuer+`","keep":0}`)
	if _, got := exchange(t, p, p.Google.Audience, old); got != "invalid_grant: Error connecting to the given credential's issuer." {
		t.Errorf("the key is gone: %q", got)
	}
}

// TestChanges changes the world from outside and looks at what Google says then.
func TestChanges(t *testing.T) {
	t.Parallel()
	const target = `invalid_target: The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn't exist.`
	member := func(p sandbox.Profile) string {
		return `{"resource":"` + p.Google.ServiceAccount + `","role":"roles/iam.workloadIdentityUser","member":"` + p.Google.DirectPrincipal + `"}`
	}
	for _, tc := range []struct {
		name, method, path string
		body               func(sandbox.Profile) string
		sts, impersonation string
	}{
		{"a disabled pool", "PATCH", "/pools/azure", func(sandbox.Profile) string { return `{"disabled":true}` }, target, ""},
		{"a deleted provider", "DELETE", "/pools/azure/providers/aks-cluster", func(sandbox.Profile) string { return "" }, target, ""},
		{"a disabled provider", "PATCH", "/pools/azure/providers/aks-cluster", func(sandbox.Profile) string { return `{"disabled":true}` }, target, ""},
		{"another condition", "PATCH", "/pools/azure/providers/aks-cluster", func(sandbox.Profile) string { return `{"attributeCondition":"assertion.sub == 'me'"}` }, "unauthorized_client: The given credential is rejected by the attribute condition.", ""},
		{"a throttled STS", "POST", "/faults", func(sandbox.Profile) string { return `{"api":"sts","status":429,"retry_after":"2s"}` }, "quota_exceeded: The request was throttled due to rate limit: sts.googleapis.com/requests. Please retry after a few seconds.", ""},
		{"a removed binding", "DELETE", "/bindings", member, "", "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."},
		{"a switched-off API", "PATCH", "/projects/landbridge-demo", func(sandbox.Profile) string { return `{"services":{"iamcredentials.googleapis.com":false}}` }, "", "IAM Service Account Credentials API has not been used in project"},
		{"a disabled account", "PATCH", "/serviceAccounts/vertex-caller@landbridge-demo.iam.gserviceaccount.com", func(sandbox.Profile) string { return `{"disabled":true}` }, "", "Precondition check failed."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, sandbox.Options{})
			p := s.Profile()
			if status, out := admin(t, s, tc.method, tc.path, tc.body(p)); status/100 != 2 {
				t.Fatalf("%d %s", status, out)
			}
			token, got := exchange(t, p, p.Google.Audience, mint(t, s, `{}`))
			if diff := cmp.Diff(tc.sts, got); diff != "" {
				t.Errorf("sts (-want +got):\n%s", diff)
			}
			if tc.impersonation == "" {
				return
			}
			if status, out, _ := post(t, p.Google.ImpersonationURL, token, `{"scope":["`+cloudPlatform+`"]}`); status == 200 || !strings.Contains(out, tc.impersonation) {
				t.Errorf("%d %s", status, out)
			}
		})
	}
}

func TestAdminRefusals(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	for _, tc := range []struct {
		name, method, path, body, header string
		status                           int
		text                             string
	}{
		{"a browser", "GET", "/profile", "", "Origin: https://evil.example", 403, `{"error":"the admin API answers programs on this machine only"}`},
		{"a proxy", "GET", "/profile", "", "X-Forwarded-For: 10.0.0.1", 403, `{"error":"the admin API answers programs on this machine only"}`},
		{"no such route", "GET", "/nothing", "", "X: y", 404, `{"error":"no admin route GET /sandbox/v1/nothing; docs/sandbox.md lists them"}`},
		{"an unknown field", "POST", "/faults", `{"api":"sts","statsu":1}`, "X: y", 400, `{"error":"the body does not fit: unknown field \"statsu\""}`},
		{"no api", "POST", "/faults", `{}`, "X: y", 400, `{"error":"api is missing: sts, iamcredentials, vertex, vertex@us-central1, entra, imds, …"}`},
		{"no such role", "POST", "/bindings", `{"resource":"landbridge-demo","role":"roles/x","member":"allUsers"}`, "X: y", 404, `{"error":"role \"roles/x\" does not exist"}`},
		{"no such account", "POST", "/tokens", `{"service_account":"nobody"}`, "X: y", 404, `{"error":"serviceaccounts \"nobody\" does not exist"}`},
		{"no such flaw", "POST", "/tokens", `{"flaw":"x"}`, "X: y", 400, `{"error":"no flaw \"x\"; the flaws are alg_none, expired, garbled, hs256, long_subject, missing_aud, missing_exp, missing_iat, missing_iss, missing_sub, not_yet_valid, p384, unknown_kid, wrong_issuer, wrong_key"}`},
		{"a provider that Google refuses", "PUT", "/pools/azure/providers/x", `{"oidc":{"issuerUri":"https://a.example"},"attributeMapping":{"google.subject":"assertion.sub"}}`, "X: y", 400, `{"error":"sts: name: the provider id \"x\" has 1 characters, 4 to 32 are allowed"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			status, got := admin(t, s, tc.method, tc.path, tc.body, tc.header)
			if diff := cmp.Diff(tc.text, got); diff != "" || status != tc.status {
				t.Errorf("%d (-want +got):\n%s", status, diff)
			}
		})
	}
}

// TestUploadedKeys adds a provider for an issuer that nobody can reach, as for a kube-apiserver of one's own.
func TestUploadedKeys(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	p := s.Profile()
	ring, _ := s.World().IssuerKeys(p.Azure.ClusterIssuer)
	body, err := json.Marshal(map[string]any{
		"oidc":             map[string]any{"issuerUri": "https://kube.invalid/", "allowedAudiences": []string{"mine"}, "jwksJson": string(ring.JWKS())},
		"attributeMapping": map[string]string{"google.subject": "assertion.sub"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if status, out := admin(t, s, http.MethodPut, "/pools/azure/providers/kube", string(body)); status != http.StatusOK {
		t.Fatalf("%d %s", status, out)
	}
	assertion, err := ring.Sign(map[string]any{"iss": "https://kube.invalid/", "sub": "s", "aud": "mine", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	audience := strings.Replace(p.Google.Audience, "aks-cluster", "kube", 1)
	if _, got := exchange(t, p, audience, assertion); got != "" {
		t.Error(got)
	}
}
