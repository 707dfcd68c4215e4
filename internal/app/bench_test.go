package app

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
)

// BenchmarkColdExchange is a whole crossing against the sandbox over loopback, nothing cached: token file, STS,
// impersonation, connections new.
func BenchmarkColdExchange(b *testing.B) {
	a := New(Host{
		Clock: time.Now, Env: func(string) string { return "" }, Log: slog.New(slog.DiscardHandler),
		ReadFile: func(string) ([]byte, error) { return nil, nil }, Version: "bench",
	})
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	s, run, err := a.startSandbox(ctx, SandboxOptions{}, b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- run() }()
	flags := s.Flags()
	cfg, problems := config.Load(config.Options{Flags: flags[:len(flags)-1]}) // plain HTTP: no certificate authority
	if err := problems.Err(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		c, err := a.open(cfg, "bench")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.toGoogle.Lease(ctx, bridge.LeaseRequest{}); err != nil {
			b.Fatal(err)
		}
		c.close()
	}
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}
