package wire_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// put sends a body that is no file and cannot write itself, as those of copies are.
func put(tb testing.TB, s *wire.Streamer, url string, body []byte) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodPut, url, struct{ io.Reader }{bytes.NewReader(body)})
	if err != nil {
		tb.Fatal(err)
	}
	req.ContentLength = int64(len(body))
	resp, err := s.Do(tb.Context(), bridge.HopBucket, req)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		tb.Fatal(resp.Status, err)
	}
}

// Bodies around the sizes of the buffers that they go through arrive as they were, one after the other on a connection.
func TestStreamerSendsBodies(t *testing.T) {
	t.Parallel()
	var got []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got, _ = io.ReadAll(r.Body) }))
	t.Cleanup(server.Close)
	s := wire.NewStreamer(wire.StreamOptions{})
	t.Cleanup(s.CloseIdle)
	for n, size := range []int{1, 64 << 10, 128<<10 - 1, 128 << 10, 300<<10 + 1, 64 << 10} {
		body := bytes.Repeat([]byte{byte(n), 'x', 'y'}, size/3+1)[:size]
		put(t, s, server.URL, body)
		if !bytes.Equal(got, body) {
			t.Errorf("%d bytes arrived as %d", size, len(got))
		}
	}
}

// BenchmarkStreamer sends a small object. What it allocates is the server's too.
func BenchmarkStreamer(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	b.Cleanup(server.Close)
	s := wire.NewStreamer(wire.StreamOptions{})
	b.Cleanup(s.CloseIdle)
	body := make([]byte, 64<<10)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		put(b, s, server.URL, body)
	}
}
