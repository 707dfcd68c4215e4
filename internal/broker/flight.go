package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

const (
	tries      = 4
	firstPause = 100 * time.Millisecond
)

// flight is one exchange under way, shared by all who wait for it. It has a deadline of its own: a caller who gives up
// takes nobody along.
type flight struct {
	done  chan struct{} // closed when lease and err are final
	lease bridge.Lease
	err   error

	asked chan struct{} // closed when the far side first asks for a pause; then until and last are set
	until time.Time
	last  error
}

// depart starts the handle's flight; the caller holds the handle's lock. It says no when the broker is closed.
func (h *Handle) depart() bool {
	b := h.broker
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	f := &flight{done: make(chan struct{}), asked: make(chan struct{})}
	h.flight = f
	b.work.Go(func() {
		ctx, cancel := context.WithTimeout(b.ctx, b.o.FlightTimeout)
		defer cancel()
		f.lease, f.err = b.obtain(ctx, h.req, f)
		h.land(f.lease, f.err)
		close(f.done)
	})
	return true
}

// obtain is the journey of one lease: prove, exchange, check its life, write it down.
func (b *Broker) obtain(ctx context.Context, req bridge.LeaseRequest, f *flight) (bridge.Lease, error) {
	start := b.now()
	assertion, lease, err := b.exchange(ctx, req, f)
	if err == nil {
		lease.Expiry = lease.Expiry.Round(0)
		err = b.recordLease(ctx, req, assertion, lease, b.now().Sub(start))
		if err == nil {
			err = b.checkLife(lease) // a slow log may have eaten the margin
		}
		if err == nil {
			return lease, nil
		}
	}
	if b.ctx.Err() != nil {
		return bridge.Lease{}, errClosed()
	}
	b.recordRefusal(ctx, req, assertion, err, b.now().Sub(start))
	return bridge.Lease{}, err
}

// exchange makes up to four tries, and goes round every cache once if the assertion turns out too old.
func (b *Broker) exchange(ctx context.Context, req bridge.LeaseRequest, f *flight) (bridge.Assertion, bridge.Lease, error) {
	want := bridge.AssertionRequest{Audience: b.o.Exchanger.AssertionAudience()}
	var assertion bridge.Assertion
	pause := firstPause
	for try := 1; ; {
		var lease bridge.Lease
		var err error
		if assertion.Token.Empty() {
			assertion, err = b.o.Source.Assertion(ctx, want)
		}
		if err == nil {
			lease, err = b.o.Exchanger.Exchange(ctx, assertion, req)
		}
		if err == nil {
			err = b.checkLife(lease)
		}
		if err == nil {
			return assertion, lease, nil
		}
		e, ok := errors.AsType[*bridge.Error](err)
		switch {
		case !ok:
			return assertion, lease, err
		case e.Stale && !want.Fresh:
			want.Fresh = true
			assertion = bridge.Assertion{}
			continue // not a retry: the same call with another assertion
		case !e.Retry || try == tries || !b.pause(ctx, f, max(e.RetryAfter, b.jittered(pause)), err):
			return assertion, lease, err
		}
		pause *= 2
		try++
	}
}

// checkLife refuses a lease that is short of life from the start.
func (b *Broker) checkLife(lease bridge.Lease) error {
	life := lease.Expiry.Sub(b.now())
	if life >= bridge.MinLife {
		return nil
	}
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopHome, Code: "lease_too_short", Stale: true,
		Text: fmt.Sprintf("the lease would live %d s, less than the %d s that a lease has when it is handed out",
			int(max(life, 0).Seconds()), int(bridge.MinLife.Seconds())),
		Hint: "a lease does not outlive its assertion: project the service-account token with expirationSeconds: 7200 or more",
	}
}

// pause waits before the next try. It says no when the flight would be over by then.
func (b *Broker) pause(ctx context.Context, f *flight, d time.Duration, err error) bool {
	if deadline, ok := ctx.Deadline(); ok && b.o.Clock().Add(d).After(deadline) {
		return false
	}
	if d >= time.Second && f.last == nil {
		f.until, f.last = b.o.Clock().Add(d), err
		close(f.asked)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// jittered is d, give or take a quarter.
func (b *Broker) jittered(d time.Duration) time.Duration {
	return d*3/4 + time.Duration(b.o.Jitter()*float64(d)/2)
}

// wait returns what the flight brings, or gives up with ctx. A caller who cannot wait as long as the far side asked
// hears so at once.
func (f *flight) wait(ctx context.Context, clock bridge.Clock) (bridge.Lease, error) {
	asked := f.asked
	for {
		select {
		case <-f.done:
			return f.lease, f.err
		default:
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return bridge.Lease{}, gaveUp(ctx)
		case <-asked:
			asked = nil
			if deadline, ok := ctx.Deadline(); ok && deadline.Before(f.until) && clock().Before(f.until) {
				return bridge.Lease{}, f.last
			}
		}
	}
}

func gaveUp(ctx context.Context) error {
	code := "canceled"
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		code = "deadline_exceeded"
	}
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopDoor, Code: code, Text: "gave up waiting for a lease",
		Hint: "give the call a longer deadline, or check that both clouds can be reached", Cause: ctx.Err(),
	}
}
