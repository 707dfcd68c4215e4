package webhook_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/webhook"
)

// nowhere is a response writer that keeps nothing.
type nowhere struct{ h http.Header }

func (n *nowhere) Header() http.Header         { return n.h }
func (n *nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n *nowhere) WriteHeader(int)             {}

// reviewOf is the text of a review of testdata's pod.
func reviewOf(tb testing.TB, name string) []byte {
	tb.Helper()
	text, err := os.ReadFile("testdata/" + name + ".in.json")
	if err != nil {
		tb.Fatal(err)
	}
	var p pair
	if err := json.Unmarshal(text, &p); err != nil {
		tb.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": newPod(p.Pod)})
	if err != nil {
		tb.Fatal(err)
	}
	return body
}

// BenchmarkReview is everything between the TLS layer and the account: read, decide, patch, write.
func BenchmarkReview(b *testing.B) {
	for _, mode := range []string{estate.ModeCredentials, estate.ModeMetadata} {
		b.Run(mode, func(b *testing.B) {
			annotations := map[string]string{estate.AnnotationProvider: provider, estate.AnnotationProject: "shop-prod", estate.AnnotationMode: mode}
			handler := newDoor(b, annotations, func(o *webhook.Options) { o.Registry = prometheus.NewRegistry() }).handler
			body := reviewOf(b, "full")
			in := bytes.NewReader(body)
			r := httptest.NewRequest(http.MethodPost, "/mutate", nil)
			r.Header.Set("Content-Type", "application/json")
			w := &nowhere{h: http.Header{}}
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				in.Reset(body)
				r.Body = readCloser{in}
				clear(w.h)
				handler.ServeHTTP(w, r)
			}
		})
	}
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

// The patch and the answer are most of what may be allocated; a change that decodes the pod twice, or into maps, shows here.
func TestAllocations(t *testing.T) {
	handler := newDoor(t, map[string]string{estate.AnnotationProvider: provider}).handler
	body := reviewOf(t, "full")
	r := httptest.NewRequest(http.MethodPost, "/mutate", nil)
	r.Header.Set("Content-Type", "application/json")
	w := &nowhere{h: http.Header{}}
	in := bytes.NewReader(body)
	got := testing.AllocsPerRun(200, func() {
		in.Reset(body)
		r.Body = readCloser{in}
		clear(w.h)
		handler.ServeHTTP(w, r)
	})
	if got > 260 {
		t.Errorf("%v allocations for a review", got)
	}
}
