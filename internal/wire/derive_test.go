package wire_test

import (
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

func TestPinned(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(r.UserAgent())) }))
	t.Cleanup(s.Close)
	base := wire.New(wire.Options{UserAgent: "landbridge/test"})

	accepting := base.Pinned(func(leaf *x509.Certificate) error {
		if !leaf.Equal(s.Certificate()) {
			return errors.New("another certificate")
		}
		return nil
	})
	resp, err := accepting.Get(t.Context(), bridge.HopHome, s.URL, nil)
	if err != nil || string(resp.Body) != "landbridge/test" {
		t.Errorf("got %v, %v", resp, err)
	}

	refusing := base.Pinned(func(*x509.Certificate) error { return errors.New("not the one") })
	_, err = refusing.Get(t.Context(), bridge.HopHome, s.URL, nil)
	if e := failure(t, err); e.Code != "certificate_untrusted" || e.Retry {
		t.Errorf("got %q, retry %v", e.Code, e.Retry)
	}

	// The client that it was derived from trusts what it trusted before.
	_, err = base.Get(t.Context(), bridge.HopHome, s.URL, nil)
	if e := failure(t, err); e.Code != "certificate_untrusted" {
		t.Errorf("got %q", e.Code)
	}
}
