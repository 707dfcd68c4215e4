package issuers_test

import (
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/issuers"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

// foreign is an issuer elsewhere that counts how often its keys were fetched.
type foreign struct {
	*httptest.Server
	ring    *world.KeyRing
	fetches atomic.Int32
	claims  string // the issuer that its discovery document names; its own when empty
	jwks    string // its jwks_uri; its own when empty
}

func newForeign(t *testing.T) *foreign {
	f := &foreign{ring: world.NewKeyRing()}
	mux := http.NewServeMux()
	f.Server = httptest.NewTLSServer(mux)
	t.Cleanup(f.Close)
	f.claims, f.jwks = f.URL, f.URL+"/jwks"
	mux.HandleFunc("/.well-known/openid-configuration", func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(rw, `{"issuer":"`+f.claims+`","jwks_uri":"`+f.jwks+`"}`)
	})
	mux.HandleFunc("/jwks", func(rw http.ResponseWriter, _ *http.Request) {
		f.fetches.Add(1)
		_, _ = rw.Write(f.ring.JWKS())
	})
	return f
}

func (f *foreign) client() *wire.Client {
	pool := x509.NewCertPool()
	pool.AddCert(f.Certificate())
	return wire.New(wire.Options{RootCAs: pool, NoProxy: true})
}

func TestKeysAreFetchedSeldom(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	finder := issuers.New(world.New(func() time.Time { return now }), f.client())
	kid, _ := f.ring.Signer()
	ask := func(kid string, want int32) {
		t.Helper()
		set, err := finder.Keys(t.Context(), f.URL, kid)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.fetches.Load(); got != want || len(set.Kids()) == 0 {
			t.Errorf("%d fetches, want %d", got, want)
		}
	}
	ask(kid, 1)
	ask(kid, 1)
	ask("unknown", 1) // asked just now
	now = now.Add(11 * time.Second)
	ask(kid, 1)
	ask("unknown", 2) // it may be new
	now = now.Add(6 * time.Minute)
	ask(kid, 3) // a withdrawn key does not live for ever
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	now := func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }
	for _, tc := range []struct {
		name   string
		spoil  func(*foreign)
		issuer func(*foreign) string
		want   string
	}{
		{"another issuer's document", func(f *foreign) { f.claims = "https://other.example" }, nil, `is of issuer "https://other.example"`},
		{"keys over plain http", func(f *foreign) { f.jwks = "http://127.0.0.1/jwks" }, nil, "an issuer is read over https only"},
		{"a plain issuer", nil, func(*foreign) string { return "http://127.0.0.1" }, "an issuer is read over https only"},
		{"no document", nil, func(f *foreign) string { return f.URL + "/elsewhere" }, "answered with status 404"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := newForeign(t)
			issuer := f.URL
			if tc.spoil != nil {
				tc.spoil(f)
			}
			if tc.issuer != nil {
				issuer = tc.issuer(f)
			}
			_, err := issuers.New(world.New(now), f.client()).Keys(t.Context(), issuer, "k")
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, want %q", err, tc.want)
			}
		})
	}
	if _, err := issuers.New(world.New(now), nil).Keys(t.Context(), "https://x.example", "k"); err == nil {
		t.Error("a foreign issuer was reached without a client")
	}
}

func TestIssuersOfTheWorldNeedNoNetwork(t *testing.T) {
	t.Parallel()
	w := world.New(time.Now)
	w.AddTenant(world.Tenant{ID: "t"})
	w.AddCluster(world.Cluster{Issuer: "https://aks.example/t/c/"})
	finder := issuers.New(w, nil)
	for _, issuer := range []string{"https://accounts.google.com", "https://sts.windows.net/t/", "https://login.microsoftonline.com/t/v2.0", "https://aks.example/t/c/", "https://aks.example/t/c"} {
		if set, err := finder.Keys(t.Context(), issuer, ""); err != nil || len(set.Kids()) != 1 {
			t.Errorf("%s: %v", issuer, err)
		}
	}
}
