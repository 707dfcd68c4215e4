package broker_test

import (
	"context"
	"testing"
	"time"

	"cloud.google.com/go/auth"
	"golang.org/x/oauth2"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/broker"
)

// 64 goroutines on this machine's processors: SetParallelism multiplies GOMAXPROCS, so this is at least 64.
const goroutines = 64

func BenchmarkLeaseFromCache(b *testing.B)   { benchLease(b, false) }
func BenchmarkLeaseFromCache64(b *testing.B) { benchLease(b, true) }

// BenchmarkLeaseByScope64 goes the whole way from a request with one scope, as a door does that keeps no handle.
func BenchmarkLeaseByScope64(b *testing.B) {
	l := benchBroker(b)
	ctx, req := b.Context(), bridge.LeaseRequest{Scopes: []string{"https://www.googleapis.com/auth/cloud-platform"}}
	bench(b, true, func() error { _, err := l.Lease(ctx, req); return err })
}

func BenchmarkPeerCloudAuth(b *testing.B)   { benchCloudAuth(b, false) }
func BenchmarkPeerCloudAuth64(b *testing.B) { benchCloudAuth(b, true) }
func BenchmarkPeerOAuth2(b *testing.B)      { benchOAuth2(b, false) }
func BenchmarkPeerOAuth264(b *testing.B)    { benchOAuth2(b, true) }

func benchLease(b *testing.B, parallel bool) {
	h := benchBroker(b).Handle(zero)
	ctx := b.Context()
	bench(b, parallel, func() error { _, err := h.Lease(ctx); return err })
}

func benchCloudAuth(b *testing.B, parallel bool) {
	p := auth.NewCachedTokenProvider(fixedProvider{}, nil)
	ctx := b.Context()
	bench(b, parallel, func() error { _, err := p.Token(ctx); return err })
}

func benchOAuth2(b *testing.B, parallel bool) {
	s := oauth2.ReuseTokenSource(nil, oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "x", Expiry: time.Now().Add(time.Hour)}))
	bench(b, parallel, func() error { _, err := s.Token(); return err })
}

type fixedProvider struct{}

func (fixedProvider) Token(context.Context) (*auth.Token, error) {
	return &auth.Token{Value: "x", Expiry: time.Now().Add(time.Hour)}, nil
}

func benchBroker(b *testing.B) *broker.Broker {
	f := &far{life: 12 * time.Hour}
	l, err := broker.New(broker.Options{Source: f, Exchanger: f, Recorder: f, Clock: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(l.Close)
	return l
}

func bench(b *testing.B, parallel bool, once func() error) {
	if err := once(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	if !parallel {
		for b.Loop() {
			if err := once(); err != nil {
				b.Fatal(err)
			}
		}
		return
	}
	b.SetParallelism(goroutines)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := once(); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
