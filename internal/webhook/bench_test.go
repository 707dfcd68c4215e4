package webhook_test

import (
	"bytes"
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

// realReview is what kube-apiserver 1.33 wrote for a pod of a Deployment with an init container and two containers.
func realReview(tb testing.TB) []byte {
	tb.Helper()
	body, err := os.ReadFile("testdata/review.json")
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
			body := realReview(b)
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
	body := realReview(t)
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
