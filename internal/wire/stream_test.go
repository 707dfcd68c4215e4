package wire_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

func streamed(t *testing.T, stall time.Duration, serve http.HandlerFunc) (string, error) {
	t.Helper()
	server := httptest.NewServer(serve)
	t.Cleanup(server.Close)
	s := wire.NewStreamer(wire.StreamOptions{Stall: stall})
	t.Cleanup(s.CloseIdle)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL, strings.NewReader("sent"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.Do(t.Context(), bridge.HopBucket, req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func TestStreamer(t *testing.T) {
	t.Parallel()
	got, err := streamed(t, 0, func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = rw.Write(append(body, " and back"...))
	})
	if got != "sent and back" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// Slow but moving is well; standing still is not, before the answer and in the middle of it.
func TestStreamerStalls(t *testing.T) {
	t.Parallel()
	const stall = 300 * time.Millisecond
	slow := func(rw http.ResponseWriter, r *http.Request) {
		for range 8 {
			time.Sleep(stall / 5)
			_, _ = io.WriteString(rw, ".")
			_ = http.NewResponseController(rw).Flush()
		}
	}
	if got, err := streamed(t, stall, slow); got != "........" || err != nil {
		t.Errorf("slow: %q, %v", got, err)
	}
	still := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	half := func(rw http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(rw, "half")
		_ = http.NewResponseController(rw).Flush()
		still(rw, r)
	}
	for name, serve := range map[string]http.HandlerFunc{"before": still, "within": half} {
		_, err := streamed(t, stall, serve)
		e, ok := errors.AsType[*bridge.Error](err)
		if !ok || e.Code != "timeout" || !e.Retry || e.Hop != bridge.HopBucket {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStreamerOfWhoLeaves(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
	_, err := wire.NewStreamer(wire.StreamOptions{}).Do(ctx, bridge.HopBucket, req)
	if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Code != "canceled" || e.Retry {
		t.Errorf("%v", err)
	}
}

func TestStreamerRefuses(t *testing.T) {
	t.Parallel()
	req, _ := http.NewRequest(http.MethodGet, "http://storage.example/o", nil)
	_, err := wire.NewStreamer(wire.StreamOptions{}).Do(t.Context(), bridge.HopBucket, req)
	if err == nil || !strings.Contains(err.Error(), "plain http to storage.example is refused") {
		t.Errorf("%v", err)
	}
}

// A body that ends early is an error that says so, and that another try may help.
func TestStreamerOfHalfABody(t *testing.T) {
	t.Parallel()
	_, err := streamed(t, 0, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(rw, "half")
	})
	if e, ok := errors.AsType[*bridge.Error](err); !ok || !e.Retry || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v", err)
	}
}
