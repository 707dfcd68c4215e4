package provision

import (
	"context"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// turns lets one writer at a time at an identity's credentials: Azure refuses two.
type turns struct {
	mu    sync.Mutex
	gates map[string]*gate
}

type gate struct {
	free chan struct{} // holds one when nobody is at it
	// until is when the next may write; only who is at it touches it.
	until time.Time
}

// take waits for the turn, and for the pause that somebody asked for.
func (t *turns) take(ctx context.Context, clock bridge.Clock, key string) (*gate, error) {
	t.mu.Lock()
	g, ok := t.gates[key]
	if !ok {
		if t.gates == nil {
			t.gates = map[string]*gate{}
		}
		g = &gate{free: make(chan struct{}, 1)}
		g.free <- struct{}{}
		t.gates[key] = g
	}
	t.mu.Unlock()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-g.free:
	}
	if wait := g.until.Sub(clock()); wait > 0 {
		if err := bridge.Wait(ctx, wait); err != nil {
			g.done()
			return nil, err
		}
	}
	return g, nil
}

// done ends the turn.
func (g *gate) done() { g.free <- struct{}{} }
