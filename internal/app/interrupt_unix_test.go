//go:build unix

package app

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

// Ctrl-C goes to the child from the terminal: it is not terminated on top of it while it cleans up. Not parallel: it
// signals its own process.
func TestInterruptIsTheChildsOwnAffair(t *testing.T) {
	for _, c := range []struct {
		name   string
		shared bool
		want   int
	}{{"in the terminal's foreground", true, 0}, {"elsewhere", false, 7}} {
		t.Run(c.name, func(t *testing.T) {
			ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			var out strings.Builder
			started := &firstWrite{to: &out, then: func() { _ = syscall.Kill(os.Getpid(), syscall.SIGINT) }}
			script := `trap 'exit 7' TERM; echo ready; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.03; done; exit 0`
			got, err := child{args: []string{"sh", "-c", script}, env: []string{"PATH=/usr/bin:/bin"}, stdout: started, shared: func() bool { return c.shared }}.run(ctx)
			if err != nil || got != c.want || context.Cause(ctx) == nil {
				t.Errorf("run = %d, %v after %v; want %d", got, err, context.Cause(ctx), c.want)
			}
		})
	}
}

// A termination signal that comes after Ctrl-C ends the child all the same.
func TestTerminationEndsTheChildAfterAnInterrupt(t *testing.T) {
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	started := &firstWrite{to: new(strings.Builder), then: func() { _ = syscall.Kill(os.Getpid(), syscall.SIGINT) }}
	script := `trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done`
	shared := func() bool {
		_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
		return true
	}
	got, err := child{args: []string{"sh", "-c", script}, env: []string{"PATH=/usr/bin:/bin"}, stdout: started, shared: shared}.run(ctx)
	if err != nil || got != 7 {
		t.Errorf("run = %d, %v; want 7", got, err)
	}
}
