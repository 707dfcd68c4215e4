package discovery_test

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/discovery"
	"github.com/landbridge/landbridge/internal/wire"
)

func TestFetch(t *testing.T) {
	t.Parallel()
	// A 2048-bit modulus of no private key: parsing looks at the form alone.
	jwks := `{"keys":[{"kty":"RSA","kid":"k1","e":"AQAB","n":"` + strings.Repeat("s7v_", 85) + `s7s"}]}`
	tests := []struct {
		name string
		doc  string // %s is the server's own URL
		keys int    // status of the key document
		want string
	}{
		{"a good issuer", `{"issuer":"%[1]s/tenant/","jwks_uri":"%[1]s/keys"}`, 200, ""},
		{"another issuer's document", `{"issuer":"https://evil.example","jwks_uri":"%[1]s/keys"}`, 200, `is of issuer "https://evil.example"`},
		{"no keys named", `{"issuer":"%[1]s/tenant/"}`, 200, "has no jwks_uri"},
		{"not JSON", `<html>`, 200, "has no jwks_uri"},
		{"keys over plain http", `{"issuer":"%[1]s/tenant/","jwks_uri":"http://127.0.0.1/keys"}`, 200, "over https only, not from http://127.0.0.1/keys"},
		{"keys that are gone", `{"issuer":"%[1]s/tenant/","jwks_uri":"%[1]s/keys"}`, 404, "/keys answered with status 404"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var self string
			s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/tenant/.well-known/openid-configuration":
					if strings.Contains(tt.doc, "%[1]s") {
						_, _ = fmt.Fprintf(w, tt.doc, self)
					} else {
						_, _ = w.Write([]byte(tt.doc))
					}
				case "/keys":
					w.WriteHeader(tt.keys)
					_, _ = w.Write([]byte(jwks))
				default:
					http.NotFound(w, r)
				}
			}))
			t.Cleanup(s.Close)
			self = s.URL
			pool := x509.NewCertPool()
			pool.AddCert(s.Certificate())
			set, err := discovery.Fetch(t.Context(), wire.New(wire.Options{RootCAs: pool}), s.URL+"/tenant/")
			if tt.want == "" {
				if err != nil || len(set.Kids()) != 1 {
					t.Fatalf("got %v, %v", set, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}
