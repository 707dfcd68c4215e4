package vertex

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
	"weak"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

// TestOnTheWire goes over loopback: what net/http itself makes of resets, silence, redirects and callers that leave.
func TestOnTheWire(t *testing.T) {
	t.Parallel()
	left := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch strings.Split(r.URL.Path, "/")[5] {
		case "us-east1": // resets before the head
			panic(http.ErrAbortHandler)
		case "us-east4": // cuts after some bytes
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		case "us-east5": // no head
			<-r.Context().Done()
		case "us-west1": // streams until the caller leaves
			_, _ = io.WriteString(w, "data")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			close(left)
		case "us-west2":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		default:
			if r.Header.Get("Accept-Encoding") != "" {
				t.Errorf("asks for %q", r.Header.Get("Accept-Encoding"))
			}
			_, _ = io.WriteString(w, "whole")
		}
	}))
	t.Cleanup(s.Close)
	u := upstream(t, Options{Endpoint: s.URL, FirstByteTimeout: 200 * time.Millisecond, IdleTimeout: 200 * time.Millisecond, RetryBudget: time.Minute}, nil)
	ask := func(ctx context.Context, locations ...string) (*prompt.Answer, error) {
		return u.Call(ctx, call(locations...))
	}
	code := func(err error) string {
		e, _ := errors.AsType[*bridge.Error](err)
		if e == nil {
			return "none"
		}
		return e.Code
	}

	a, err := ask(t.Context(), "us-east1", "us-central1")
	if got := read(t, a, err); got != "whole" || a.Attempts != 2 {
		t.Errorf("after a reset: %q in %d attempts", got, a.Attempts)
	}
	if a, err = ask(t.Context(), "us-west2"); err != nil || a.Status != http.StatusFound {
		t.Errorf("a redirect: %v, %v", a, err)
	}
	_ = a.Body.Close()
	if _, err = ask(t.Context(), "us-east5", "us-central1"); code(err) != "timeout" {
		t.Errorf("silence before the head is sent again: %v", err)
	}
	a, err = ask(t.Context(), "us-east4")
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(a.Body); string(body) != "half" || code(err) != "answer_cut" {
		t.Errorf("a cut answer: %q, %v", body, err)
	}
	_ = a.Body.Close()
	ctx, cancel := context.WithCancel(t.Context())
	if a, err = ask(ctx, "us-west1"); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.ReadAll(a.Body); code(err) != "canceled" {
		t.Errorf("a caller that left: %v", err)
	}
	<-left
}

// TestRequestIsSentAtOnce and is let go of: the first read of the far side has head and body, and while the answer comes
// nothing holds the body any more.
func TestRequestIsSentAtOnce(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	got := make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		piece := make([]byte, 8<<10)
		n, _ := conn.Read(piece)
		got <- string(piece[:n])
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha")
		_, _ = conn.Read(piece) // until the caller leaves
		_ = conn.Close()
	}()
	u := upstream(t, Options{Endpoint: "http://" + l.Addr().String()}, nil)
	c := call("us-central1")
	c.Body = []byte(strings.Repeat("y", 1000))
	body := weak.Make(&c.Body[0])
	a, err := u.Call(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if first := <-got; !strings.HasSuffix(first, "\r\n\r\n"+string(c.Body)) {
		t.Errorf("the first piece is %q", first)
	}
	c = prompt.Call{}
	for tries := 0; body.Value() != nil; tries++ {
		if tries > 100 {
			t.Fatal("the body is still held")
		}
		runtime.GC()
	}
}

func TestHTTP2OverTLS(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	a, err := upstream(t, Options{Endpoint: s.URL, RootCAs: roots}, nil).Call(t.Context(), call("global"))
	if got := read(t, a, err); got != "HTTP/2.0" {
		t.Errorf("got %s", got)
	}
	_, err = upstream(t, Options{Endpoint: s.URL}, nil).Call(t.Context(), call("global"))
	if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Code != "certificate_untrusted" || e.Retry {
		t.Errorf("an unknown authority: %v", err)
	}
}

// BenchmarkCall is a whole call to a loopback server with a 1 kB prompt and a 900 byte answer; Transport is net/http's
// bare transport with the same request.
func BenchmarkCall(b *testing.B) {
	answer := strings.Repeat("x", 900)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, answer)
	}))
	defer s.Close()
	u, err := New(Options{Clock: time.Now, Endpoint: s.URL, RetryBudget: 10 * time.Second, UserAgent: "landbridge"})
	if err != nil {
		b.Fatal(err)
	}
	c := call("us-central1", "europe-west4")
	c.Header, c.Body = http.Header{"Content-Type": {"application/json"}}, []byte(strings.Repeat("y", 1000))
	b.Run("Upstream", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			a, err := u.Call(b.Context(), c)
			if err != nil {
				b.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, a.Body)
			_ = a.Body.Close()
		}
	})
	b.Run("Transport", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r, _ := http.NewRequestWithContext(b.Context(), http.MethodPost, s.URL+"/v1/projects/demo/locations/us-central1/publishers/google/models/m:generateContent", strings.NewReader(string(c.Body)))
			r.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer the-lease"}}
			a, err := u.transport.RoundTrip(r)
			if err != nil {
				b.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, a.Body)
			_ = a.Body.Close()
		}
	})
}
