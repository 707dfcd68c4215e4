package broker_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/broker"
)

// Many callers, more requests than there is room for, leases that die all the time, a far side that fails now and then:
// every lease that comes out is good, and nothing waits for ever.
func TestManyCallersManyRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		dice := rand.New(rand.NewPCG(1, 2))
		roll := func(n int) int { mu.Lock(); defer mu.Unlock(); return dice.IntN(n) }
		f := &far{life: 6 * time.Minute, delay: 50 * time.Millisecond, exchange: func(int) error {
			if roll(10) == 0 {
				return &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopSTS, Code: "unreachable", Text: "cannot reach sts", Retry: true}
			}
			return nil
		}}
		b := newBroker(t, f, func(o *broker.Options) { o.MaxHandles = 4 })
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				for range 100 {
					req := bridge.LeaseRequest{Scopes: []string{fmt.Sprint("scope-", roll(8))}}
					l, err := b.Handle(req).Lease(t.Context())
					switch {
					case err != nil:
						if bridge.KindOf(err) != bridge.Unreachable {
							t.Errorf("Lease: %v", err)
						}
					case l.Scopes[0] != req.Scopes[0]:
						t.Errorf("asked for %s, got %s", req.Scopes[0], l.Scopes[0])
					case time.Until(l.Expiry) < bridge.MinLife:
						t.Errorf("%v left", time.Until(l.Expiry))
					}
					time.Sleep(time.Duration(roll(5000)) * time.Millisecond)
				}
			})
		}
		wg.Wait()
	})
}

// The hot path allocates nothing, whichever way it is entered.
func TestLeaseInHandAllocatesNothing(t *testing.T) {
	b := newBroker(t, &far{life: time.Hour})
	ctx := t.Context()
	for _, req := range []bridge.LeaseRequest{{}, {Scopes: []string{"one"}}, {Audience: "https://svc"}} {
		lease(t, b, req)
		if n := testing.AllocsPerRun(100, func() { _, _ = b.Lease(ctx, req) }); n != 0 {
			t.Errorf("%v: %v allocations", req, n)
		}
	}
}
