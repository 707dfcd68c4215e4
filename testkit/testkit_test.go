package testkit_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/audit"
	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/tokenfile"
	"github.com/landbridge/landbridge/internal/wire"
	"github.com/landbridge/landbridge/testkit"
)

func jwt(t *testing.T) string {
	t.Helper()
	claims, err := json.Marshal(map[string]any{"iss": "https://issuer.test", "sub": "system:serviceaccount:demo:app", "aud": "x", "oid": "00000000-1111-2222-3333-444444444444", "exp": time.Now().Add(2 * time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"RS256"}`)) + "." + part(claims) + "." + part(make([]byte, 256))
}

func TestTokenFileIsASource(t *testing.T) {
	t.Parallel()
	testkit.Source(t, testkit.SourceCase{Audience: "ignored", New: func(t *testing.T) bridge.Source {
		path := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(path, []byte(jwt(t)), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := tokenfile.New(tokenfile.Options{Path: path, Clock: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}})
}

func TestIMDSIsASource(t *testing.T) {
	t.Parallel()
	testkit.Source(t, testkit.SourceCase{New: func(t *testing.T) bridge.Source {
		token := jwt(t)
		url := serve(t, "/metadata/identity/oauth2/token", func() any {
			return map[string]string{"access_token": token, "expires_on": "4102444800", "token_type": "Bearer", "resource": "x"}
		})
		s, err := azure.NewIMDS(azure.Deps{HTTP: wire.New(wire.Options{}), Clock: time.Now, Env: func(string) string { return "" }}, azure.Settings{Endpoint: url})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}})
}

func TestEntraIsAnExchanger(t *testing.T) {
	t.Parallel()
	const tenant = "11111111-2222-3333-4444-555555555555"
	testkit.Exchanger(t, testkit.ExchangerCase{
		Scopes: []string{"https://management.azure.com/.default"},
		Assertion: func(t *testing.T) bridge.Assertion {
			return bridge.Assertion{Token: bridge.NewSecret(jwt(t)), Type: bridge.JWT, Subject: "1", Trace: []bridge.Step{{Hop: bridge.HopHome, What: "read a file"}}}
		},
		New: func(t *testing.T) bridge.Exchanger {
			token := jwt(t)
			url := serve(t, "/"+tenant+"/oauth2/v2.0/token", func() any {
				return map[string]any{"access_token": token, "expires_in": 3600, "token_type": "Bearer"}
			})
			e, err := azure.NewEntra(azure.EntraOptions{
				HTTP: wire.New(wire.Options{}), Clock: time.Now, TenantID: tenant, ClientID: "66666666-7777-8888-9999-000000000000",
				AuthorityHost: url, Scope: "https://storage.azure.com/.default",
			})
			if err != nil {
				t.Fatal(err)
			}
			return e
		},
	})
}

func TestAuditLogIsARecorder(t *testing.T) {
	t.Parallel()
	var path string
	testkit.Recorder(t, testkit.RecorderCase{
		New: func(t *testing.T) bridge.Recorder {
			path = filepath.Join(t.TempDir(), "audit.jsonl")
			log := audit.New(audit.Options{Path: path})
			t.Cleanup(func() {
				if err := log.Close(); err != nil {
					t.Error(err)
				}
			})
			return log
		},
		Kept: func(t *testing.T, _ bridge.Recorder) string {
			kept, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			return string(kept)
		},
		Count: func(kept string) int { return strings.Count(kept, "\n") },
	})
}

// serve answers one path with JSON, and 501 to what it does not know.
func serve(t *testing.T, path string, answer func() any) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path {
			w.WriteHeader(http.StatusNotImplemented)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer())
	}))
	t.Cleanup(s.Close)
	return s.URL
}
