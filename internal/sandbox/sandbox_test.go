package sandbox_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2/google/externalaccount"

	"github.com/landbridge/landbridge/internal/sandbox"
)

const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform"

// start runs a sandbox for one test.
func start(t *testing.T, o sandbox.Options) *sandbox.Sandbox {
	t.Helper()
	if o.Clock == nil {
		o.Clock = time.Now
	}
	s, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	select {
	case <-s.Ready():
	case err := <-done:
		done <- nil
		t.Fatalf("Run: %v", err)
	}
	return s
}

// tokenFile writes an assertion where a projected volume would have it.
func tokenFile(t *testing.T, token string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(name, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// post makes a call with a bearer token and returns status and body.
func post(t *testing.T, url, bearer, body string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
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
	return resp.StatusCode, string(out), resp.Header
}

// TestOfficialAuthLibrary is the journey with Google's own Go library, impersonating and direct.
func TestOfficialAuthLibrary(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	p := s.Profile()
	assertion, _, err := s.Mint(nil, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name        string
		impersonate bool
		caller      string
	}{
		{"impersonating", true, p.Google.ServiceAccount + " for " + p.Google.DirectPrincipal},
		{"direct", false, p.Google.DirectPrincipal},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			config := externalaccount.Config{
				Audience: p.Google.Audience, SubjectTokenType: "urn:ietf:params:oauth:token-type:jwt", TokenURL: p.Google.TokenURL,
				CredentialSource: &externalaccount.CredentialSource{File: tokenFile(t, assertion)}, Scopes: []string{cloudPlatform},
			}
			if tc.impersonate {
				config.ServiceAccountImpersonationURL = p.Google.ImpersonationURL
			}
			source, err := externalaccount.NewTokenSource(t.Context(), config)
			if err != nil {
				t.Fatal(err)
			}
			token, err := source.Token()
			if err != nil {
				t.Fatal(err)
			}
			if left := time.Until(token.Expiry); left < 50*time.Minute || left > time.Hour {
				t.Errorf("the token lives %s", left)
			}
			prefix := p.Google.VertexURL + "/v1/projects/" + p.Google.ProjectID + "/locations/" + p.Google.Location
			status, body, header := post(t, prefix+"/publishers/google/models/"+p.Google.Model+":generateContent", token.AccessToken,
				`{"contents":{"role":"user","parts":{"text":"Summarize this report in 5 bullet points"}}}`)
			if status != http.StatusOK || strings.Count(body, `* `) != 5 || !strings.Contains(body, "[sandbox: called by "+tc.caller+"]") {
				t.Errorf("generateContent: %d\n%s", status, body)
			}
			if got := header.Get("X-Sandbox-Caller"); got != tc.caller {
				t.Errorf("X-Sandbox-Caller = %q, want %q", got, tc.caller)
			}
			status, body, _ = post(t, prefix+"/endpoints/"+p.Google.EndpointID+":predict", token.AccessToken,
				`{"instances":[{"content":"Summarize this report in 5 bullet points"}]}`)
			if status != http.StatusOK || strings.Count(body, `* `) != 5 {
				t.Errorf("predict: %d\n%s", status, body)
			}
		})
	}
}

// TestHTTPSAndDiscovery finds the cluster's issuer through TLS, trusting nothing but the profile's CA.
func TestHTTPSAndDiscovery(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	client := tlsClient(t, s.Profile().CAPEM)
	for _, url := range []string{
		s.Profile().Azure.ClusterIssuer + ".well-known/openid-configuration",
		s.Profile().Azure.ClusterIssuer + "openid/v1/jwks",
		s.Profile().HTTPS + "/oauth2/v3/certs",
		s.Profile().HTTPS + "/.well-known/openid-configuration",
	} {
		resp, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK || !bytes.Contains(body, []byte(`"`)) || resp.ProtoMajor != 2 {
			t.Errorf("%s: %d over HTTP/%d %s", url, resp.StatusCode, resp.ProtoMajor, body)
		}
	}
}
