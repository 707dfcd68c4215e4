package harness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Gateway is a running gateway in front of the sandbox's Vertex AI, with an ear on the line between the two.
type Gateway struct {
	*Sandbox
	URL     string
	Revoked string // the file of revoked callers and tokens
	audit   string
	line    *line
}

// Gateway starts a gateway for as long as the test lasts. Rest is the configuration's policy and guard.
func (s *Sandbox) Gateway(t testing.TB, rest string) *Gateway {
	t.Helper()
	g := &Gateway{
		Sandbox: s, URL: "http://127.0.0.1:" + freePorts(t, 1)[0],
		Revoked: s.Write(t, "revoked", ""), audit: filepath.Join(s.Dir, "gateway.jsonl"), line: listen(t, s.HTTP),
	}
	t.Cleanup(func() { logFile(t, g.audit) })
	config := fmt.Sprintf(`version: 1
to_google:
  provider: %s
  project: %s
  project_number: %q
  location: %s
  source: {kind: file, file: %s}
  endpoints: {sts: %s, iam_credentials: %s, aiplatform: %s}
tls: {ca_file: %s}
audit: {file: %s}
doors:
  gateway:
    listen: %s
    loopback: here
    revoked_file: %s
    callers: [{name: aks, issuer: %s}]
%s`, s.Google.Provider, s.Google.ProjectID, s.Google.ProjectNumber, s.Google.Location, s.TokenFile(t, s.Azure.ClusterIssuer, s.Google.TokenAudience),
		s.HTTPS, s.HTTPS, g.line.url, s.CAFile, g.audit, strings.TrimPrefix(g.URL, "http://"), g.Revoked, s.Azure.ClusterIssuer, rest)
	Background(t, Program{Args: []string{Landbridge(t), "serve", "--config", s.Write(t, "gateway.yaml", config)}, Dir: s.Dir}, func() error {
		resp, err := http.Get(g.URL + "/v1/models")
		if err != nil {
			return err
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("GET /v1/models: %s", resp.Status)
		}
		return nil
	})
	return g
}

// CredentialFile writes an external_account file whose token_url is the gateway: its holder exchanges the workload's own
// token for one of the gateway's, and never holds one of Google's.
func (g *Gateway) CredentialFile(t testing.TB) string {
	t.Helper()
	file, err := json.Marshal(map[string]any{
		"type": "external_account", "audience": "//iam.googleapis.com/" + g.Google.Provider,
		"subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": g.URL + "/v1/token",
		"cloud_resource_manager_url": g.URL + "/v1/projects/",
		"credential_source":          map[string]string{"file": g.TokenFile(t, g.Azure.ClusterIssuer, g.Google.TokenAudience)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return g.Write(t, "gateway-credentials.json", string(file))
}

// Records are the lines of the gateway's audit log.
func (g *Gateway) Records(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile(g.audit)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// Heard is what the gateway has sent to Vertex AI so far, each request with its line and headers.
func (g *Gateway) Heard() []string {
	g.line.mu.Lock()
	defer g.line.mu.Unlock()
	return append([]string(nil), g.line.heard...)
}

// line passes requests on as they are, and remembers them.
type line struct {
	url   string
	mu    sync.Mutex
	heard []string
}

func listen(t testing.TB, far string) *line {
	t.Helper()
	to, err := url.Parse(far)
	if err != nil {
		t.Fatal(err)
	}
	l := &line{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }, FlushInterval: -1}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body) // to its end, or the proxy would cut streams
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		l.add(r, body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	l.url = server.URL
	return l
}

func (l *line) add(r *http.Request, body []byte) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Method, r.URL)
	_ = r.Header.Write(&b)
	b.Write(body)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = append(l.heard, b.String())
}
