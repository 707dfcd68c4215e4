package gateway_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway"
)

// A stream that is under way when the door closes comes to its end, over HTTP/2 too.
func TestRunLetsStreamsFinish(t *testing.T) {
	t.Parallel()
	begun, finish := make(chan struct{}), make(chan struct{})
	const event = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}\n\n"
	far := farSide(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, event)
		_ = http.NewResponseController(w).Flush()
		close(begun)
		<-finish
		_, _ = io.WriteString(w, event)
	})
	cert := served(t)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	g, err := gateway.New(gateway.Options{
		Verifier: knows{}, Leases: leases{}, Upstream: wired{far.URL, transport}, Policy: rules(t), Recorder: &book{}, Clock: time.Now,
		Profile: func(string) *gateway.Guard { return &gateway.Guard{} }, TLS: &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx, l) }()
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	h2 := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "gw.test", MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	defer h2.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+l.Addr().String()+native+"streamGenerateContent?alt=sse", strings.NewReader(hello))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	resp, err := h2.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	<-begun
	stop()
	close(finish)
	body, err := io.ReadAll(resp.Body)
	if err != nil || string(body) != event+event || resp.ProtoMajor != 2 {
		t.Errorf("%s %q, %v", resp.Proto, body, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func served(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"gw.test"}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func TestNewSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	if _, err := gateway.New(gateway.Options{}); bridge.KindOf(err) != bridge.Fault || err.Error() != "door: the gateway needs a verifier, leases, an upstream, a policy, profiles, a recorder and a clock" {
		t.Error(err)
	}
	o := gateway.Options{
		Verifier: knows{}, Leases: leases{}, Upstream: wired{}, Policy: rules(t), Recorder: &book{}, Clock: time.Now,
		Profile: func(string) *gateway.Guard { return nil }, LoopbackUIDs: []uint32{1},
	}
	if _, err := gateway.New(o); bridge.KindOf(err) != bridge.Usage {
		t.Error(err)
	}
}
