package kubeapi_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/kubeapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

const (
	issuer      = "https://westeurope.oic.prod-aks.azure.com/11111111-1111-4111-8111-111111111111/22222222-2222-4222-8222-222222222222/"
	nodeSubject = "system:serviceaccount:demo:app"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// sandbox is a world with two clusters, their API on TLS, and the administrator's token, made anew for each test.
type sandbox struct {
	*testing.T
	world  *world.World
	server *httptest.Server
	secret bridge.Secret
}

// testKeys are made once: an RSA key takes longer than everything else in a test together.
var testKeys = sync.OnceValue(func() [2]*world.KeyRing {
	return [2]*world.KeyRing{world.NewKeyRing(), world.NewKeyRing()}
})

func fixedClock() time.Time { return noon }

func newSandbox(t *testing.T, clock bridge.Clock) *sandbox {
	t.Helper()
	w := world.New(clock)
	w.AddCluster(world.Cluster{Name: "aks-demo", Issuer: issuer, Keys: testKeys()[0], Accounts: map[string]bool{"demo/app": true, "demo/other": true}})
	w.AddCluster(world.Cluster{Name: "aks-two", Issuer: "https://two.example/", Keys: testKeys()[1]})
	s := &sandbox{T: t, world: w, secret: bridge.NewSecret(world.GUID())}
	s.server = httptest.NewTLSServer(kubeapi.New(w, kubeapi.Options{Admin: s.secret, Namespaces: []string{"demo"}}))
	t.Cleanup(s.server.Close)
	return s
}

// reply is an answer, read.
type reply struct {
	status int
	header http.Header
	body   string
}

// text is an answer without its headers, for comparing.
func (r reply) text() string { return http.StatusText(r.status) + " " + r.body }

func (s *sandbox) do(method, path string, header http.Header, body io.Reader) reply {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), method, s.server.URL+path, body)
	if err != nil {
		s.Fatal(err)
	}
	for k, v := range header {
		req.Header[k] = v
	}
	resp, err := s.server.Client().Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(text)}
}

func head(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func bearer(token string) http.Header { return head("Authorization", "Bearer "+token) }

// decode reads a JSON answer.
func decode[T any](t *testing.T, body string) T {
	t.Helper()
	var out T
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		t.Fatalf("not JSON: %v in %d bytes", err, len(body))
	}
	return out
}

// claims reads a token without checking it.
func claims(t *testing.T, token string) map[string]any {
	t.Helper()
	parsed, err := trust.ParseToken(bridge.NewSecret(token))
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Claims
}

func equal(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func background(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}
