package broker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Handle is one request's place in the broker: the lease in hand, and at most one exchange under way.
type Handle struct {
	broker    *Broker
	req       bridge.LeaseRequest
	oversized bool

	current atomic.Pointer[held] // nil when there is no lease to hand out
	lastUse atomic.Int64         // the broker's epoch at the last use

	mu      sync.Mutex // guards what follows
	flight  *flight
	refusal *remembered
	next    time.Time     // no background refresh before
	backoff time.Duration // between failed refreshes
	gone    bool          // evicted
}

// held is a lease in hand, as the sweeper sees it.
type held struct {
	lease     bridge.Lease
	refreshAt time.Time
	epoch     int64 // a use at this epoch or later is a use of this lease
}

// remembered is a failed exchange that is not tried again before until.
type remembered struct {
	err   error
	until time.Time
}

// Lease returns a lease with at least bridge.MinLife left. A lease in hand is returned at once, whatever ctx says; else
// the caller waits for the one exchange under way until ctx ends.
//
// The path of a lease in hand takes no lock, reads no clock and allocates nothing: the sweeper, not the caller, looks at
// the time.
func (h *Handle) Lease(ctx context.Context) (bridge.Lease, error) {
	if c := h.current.Load(); c != nil {
		// Read before write: the cache line is shared by all callers and changes once a second.
		if e := h.broker.epoch.Load(); h.lastUse.Load() != e {
			h.lastUse.Store(e)
		}
		return c.lease, nil
	}
	return h.wait(ctx)
}

// Request is the canonical request that the handle stands for.
func (h *Handle) Request() bridge.LeaseRequest { return h.req }

func (h *Handle) wait(ctx context.Context) (bridge.Lease, error) {
	if h.oversized {
		return bridge.Lease{}, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "request_too_large",
			Text: fmt.Sprintf("scopes and audience together are longer than %d bytes", maxRequest),
			Hint: "ask for https://www.googleapis.com/auth/cloud-platform alone",
		}
	}
	f, c, err := h.join()
	switch {
	case err != nil:
		return bridge.Lease{}, err
	case c != nil:
		return c.lease, nil
	case f == nil: // evicted: the successor knows
		return h.broker.Lease(ctx, h.req)
	}
	return f.wait(ctx, h.broker.o.Clock)
}

// join finds what answers a caller: the lease in hand, a refusal just had, or the flight (started if there is none).
func (h *Handle) join() (*flight, *held, error) {
	now := h.broker.now()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lastUse.Store(h.broker.epoch.Load())
	if c := h.current.Load(); c != nil {
		return nil, c, nil
	}
	if h.gone {
		return nil, nil, nil
	}
	if h.refusal != nil && now.Before(h.refusal.until) {
		return nil, nil, h.refusal.err
	}
	h.refusal = nil
	if h.flight == nil && !h.depart() {
		return nil, nil, errClosed()
	}
	return h.flight, nil, nil
}

// refresh starts a flight in the background if none is under way.
func (h *Handle) refresh(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.flight == nil && !h.gone && !now.Before(h.next) {
		h.depart()
	}
}

// leave forgets the lease for good: the handle was evicted. Whoever still holds it is led to its successor.
func (h *Handle) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gone = true
	h.current.Store(nil)
}

// land takes in what a flight brought.
func (h *Handle) land(lease bridge.Lease, err error) {
	b := h.broker
	now := b.now()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.flight = nil
	old := h.current.Load()
	if err != nil {
		h.refusal = &remembered{err, now.Add(refusalLife(err))}
		h.backOff(now, err)
		return
	}
	h.refusal = nil
	if old != nil && !lease.Expiry.After(old.lease.Expiry.Add(time.Second)) {
		h.backOff(now, nil) // the far side has nothing newer yet
		return
	}
	h.next, h.backoff = time.Time{}, 0
	life := lease.Expiry.Sub(now)
	if h.gone || life < bridge.MinLife+sweepMargin {
		return // good for those who wait, too short to keep
	}
	h.current.Store(&held{lease: lease, refreshAt: now.Add(refreshAfter(life, b.o.Jitter())), epoch: b.epoch.Add(1)})
	b.startSweeper()
}

// backOff puts off the next background refresh: 1 s, doubling to a minute, or as long as the far side asked.
func (h *Handle) backOff(now time.Time, err error) {
	h.backoff = min(max(2*h.backoff, time.Second), time.Minute)
	pause := h.backoff + time.Duration(h.broker.o.Jitter()*float64(h.backoff)/4)
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		pause = max(pause, e.RetryAfter)
	}
	h.next = now.Add(pause)
}

// refusalLife is how long a failed exchange is answered from memory, so that a refused workload does not hammer the far
// side: a second, or as long as it asked us to wait, at most half a minute.
func refusalLife(err error) time.Duration {
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return min(max(e.RetryAfter, time.Second), 30*time.Second)
	}
	return time.Second
}

// refreshAfter is when a lease of this life is renewed: at 80 % of it, less up to 5 % so that replicas do not march in
// step; a short lease a minute before it is withdrawn, or halfway there.
func refreshAfter(life time.Duration, jitter float64) time.Duration {
	usable := life - bridge.MinLife
	after := min(life*8/10, max(usable-time.Minute, usable/2))
	return after - time.Duration(jitter*float64(after)/20)
}

func errClosed() error {
	return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "closed", Text: "landbridge is shutting down"}
}
