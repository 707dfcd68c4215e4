// Package broker owns a lease's life: one exchange for many callers, early refresh with jitter, the last good lease while
// it lives.
//
// Lease requests enter, leases with at least bridge.MinLife left leave, each written to the audit log first. It must
// never hand out a lease that is short of life or that the log does not know, and must never know a cloud.
//
// Caches: leases, keyed by the canonical request (at most Options.MaxHandles, the least recently used goes), until
// bridge.MinLife before their expiry; refusals, by the same key, for one second or as long as the far side asked.
package broker

import (
	"context"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Options configure a Broker. Source, Exchanger, Recorder and Clock are needed.
type Options struct {
	Source    bridge.Source
	Exchanger bridge.Exchanger
	Recorder  bridge.Recorder
	Clock     bridge.Clock
	// Jitter draws from [0, 1); math/rand when nil.
	Jitter func() float64
	// Door and Caller stand in the audit records of the leases obtained here.
	Door, Caller string
	// MaxHandles bounds the requests that are remembered, since callers choose scopes and audiences; 256 when zero.
	MaxHandles int
	// FlightTimeout bounds one exchange with all its tries; 30 s when zero.
	FlightTimeout time.Duration
}

// Broker hands out leases. It implements bridge.Leaser and is safe for use from many goroutines.
type Broker struct {
	o    Options
	home *Handle // of the zero request; never evicted

	// byRequest is copied on write, so that a look-up takes no lock.
	byRequest atomic.Pointer[map[key]*Handle]
	// epoch orders uses roughly in time without a clock: it moves on with each tick, new handle and new lease.
	epoch atomic.Int64

	ctx    context.Context // of all flights
	cancel context.CancelFunc
	work   sync.WaitGroup // flights and the sweeper

	mu       sync.Mutex // guards writes of byRequest, and the two below
	sweeping bool
	closed   bool
}

var _ bridge.Leaser = (*Broker)(nil)

// New returns a Broker. It starts nothing: the first lease does.
func New(o Options) (*Broker, error) {
	if o.Source == nil || o.Exchanger == nil || o.Recorder == nil || o.Clock == nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Code: "broker_incomplete", Text: "a broker needs a source, an exchanger, a recorder and a clock"}
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	if o.MaxHandles <= 0 {
		o.MaxHandles = 256
	}
	if o.FlightTimeout <= 0 {
		o.FlightTimeout = 30 * time.Second
	}
	b := &Broker{o: o}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	b.home = &Handle{broker: b}
	b.byRequest.Store(&map[key]*Handle{})
	return b, nil
}

// Close gives up every exchange under way and ends every goroutine. Leases already handed out stay good.
func (b *Broker) Close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.cancel()
	b.work.Wait()
	for h := range b.handles {
		h.current.Store(nil)
	}
}

// Lease returns a lease for req with at least bridge.MinLife left.
func (b *Broker) Lease(ctx context.Context, req bridge.LeaseRequest) (bridge.Lease, error) {
	return b.Handle(req).Lease(ctx)
}

// Handle returns the one handle of req: scopes count as a set. A door that asks the same again and again keeps it.
func (b *Broker) Handle(req bridge.LeaseRequest) *Handle {
	if len(req.Scopes) == 0 && req.Audience == "" {
		return b.home
	}
	k, ok := keyOf(req)
	if !ok {
		return &Handle{broker: b, req: req, oversized: true}
	}
	if h := (*b.byRequest.Load())[k]; h != nil {
		return h
	}
	h, victim := b.adopt(k, req.Audience)
	if victim != nil {
		victim.leave() // outside the broker's lock: handles lock first
	}
	return h
}

// adopt remembers a new handle, and forgets the one that was used least recently when there are too many.
func (b *Broker) adopt(k key, audience string) (h, victim *Handle) {
	b.mu.Lock()
	defer b.mu.Unlock()
	old := *b.byRequest.Load()
	if h := old[k]; h != nil {
		return h, nil
	}
	h = &Handle{broker: b, req: bridge.LeaseRequest{Audience: audience}}
	if k.scopes != "" {
		h.req.Scopes = strings.Split(k.scopes, " ")
	}
	h.lastUse.Store(b.epoch.Add(1))
	next := maps.Clone(old)
	if len(next) >= b.o.MaxHandles {
		idle := leastRecentlyUsed(next)
		victim = next[idle]
		delete(next, idle)
	}
	next[k] = h
	b.byRequest.Store(&next)
	return h, victim
}

func leastRecentlyUsed(handles map[key]*Handle) (idle key) {
	oldest := int64(math.MaxInt64)
	for k, h := range handles {
		if use := h.lastUse.Load(); use < oldest {
			idle, oldest = k, use
		}
	}
	return idle
}

// handles ranges over every handle that is remembered.
func (b *Broker) handles(yield func(*Handle) bool) {
	if !yield(b.home) {
		return
	}
	for _, h := range *b.byRequest.Load() {
		if !yield(h) {
			return
		}
	}
}

// key is a canonical request. Scopes hold no blanks (RFC 6749 section 3.3), so a blank parts them unambiguously.
type key struct{ scopes, audience string }

// maxRequest bounds what a caller can make us remember, in bytes of one request.
const maxRequest = 8 << 10

func keyOf(req bridge.LeaseRequest) (key, bool) {
	size := len(req.Audience)
	for _, s := range req.Scopes {
		size += len(s) + 1
	}
	if size > maxRequest {
		return key{}, false
	}
	if len(req.Scopes) == 1 && !strings.ContainsAny(req.Scopes[0], " \t\r\n") {
		return key{req.Scopes[0], req.Audience}, true // no allocation
	}
	scopes := strings.Fields(strings.Join(req.Scopes, " "))
	slices.Sort(scopes)
	return key{strings.Join(slices.Compact(scopes), " "), req.Audience}, true
}
