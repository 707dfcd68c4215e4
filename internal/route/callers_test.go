package route_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/route"
)

// sts answers with a token that names the assertion which it was given, and counts.
func sts(t *testing.T) (url string, exchanges *atomic.Int32) {
	t.Helper()
	exchanges = new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, ":generateAccessToken"):
			_, _ = fmt.Fprintf(w, `{"accessToken":"as %s for %s","expireTime":%q}`, strings.Split(strings.TrimSuffix(r.URL.Path, ":generateAccessToken"), "/")[5], r.Header.Get("Authorization"), time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
		case r.PostFormValue("subject_token") == "refused":
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":"invalid_grant","error_description":"The audience does not match."}`)
		default:
			exchanges.Add(1)
			_, _ = fmt.Fprintf(w, `{"access_token":"%s by %s","token_type":"Bearer","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","expires_in":3600}`,
				r.PostFormValue("subject_token"), r.PostFormValue("audience"))
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, exchanges
}

func assertion(token string) bridge.Assertion {
	return bridge.Assertion{Token: bridge.NewSecret(token), Type: bridge.JWT, Issuer: "https://issuer.test", Subject: token, Expiry: time.Now().Add(time.Hour)}
}

func TestEachCallerIsItself(t *testing.T) {
	t.Parallel()
	url, exchanges := sts(t)
	c := route.NewCallers(route.CallersOptions{World: world(), STSEndpoint: url, IAMEndpoint: url})
	defer c.Close()
	var all sync.WaitGroup
	for range 8 {
		for _, name := range []string{"one", "two"} {
			all.Go(func() {
				lease, err := c.Lease(t.Context(), provider, "", assertion(name))
				if want := name + " by //iam.googleapis.com/" + provider; err != nil || lease.Token.Reveal() != want {
					t.Errorf("%s: %q, %v", name, lease.Token.Reveal(), err)
				}
			})
		}
	}
	all.Wait()
	if n := exchanges.Load(); n != 2 {
		t.Errorf("%d exchanges for two callers", n)
	}
	lease, err := c.Lease(t.Context(), provider, account, assertion("one"))
	if err != nil || !strings.HasPrefix(lease.Token.Reveal(), "as "+account) {
		t.Errorf("as an account: %q, %v", lease.Token.Reveal(), err)
	}
}

func TestCallersAreRefusedAndForgotten(t *testing.T) {
	t.Parallel()
	url, exchanges := sts(t)
	c := route.NewCallers(route.CallersOptions{World: world(), STSEndpoint: url, IAMEndpoint: url, Max: 2})
	if _, err := c.Lease(t.Context(), provider, "", assertion("refused")); bridge.KindOf(err) != bridge.Denied {
		t.Errorf("a refusal of Google's: %v", err)
	}
	if _, err := c.Lease(t.Context(), "pool", "", assertion("one")); bridge.KindOf(err) != bridge.Usage {
		t.Errorf("no provider: %v", err)
	}
	for _, name := range []string{"one", "two", "three", "three", "one"} {
		if _, err := c.Lease(t.Context(), provider, "", assertion(name)); err != nil {
			t.Fatal(err)
		}
	}
	if n := exchanges.Load(); n != 4 {
		t.Errorf("%d exchanges: with room for two, the first of three is asked for again", n)
	}
	c.Close()
	if _, err := c.Lease(t.Context(), provider, "", assertion("one")); err == nil {
		t.Error("a lease after the end")
	}
}
