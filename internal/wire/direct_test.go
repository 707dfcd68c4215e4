package wire

import (
	"net/http"
	"testing"
)

// Proxies never apply to loopback, so that no test server can tell: the transport must be asked.
func TestDirectHasNoProxy(t *testing.T) {
	t.Parallel()
	base := New(Options{})
	if base.http.Transport.(*http.Transport).Proxy == nil {
		t.Error("the base client goes round the proxy")
	}
	for name, c := range map[string]*Client{"Direct": base.Direct(), "Pinned": base.Pinned(nil), "NoProxy": New(Options{NoProxy: true})} {
		if c.http.Transport.(*http.Transport).Proxy != nil {
			t.Errorf("%s would use a proxy", name)
		}
	}
}
