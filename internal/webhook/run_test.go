package webhook_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/webhook"
)

// certificates are those of a test server, whose client trusts them.
type certificates struct {
	served tls.Certificate
	failed chan error
}

func (c certificates) Certificate() (*tls.Certificate, error) { return &c.served, nil }

func (c certificates) Run(ctx context.Context) error {
	select {
	case err := <-c.failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

// pods are what each look finds.
type pods struct{ looks chan []estate.UnbridgedPod }

func (p pods) Unbridged(ctx context.Context) ([]estate.UnbridgedPod, error) {
	select {
	case found := <-p.looks:
		if found == nil {
			return nil, errors.New("forbidden")
		}
		return found, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

type running struct {
	url    string
	trust  *x509.CertPool
	own    tls.Certificate
	stop   func() error
	done   chan error
	failed chan error
}

func run(t *testing.T, change ...func(*webhook.Options, *x509.CertPool)) *running {
	t.Helper()
	helper := httptest.NewUnstartedServer(nil)
	helper.StartTLS()
	r := &running{trust: x509.NewCertPool(), own: helper.TLS.Certificates[0], failed: make(chan error, 1)}
	r.trust.AddCert(helper.Certificate())
	helper.Close()
	o := webhook.Options{
		Accounts:     accounts{annotations: map[string]string{estate.AnnotationProvider: provider}},
		Certificates: certificates{r.own, r.failed}, Clock: time.Now,
	}
	for _, c := range change {
		c(&o, r.trust)
	}
	s, err := webhook.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r.done = make(chan error, 1)
	go func() { r.done <- s.Run(ctx, l); close(r.done) }()
	r.stop = func() error { cancel(); return <-r.done }
	t.Cleanup(func() { _ = r.stop() })
	r.url = "https://" + l.Addr().String()
	return r
}

func (r *running) client(t *testing.T, own ...tls.Certificate) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: r.trust, Certificates: own, NextProtos: []string{"h2", "http/1.1"}}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func post(t *testing.T, client *http.Client, url string) *http.Response {
	t.Helper()
	body, err := json.Marshal(map[string]any{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": newPod([]byte(plainPod))})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Post(url+webhook.MutatePath, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func TestRun(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	r := run(t, func(o *webhook.Options, _ *x509.CertPool) { o.Registry = registry })
	resp := post(t, r.client(t), r.url)
	if resp.StatusCode != http.StatusOK || resp.ProtoMajor != 1 {
		t.Errorf("answer %s over %s", resp.Status, resp.Proto)
	}
	ready, err := r.client(t).Get(r.url + "/readyz")
	if err != nil || ready.StatusCode != http.StatusOK {
		t.Errorf("readyz: %v %v", ready, err)
	}
	old := &tls.Config{RootCAs: r.trust, MaxVersion: tls.VersionTLS12}
	if c, err := tls.Dial("tcp", strings.TrimPrefix(r.url, "https://"), old); err == nil {
		_ = c.Close()
		t.Error("TLS 1.2 is spoken")
	}
	if err := r.stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	metrics := scrape(t, registry)
	for _, want := range []string{
		`landbridge_webhook_reviews_total{mode="credentials",outcome="patched"} 1`, "landbridge_webhook_review_seconds_count 1", "landbridge_webhook_certificate_remaining_seconds ",
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("no %s in the metrics", want)
		}
	}
}

func TestRunEndsWithItsCertificates(t *testing.T) {
	t.Parallel()
	r := run(t)
	r.failed <- errors.New("no more certificates")
	if err := <-r.done; err == nil || !strings.Contains(err.Error(), "no more certificates") {
		t.Errorf("Run: %v", err)
	}
}

func TestReadyUntilTheCertificateExpires(t *testing.T) {
	t.Parallel()
	expired := run(t, func(o *webhook.Options, _ *x509.CertPool) {
		o.Clock = func() time.Time { return time.Now().AddDate(100, 0, 0) }
	})
	resp, err := expired.client(t).Get(expired.url + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(text), "has expired") {
		t.Errorf("%s: %s", resp.Status, text)
	}
}

func TestUnbridgedPodsAreReported(t *testing.T) {
	t.Parallel()
	registry, log, looks := prometheus.NewRegistry(), &lines{}, make(chan []estate.UnbridgedPod)
	synctest.Test(t, func(t *testing.T) {
		looks = make(chan []estate.UnbridgedPod)
		s, err := webhook.New(webhook.Options{
			Accounts: accounts{}, Certificates: certificates{failed: make(chan error)}, Clock: time.Now,
			Pods: pods{looks}, LookEvery: time.Minute, Registry: registry, Logger: slog.New(slog.NewTextHandler(log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx, closedLater{make(chan struct{}), &sync.Once{}}) }()
		looks <- []estate.UnbridgedPod{{Namespace: "shop", Pod: "api-1", Reason: "it is older than the webhook", Command: "kubectl rollout restart deployment api -n shop"}}
		synctest.Wait()
		if text := scrape(t, registry); !strings.Contains(text, "landbridge_webhook_unbridged_pods 1") {
			t.Error("the gauge does not count the pod")
		}
		if text := log.String(); !strings.Contains(text, "kubectl rollout restart deployment api -n shop") || !strings.Contains(text, "pod=api-1") {
			t.Errorf("log: %s", text)
		}
		time.Sleep(time.Minute)
		looks <- nil // a failure: the last count stays
		synctest.Wait()
		if text := scrape(t, registry); !strings.Contains(text, "landbridge_webhook_unbridged_pods 1") || !strings.Contains(text, `landbridge_webhook_pod_looks_total{result="failed"} 1`) {
			t.Error("a failed look is not told apart")
		}
		time.Sleep(time.Minute)
		looks <- []estate.UnbridgedPod{}
		synctest.Wait()
		if text := scrape(t, registry); !strings.Contains(text, "landbridge_webhook_unbridged_pods 0") {
			t.Error("the gauge still counts the pod")
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func scrape(t *testing.T, registry *prometheus.Registry) string {
	t.Helper()
	w := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return w.Body.String()
}

// lines keeps a log.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// closedLater is a listener that nobody calls, for bubbles without a network.
type closedLater struct {
	closed chan struct{}
	once   *sync.Once
}

func (l closedLater) Accept() (net.Conn, error) { <-l.closed; return nil, net.ErrClosed }
func (l closedLater) Close() error              { l.once.Do(func() { close(l.closed) }); return nil }
func (l closedLater) Addr() net.Addr            { return &net.TCPAddr{} }
