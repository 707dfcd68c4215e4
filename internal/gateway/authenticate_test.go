package gateway_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/prompt"
)

func TestCallersAreRefused(t *testing.T) {
	t.Parallel()
	far := farSide(t, says("application/json", answer))
	revoked := "eyJr.eyJr.cmV2"
	d := open(t, far, func(o *gateway.Options) {
		o.Revoked = func(caller, id string) bool { return caller == "nobody" }
	})
	for _, one := range []struct {
		name   string
		header []string
		status int
		text   string
	}{
		{"nothing", nil, 401, "the request has no credential"},
		{"another scheme", []string{"Authorization", "Basic YTpi"}, 401, "the Authorization header is not of the scheme Bearer"},
		{"another token", []string{"Authorization", "Bearer " + revoked}, 401, "the token is refused"},
		{"two that differ", []string{"Authorization", "Bearer " + secret, "X-Goog-Api-Key", "other"}, 400, "the request has more than one credential, and they differ"},
		{"too long", []string{"X-Api-Key", strings.Repeat("a", 70<<10)}, 401, "the credential is longer than 64 KiB"},
		{"our form, another's key", []string{"Api-Key", "lbt1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}, 401, "the token is of this gateway's form, and no key of the gateway opens the token"},
	} {
		t.Run(one.name, func(t *testing.T) {
			status, body, h := d.do(t, http.MethodPost, native+"generateContent", hello, one.header...)
			var got struct {
				Error struct {
					Code            int
					Message, Status string
				}
			}
			if err := json.Unmarshal([]byte(body), &got); err != nil || status != one.status || got.Error.Code != status || !strings.HasPrefix(got.Error.Message, one.text) {
				t.Errorf("%d %s", status, body)
			}
			if status == 401 && h.Get("Www-Authenticate") != "Bearer" {
				t.Errorf("headers %v", h)
			}
			if last := d.book.last(t); last.Event != bridge.EventRefusal || last.Reason != one.text {
				t.Errorf("record %+v", last)
			}
		})
	}
	if far.calls != 0 {
		t.Error("the far side was called")
	}
}

func TestEachHeaderMayHoldTheToken(t *testing.T) {
	t.Parallel()
	far := farSide(t, says("application/json", answer))
	d := open(t, far)
	for _, header := range [][]string{
		{"Authorization", "Bearer " + secret},
		{"Authorization", "bearer " + secret},
		{"X-Goog-Api-Key", secret},
		{"X-Api-Key", secret},
		{"Api-Key", secret},
		{"Authorization", "Bearer " + secret, "X-Api-Key", secret},
	} {
		if status, body, _ := d.do(t, http.MethodPost, native+"generateContent", hello, header...); status != 200 {
			t.Errorf("%v: %d %s", header, status, body)
		}
		_, _, sent := far.asked()
		if sent.Get("X-Goog-Api-Key")+sent.Get("X-Api-Key")+sent.Get("Api-Key") != "" || strings.Contains(sent.Get("Authorization"), secret) {
			t.Errorf("the caller's credential went on: %v", sent)
		}
	}
}

func TestRevocationIsImmediate(t *testing.T) {
	t.Parallel()
	var revoked atomic.Bool
	d := open(t, farSide(t, says("application/json", answer)), func(o *gateway.Options) {
		o.Revoked = func(caller, _ string) bool { return revoked.Load() && caller == workload }
	})
	if status, _, _ := d.post(t, native+"generateContent", hello); status != 200 {
		t.Fatal(status)
	}
	revoked.Store(true)
	if status, body, _ := d.post(t, native+"generateContent", hello); status != 401 || !strings.Contains(body, "the caller or its token has been revoked") {
		t.Errorf("%d %s", status, body)
	}
}

// An issuer that is taken out of the configuration is not believed for as long as its tokens are known.
func TestForgetVerifiesAnew(t *testing.T) {
	t.Parallel()
	var out atomic.Bool
	d := open(t, farSide(t, says("application/json", answer)), func(o *gateway.Options) { o.Verifier = unless{&out} })
	for _, want := range []int{200, 200} { // known, whatever its issuer is now
		if status, body, _ := d.post(t, native+"generateContent", hello); status != want {
			t.Errorf("%d %s", status, body)
		}
		out.Store(true)
	}
	d.Forget()
	if status, body, _ := d.post(t, native+"generateContent", hello); status != 401 {
		t.Errorf("%d %s", status, body)
	}
}

// A verdict by rules that changed while it was found is for one call.
func TestForgetWhileVerifying(t *testing.T) {
	t.Parallel()
	far := farSide(t, says("application/json", answer))
	var d *door
	times := 0
	d = open(t, far, func(o *gateway.Options) {
		o.Verifier = verifying(func() { times++; d.Forget() })
	})
	for range 2 {
		if status, body, _ := d.post(t, native+"generateContent", hello); status != 200 {
			t.Errorf("%d %s", status, body)
		}
	}
	if times != 2 {
		t.Errorf("verified %d times", times)
	}
}

// verifying is knows, and does something meanwhile.
type verifying func()

func (v verifying) Verify(ctx context.Context, token bridge.Secret) (prompt.Caller, error) {
	v()
	return knows{}.Verify(ctx, token)
}

// unless refuses every token once out is set.
type unless struct{ out *atomic.Bool }

func (u unless) Verify(ctx context.Context, token bridge.Secret) (prompt.Caller, error) {
	if u.out.Load() {
		return prompt.Caller{}, &bridge.Error{Kind: bridge.Denied, Hop: bridge.HopDoor, Code: "issuer_unknown", Text: "unknown", Status: http.StatusUnauthorized}
	}
	return knows{}.Verify(ctx, token)
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	far := farSide(t, says("application/json", answer))
	uid := func(uid uint32) func(*gateway.Options) {
		return func(o *gateway.Options) {
			o.Loopback, o.LoopbackUIDs = "sidecar", []uint32{1000}
			o.PeerUID = func(net.Addr, net.Addr) (uint32, error) { return uid, nil }
		}
	}
	for _, one := range []struct {
		name   string
		change func(*gateway.Options)
		header []string
		status int
		text   string
	}{
		{"no token", func(o *gateway.Options) { o.Loopback = "sidecar" }, nil, 200, ""},
		{"a key that an SDK insists on", func(o *gateway.Options) { o.Loopback = "sidecar" }, []string{"Authorization", "Bearer unused"}, 200, ""},
		{"a token decides", func(o *gateway.Options) { o.Loopback = "sidecar" }, []string{"Authorization", "Bearer eyJ.x.y"}, 401, "the token is refused"},
		{"a web page", func(o *gateway.Options) { o.Loopback = "sidecar" }, []string{"Origin", "https://evil.test"}, 401, "requests of a web page need a token"},
		{"a proxy", func(o *gateway.Options) { o.Loopback = "sidecar" }, []string{"X-Forwarded-For", "10.0.0.1"}, 401, "requests that came through a proxy need a token"},
		{"a proxy that says where to", func(o *gateway.Options) { o.Loopback = "sidecar" }, []string{"X-Real-Ip", "10.0.0.1"}, 401, "requests that came through a proxy need a token"},
		{"a name that a page can point here", func(o *gateway.Options) { o.Loopback = "sidecar" }, []string{"Host", "evil.test"}, 401, "without a token the gateway is called by localhost"},
		{"the right user", uid(1000), nil, 200, ""},
		{"another user", uid(1001), nil, 401, "the user behind this connection may not call without a token"},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			d := open(t, far, one.change)
			status, body, _ := d.do(t, http.MethodPost, native+"generateContent", hello, one.header...)
			if status != one.status || !strings.Contains(body, one.text) {
				t.Errorf("%d %s", status, body)
			}
			if last := d.book.last(t); status == 200 && last.Call.Workload != "loopback/sidecar" {
				t.Errorf("record %+v", last.Call)
			}
		})
	}
}

