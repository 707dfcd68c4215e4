//go:build unix

package wire_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func failure(t *testing.T, err error) *bridge.Error {
	t.Helper()
	out, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		t.Fatalf("error %v is no *bridge.Error", err)
	}
	return out
}

func TestPostForm(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(r.FormValue("k") + r.Header.Get("User-Agent")))
	})
	c := wire.New(wire.Options{UserAgent: "landbridge/test"})
	resp, err := c.PostForm(t.Context(), bridge.HopSTS, s.URL, nil, url.Values{"k": {"v&"}})
	if err != nil {
		t.Fatal(err)
	}
	if string(resp.Body) != "v&landbridge/test" || resp.Status != http.StatusTooManyRequests || resp.RetryAfter() != 7*time.Second {
		t.Errorf("got %d %q %v", resp.Status, resp.Body, resp.RetryAfter())
	}
}

func TestRedirectIsAnAnswerNotAJourney(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			t.Error("the redirect was followed")
		}
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	})
	resp, err := wire.New(wire.Options{}).Get(t.Context(), bridge.HopHome, s.URL+"/", nil)
	if err != nil || resp.Status != http.StatusFound {
		t.Errorf("got %v, %v", resp, err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	huge := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 10<<20)) })
	hanging := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	reset := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = nil
	t.Cleanup(secure.Close)
	expired, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()

	tests := []struct {
		name  string
		ctx   context.Context
		url   string
		kind  bridge.Kind
		code  string
		text  string
		retry bool
	}{
		{"body of 10 MB", t.Context(), huge.URL, bridge.Unreachable, "response_too_large", "answered with more than 1048576 bytes", false},
		{"hanging server", t.Context(), hanging.URL, bridge.Unreachable, "timeout", "did not answer in time", true},
		{"deadline of the caller", expired, hanging.URL, bridge.Unreachable, "deadline_exceeded", "gave up waiting for", false},
		{"reset connection", t.Context(), reset.URL, bridge.Unreachable, "unreachable", "cannot reach 127.0.0.1", true},
		{"nobody listens", t.Context(), refusedURL(t), bridge.Unreachable, "unreachable", "cannot reach 127.0.0.1:", true},
		{"unknown certificate", t.Context(), secure.URL, bridge.Unreachable, "certificate_untrusted", "is not trusted", false},
		{"plain http to the world", t.Context(), "http://sts.googleapis.com/v1/token?subject_token=s3cret", bridge.Usage, "url_refused", "plain http to sts.googleapis.com is refused", false},
		{"user information", t.Context(), "https://u:s3cret@sts.googleapis.com/", bridge.Usage, "url_refused", "user information is refused", false},
		{"another scheme", t.Context(), "file:///etc/passwd", bridge.Usage, "url_refused", `scheme "file" is refused`, false},
		{"no URL at all", t.Context(), "http://%zz?s3cret", bridge.Usage, "url_refused", "the address is not a URL", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := wire.New(wire.Options{Timeout: 300 * time.Millisecond, NoProxy: true})
			_, err := c.Get(tt.ctx, bridge.HopSTS, tt.url, nil)
			got := failure(t, err)
			if got.Kind != tt.kind || got.Code != tt.code || got.Retry != tt.retry || !strings.Contains(got.Text, tt.text) {
				t.Errorf("got %v %s retry=%v %q", got.Kind, got.Code, got.Retry, got.Text)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Error("the error repeats the query or the user information")
			}
		})
	}
}

func TestRootCAs(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	resp, err := wire.New(wire.Options{RootCAs: pool}).Get(t.Context(), bridge.HopSTS, s.URL, nil)
	if err != nil || resp.Status != http.StatusNoContent {
		t.Errorf("got %v, %v", resp, err)
	}
}

func TestRetryStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{200: false, 400: false, 401: false, 403: false, 404: false, 408: true, 409: false, 429: true, 500: true, 501: false, 502: true, 503: true, 504: true} {
		if got := wire.RetryStatus(status); got != want {
			t.Errorf("RetryStatus(%d) = %v, want %v", status, got, want)
		}
	}
}

func TestPlainHost(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{"127.0.0.1": true, "127.8.8.8": true, "::1": true, "localhost": true, "169.254.169.254": true, "metadata.google.internal": true, "10.0.0.1": false, "localhost.evil.example": false, "127.0.0.1.evil.example": false, "0.0.0.0": false, "": false} {
		if got := wire.PlainHost(host); got != want {
			t.Errorf("PlainHost(%q) = %v, want %v", host, got, want)
		}
	}
}
