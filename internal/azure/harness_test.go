package azure

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	clientID = "11111111-2222-3333-4444-555555555555"
	tenantID = "99999999-8888-7777-6666-555555555555"
	objectID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// jwt makes a token in the form of an RS256 one; nobody in this room checks signatures.
func jwt(t testing.TB, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	return b64([]byte(`{"alg":"RS256","kid":"k1"}`)) + "." + b64(payload) + "." + b64(make([]byte, 256))
}

// entraToken is what Entra and the managed-identity endpoints give for TokenExchangeResource.
func entraToken(t testing.TB, expiry time.Time) string {
	return jwt(t, map[string]any{
		"iss": "https://login.microsoftonline.com/" + tenantID + "/v2.0", "sub": objectID, "oid": objectID,
		"aud": TokenExchangeAudience, "iat": noon.Unix(), "exp": expiry.Unix(),
	})
}

func podToken(t testing.TB) string {
	return jwt(t, map[string]any{
		"iss": "https://oidc.example/cluster/", "sub": "system:serviceaccount:reports:summariser",
		"aud": []string{TokenExchangeResource}, "iat": noon.Unix(), "exp": noon.Add(time.Hour).Unix(),
	})
}

// server answers as it is told and keeps what it was asked.
type server struct {
	*httptest.Server
	mu    sync.Mutex
	asked []*http.Request
	forms []url.Values
}

func serve(t testing.TB, h http.HandlerFunc) *server {
	t.Helper()
	return start(t, h, (*httptest.Server).Start)
}

func serveTLS(t testing.TB, h http.HandlerFunc) *server {
	t.Helper()
	return start(t, h, (*httptest.Server).StartTLS)
}

func start(t testing.TB, h http.HandlerFunc, start func(*httptest.Server)) *server {
	s := &server{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		s.mu.Lock()
		s.asked, s.forms = append(s.asked, r), append(s.forms, r.PostForm)
		s.mu.Unlock()
		h(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that fail on purpose
	start(s.Server)
	t.Cleanup(s.Close)
	return s
}

// last is the latest request, and its form.
func (s *server) last(t testing.TB) (*http.Request, url.Values) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.asked) == 0 {
		t.Fatal("the server was not asked")
	}
	return s.asked[len(s.asked)-1], s.forms[len(s.forms)-1]
}

func (s *server) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

// pool trusts a TLS server.
func pool(s *server) *x509.CertPool {
	out := x509.NewCertPool()
	out.AddCert(s.Certificate())
	return out
}

// says answers every request with one status and body.
func says(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func saysJSON(status int, body string) http.HandlerFunc {
	return says(status, "application/json", body)
}

// deps is a machine without a mark of any cloud.
func deps(env map[string]string) Deps {
	return Deps{
		HTTP: wire.New(wire.Options{UserAgent: "landbridge/test"}), Clock: clock,
		Env:      func(name string) string { return env[name] },
		Stat:     func(string) (fs.FileInfo, error) { return nil, fs.ErrNotExist },
		ReadFile: func(string) ([]byte, error) { return nil, fs.ErrNotExist },
	}
}

func put(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func refusalOf(t testing.TB, err error) *bridge.Error {
	t.Helper()
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		t.Fatalf("%v is no *bridge.Error", err)
	}
	if strings.Contains(err.Error()+e.Hint, "eyJ") {
		t.Fatal("the error holds a token")
	}
	return e
}

// want compares the parts of an error that others act on.
type want struct {
	kind  bridge.Kind
	code  string
	text  string
	hint  string // a part of it
	retry bool
	stale bool
}

func (w want) check(t testing.TB, err error) {
	t.Helper()
	e := refusalOf(t, err)
	if e.Kind != w.kind || e.Code != w.code || e.Text != w.text || e.Retry != w.retry || e.Stale != w.stale {
		t.Errorf("got  %v %q %q retry %v stale %v\nwant %v %q %q retry %v stale %v",
			e.Kind, e.Code, e.Text, e.Retry, e.Stale, w.kind, w.code, w.text, w.retry, w.stale)
	}
	if !strings.Contains(e.Hint, w.hint) || w.hint == "" && e.Hint != "" {
		t.Errorf("hint %q, want %q in it", e.Hint, w.hint)
	}
}
