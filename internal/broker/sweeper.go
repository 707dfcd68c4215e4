package broker

import (
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

const (
	sweepEvery = time.Second
	// sweepMargin is how long before its last moment a lease is withdrawn, since the sweeper looks once a second.
	sweepMargin = 2 * sweepEvery
)

// startSweeper starts the sweeper unless it runs. The caller holds a handle's lock, which comes before the broker's.
func (b *Broker) startSweeper() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sweeping || b.closed {
		return
	}
	b.sweeping = true
	b.work.Go(b.sweep)
}

// sweep looks at the clock on behalf of all callers, for as long as there is a lease in hand. It reads the wall clock on
// every tick: after a suspended machine wakes up, the first tick withdraws what has died meanwhile.
func (b *Broker) sweep() {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-b.ctx.Done():
			return
		case <-tick.C:
		}
		if !b.sweepOnce() && b.rest() {
			return
		}
	}
}

// sweepOnce withdraws leases that are short of life and starts due refreshes. It says whether any lease is in hand.
func (b *Broker) sweepOnce() bool {
	b.epoch.Add(1)
	now := b.now()
	live := false
	for h := range b.handles {
		c := h.current.Load()
		if c == nil {
			continue
		}
		if c.lease.Expiry.Sub(now) < bridge.MinLife+sweepMargin {
			h.current.CompareAndSwap(c, nil)
			continue
		}
		live = true
		if !now.Before(c.refreshAt) && h.lastUse.Load() >= c.epoch {
			h.refresh(now)
		}
	}
	return live
}

// rest ends the sweeper, unless a lease came in since it last looked.
func (b *Broker) rest() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for h := range b.handles {
		if h.current.Load() != nil {
			return false
		}
	}
	b.sweeping = false
	return true
}

// now is the wall clock without its monotonic reading, which stands still while a machine is suspended.
func (b *Broker) now() time.Time { return b.o.Clock().Round(0) }