func TestClientCertificateNamesTheCaller(t *testing.T) {
	t.Parallel()
	far := farSide(t, says("application/json", answer))
	d := open(t, far)
	for _, one := range []struct {
		cert x509.Certificate
		want string
	}{
		{x509.Certificate{Subject: pkix.Name{CommonName: "cn"}}, "mtls/cn"},
		{x509.Certificate{Subject: pkix.Name{CommonName: "cn"}, DNSNames: []string{"a.test", "b.test"}}, "mtls/a.test"},
		{x509.Certificate{DNSNames: []string{"a.test"}, URIs: []*url.URL{{Scheme: "spiffe", Host: "td", Path: "/ns/demo"}}}, "mtls/spiffe://td/ns/demo"},
		{x509.Certificate{}, ""},
		{x509.Certificate{Subject: pkix.Name{CommonName: "cn\x00\nadmin"}}, ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, native+"generateContent", strings.NewReader(hello))
		cert := certificate(t, one.cert)
		r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert}, VerifiedChains: [][]*x509.Certificate{{cert}}}
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		last := d.book.last(t)
		if one.want == "" {
			if w.Code != 401 || !strings.HasPrefix(last.Code, "certificate_name") {
				t.Errorf("%d %+v", w.Code, last)
			}
		} else if w.Code != 200 || last.Call.Workload != one.want {
			t.Errorf("%d %+v", w.Code, last.Call)
		}
	}
}

func certificate(t *testing.T, template x509.Certificate) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber, template.NotAfter = big.NewInt(1), time.Now().Add(time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}
