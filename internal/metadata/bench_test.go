package metadata_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/landbridge/landbridge/internal/audit"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/metadata"
)

type fixed bridge.Lease

func (f *fixed) Lease(context.Context, bridge.LeaseRequest) (bridge.Lease, error) {
	return bridge.Lease(*f), nil
}

// benchDoor is the door as in production: metrics on, and an audit log in a file.
func benchDoor(b *testing.B) *metadata.Server {
	b.Helper()
	log := audit.New(audit.Options{Path: filepath.Join(b.TempDir(), "audit.log")})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- log.Run(ctx) }()
	b.Cleanup(func() { cancel(); <-done })
	door, err := metadata.New(metadata.Options{
		Leaser: &fixed{
			Token: bridge.NewSecret(strings.Repeat("a1B2c3D4", 28)), Principal: "app@demo.iam.gserviceaccount.com",
			Scopes: []string{metadata.CloudPlatform}, Expiry: time.Now().Add(12 * time.Hour),
		},
		Recorder: log, Clock: time.Now, Registry: prometheus.NewRegistry(),
		Identity: metadata.Identity{ServiceAccount: "app@demo.iam.gserviceaccount.com"},
	})
	if err != nil {
		b.Fatal(err)
	}
	return door
}

// nowhere is a response writer that keeps nothing.
type nowhere struct{ h http.Header }

func (n *nowhere) Header() http.Header         { return n.h }
func (n *nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n *nowhere) WriteHeader(int)             {}

func BenchmarkTokenRequest(b *testing.B) {
	b.Run("handler", func(b *testing.B) {
		handler := benchDoor(b).Handler()
		r := httptest.NewRequest("GET", "http://127.0.0.1:8080/computeMetadata/v1/instance/service-accounts/default/token", nil)
		r.Header.Set("Metadata-Flavor", "Google")
		w := &nowhere{h: http.Header{}}
		b.ReportAllocs()
		for b.Loop() {
			clear(w.h)
			handler.ServeHTTP(w, r)
		}
	})
	b.Run("loopback", func(b *testing.B) {
		door := benchDoor(b)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- door.Run(ctx, l) }()
		b.Cleanup(func() { cancel(); <-done })
		request := "GET /computeMetadata/v1/instance/service-accounts/default/token HTTP/1.1\r\nHost: " + l.Addr().String() + "\r\nMetadata-Flavor: Google\r\n\r\n"
		b.SetParallelism(8)
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				b.Error(err)
				return
			}
			defer c.Close()
			in := bufio.NewReader(c)
			for pb.Next() {
				_, _ = io.WriteString(c, request)
				resp, err := http.ReadResponse(in, nil)
				if err != nil || resp.StatusCode != http.StatusOK {
					b.Errorf("%v %v", resp, err)
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
			}
		})
	})
}
