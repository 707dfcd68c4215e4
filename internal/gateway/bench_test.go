package gateway_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/inspect"
	"github.com/landbridge/landbridge/internal/mask"
	"github.com/landbridge/landbridge/internal/mask/find"
	"github.com/landbridge/landbridge/internal/mask/names"
	"github.com/landbridge/landbridge/internal/prompt"
)

// here answers at once, without a network.
type here struct {
	kind []string
	body string
}

func (u here) Call(context.Context, prompt.Call) (*prompt.Answer, error) {
	return &prompt.Answer{Status: 200, Header: http.Header{"Content-Type": u.kind}, Body: io.NopCloser(strings.NewReader(u.body)), Location: "europe-west4", Attempts: 1}, nil
}

type lost struct{}

func (lost) Record(context.Context, bridge.Record) error { return nil }

// drain is a caller that keeps nothing.
type drain struct{ h http.Header }

func (d *drain) Header() http.Header         { return d.h }
func (d *drain) Write(b []byte) (int, error) { return len(b), nil }
func (d *drain) WriteHeader(int)             {}
func (d *drain) Flush()                      {}

// Deadlines are those of a connection.
func (d *drain) SetReadDeadline(time.Time) error  { return nil }
func (d *drain) SetWriteDeadline(time.Time) error { return nil }

// standard is a guard with all that is on by default, and the canary.
func standard(b testing.TB) *gateway.Guard {
	structured, err := find.New(find.Options{})
	if err != nil {
		b.Fatal(err)
	}
	m, err := mask.New(mask.Options{Detectors: []mask.Detector{structured, names.New()}, Except: []string{"LOCATION", "ORGANIZATION", "NRP", "TITLE"}, AnswersAction: mask.Mask})
	if err != nil {
		b.Fatal(err)
	}
	return &gateway.Guard{
		Masker: m, Injection: gateway.Block, Inspector: inspect.New(inspect.Options{}), Canary: true,
		Safety: "BLOCK_ONLY_HIGH", Toxicity: gateway.Block, Links: gateway.Neutralise,
	}
}

// BenchmarkCall is what the gateway itself costs, without network and log: pass is the way without a guard, masked and
// inspected have one protection each, guarded has all of them.
func BenchmarkCall(b *testing.B) {
	prose := "Write to Margaret Holloway (margaret.holloway@example.com, +44 20 7946 0958) of 12 Orchard Lane, Bristol. " +
		strings.Repeat("The quick brown fox jumps over the lazy dog, and nobody minds at all. ", 1000)
	ask := func(n int) string {
		return `{"contents":[{"role":"user","parts":[{"text":"` + prose[:n] + `"}]}],"generationConfig":{"temperature":0.5}}`
	}
	chat := func(kib int) string {
		return `{"model":"google/gemini-2.5-flash","messages":[{"role":"user","content":"` + strings.Repeat(prose[:16<<10], kib/16) + `"}]}`
	}
	events := strings.Repeat("data: "+answer+"\r\n\r\n", 60)
	for _, one := range []struct {
		name, path, ask string
		guard           *gateway.Guard
		far             here
	}{
		{"pass/1K", "generateContent", ask(1 << 10), &gateway.Guard{}, here{jsonKind, answer}},
		{"pass/32K", "generateContent", ask(32 << 10), &gateway.Guard{}, here{jsonKind, answer}},
		{"pass/60 events", "streamGenerateContent?alt=sse", ask(1 << 10), &gateway.Guard{}, here{sseKind, events}},
		{"masked/1K", "generateContent", ask(1 << 10), &gateway.Guard{Masker: masker(b, mask.Options{AnswersAction: mask.Mask}), Safety: "BLOCK_ONLY_HIGH"}, here{jsonKind, answer}},
		{"masked/60 events", "streamGenerateContent?alt=sse", ask(1 << 10), &gateway.Guard{Masker: masker(b, mask.Options{})}, here{sseKind, events}},
		{"guarded/1K", "generateContent", ask(1 << 10), standard(b), here{jsonKind, answer}},
		{"guarded/chat 64K", "/v1/chat/completions", chat(64), standard(b), here{jsonKind, answer}}, // as many bytes a second as
		{"guarded/chat 16M", "/v1/chat/completions", chat(16 << 10), standard(b), here{jsonKind, answer}},
		{"guarded/60 events", "streamGenerateContent?alt=sse", ask(1 << 10), standard(b), here{sseKind, events}},
		{"inspected/1K", "generateContent", ask(1 << 10), &gateway.Guard{Injection: gateway.Block, Inspector: inspect.New(inspect.Options{}), Links: gateway.Neutralise}, here{jsonKind, answer}},
	} {
		b.Run(one.name, func(b *testing.B) {
			g, err := gateway.New(gateway.Options{
				Verifier: knows{}, Leases: leases{}, Upstream: one.far, Policy: rules(b), Recorder: lost{}, Clock: time.Now,
				Profile: func(string) *gateway.Guard { return one.guard },
			})
			if err != nil {
				b.Fatal(err)
			}
			path := native + one.path
			if one.path[0] == '/' {
				path = one.path
			}
			r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, path, nil)
			r.Header.Set("Authorization", "Bearer "+secret)
			r.ContentLength = int64(len(one.ask))
			b.SetBytes(int64(len(one.ask)))
			b.ReportAllocs()
			for b.Loop() {
				r.Body = io.NopCloser(bytes.NewReader([]byte(one.ask)))
				g.ServeHTTP(&drain{http.Header{}}, r)
			}
		})
	}
}

var jsonKind, sseKind = []string{"application/json"}, []string{"text/event-stream"}
