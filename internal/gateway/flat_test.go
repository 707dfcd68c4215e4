package gateway_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/prompt"
)

// endless is a model that speaks for so many events, and looks at the heap at two of them.
type endless struct {
	events, n int
	rest      bytes.Buffer
	held      [2]uint64 // live bytes after a twentieth of the events, and after all
}

func (e *endless) Call(context.Context, prompt.Call) (*prompt.Answer, error) {
	return &prompt.Answer{Status: 200, Header: http.Header{"Content-Type": sseKind}, Body: io.NopCloser(e), Location: "europe-west4", Attempts: 1}, nil
}

func (e *endless) Read(p []byte) (int, error) {
	switch e.n {
	case e.events / 20:
		e.held[0] = live()
	case e.events:
		e.held[1] = live()
		e.n++
		return 0, io.EOF
	}
	if e.rest.Len() == 0 {
		e.n++
		fmt.Fprintf(&e.rest, `data: {"candidates":[{"index":0,"content":{"role":"model","parts":[{"text":"Line %d of it goes on and on. "}]}}]}`+"\r\n\r\n", e.n)
	}
	return e.rest.Read(p)
}

func live() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// What a stream holds does not grow with what was said on it, but for a bit a byte in OpenAI's words: places in the text are told as characters. It is not parallel, for the heap is measured.
func TestStreamIsFlat(t *testing.T) { //nolint:paralleltest // see above
	guard := standard(t)
	for name, r := range map[string]*http.Request{
		"Gemini": httptest.NewRequestWithContext(t.Context(), http.MethodPost, native+"streamGenerateContent?alt=sse", strings.NewReader(`{"contents":[{"role":"user","parts":[{"text":"Tell me."}]}]}`)),
		"OpenAI": httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/chat/completions", strings.NewReader(`{"model":"google/gemini-2.5-flash","stream":true,"messages":[{"role":"user","content":"Tell me."}]}`)),
	} {
		far := &endless{events: 20000}
		g, err := gateway.New(gateway.Options{
			Verifier: knows{}, Leases: leases{}, Upstream: far, Policy: rules(t), Recorder: lost{}, Clock: time.Now,
			Profile: func(string) *gateway.Guard { return guard },
		})
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+secret)
		r.Header.Set("Content-Type", "application/json")
		g.ServeHTTP(&drain{http.Header{}}, r)
		if far.held[0] == 0 || far.held[1] == 0 {
			t.Errorf("%s: the answer was not read to its end: %d events", name, far.n)
		}
		if grown := int64(far.held[1]) - int64(far.held[0]); grown > 128<<10 {
			t.Errorf("%s: %d bytes more are held after %d events than after %d", name, grown, far.events, far.events/20)
		}
	}
}
