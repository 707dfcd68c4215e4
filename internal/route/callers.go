package route

import (
	"container/list"
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/broker"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/wire"
)

// CallersOptions say how the assertions of others become leases.
type CallersOptions struct {
	World
	Scopes         []string // of a lease; google.CloudPlatform when empty
	UniverseDomain string
	STSLocation    string
	// Base URLs in place of Google's own: https, or http on loopback.
	STSEndpoint, IAMEndpoint string
	// Max bounds how many leases are kept; 10,000 when zero. The one that was used least recently goes.
	Max int
}

// Callers exchanges the assertions that callers bring, so that Google sees each of them as itself. It is safe for use from
// many goroutines.
//
// Cache: a broker for each assertion, way and account, until the lease's end or until Max pushes it out. Assertions of one
// subject are kept apart, since what Google makes of an assertion may follow from any of its claims.
type Callers struct {
	o    CallersOptions
	wire *wire.Client

	mu         sync.Mutex
	exchangers map[way]*google.Exchange
	places     map[place]*list.Element // of *standing
	recent     *list.List              // the one that was used last stands first
	closed     bool
}

// way is what an assertion is exchanged by.
type way struct{ provider, account string }

type place struct {
	way
	assertion [sha256.Size]byte
}

type standing struct {
	place  place
	broker *broker.Broker
	expiry time.Time // of the assertion
}

// NewCallers calls nobody.
func NewCallers(o CallersOptions) *Callers {
	if o.Max <= 0 {
		o.Max = 10_000
	}
	if o.Recorder == nil {
		o.Recorder = nowhere{}
	}
	return &Callers{o: o, wire: o.wire(), exchangers: map[way]*google.Exchange{}, places: map[place]*list.Element{}, recent: list.New()}
}

// Lease returns the lease of an assertion that somebody else has verified: by a workload identity pool provider, and as a
// service account unless that is empty.
func (c *Callers) Lease(ctx context.Context, provider, account string, a bridge.Assertion) (bridge.Lease, error) {
	b, err := c.broker(place{way{provider, account}, sha256.Sum256([]byte(a.Token.Reveal()))}, a)
	if err != nil {
		return bridge.Lease{}, err
	}
	return b.Lease(ctx, bridge.LeaseRequest{})
}

func (c *Callers) broker(p place, a bridge.Assertion) (*broker.Broker, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "closed", Text: "landbridge is shutting down"}
	}
	if e := c.places[p]; e != nil {
		c.recent.MoveToFront(e)
		return e.Value.(*standing).broker, nil
	}
	x, err := c.exchanger(p.way)
	if err != nil {
		return nil, err
	}
	b, err := broker.New(broker.Options{Source: given(a), Exchanger: x, Recorder: c.o.Recorder, Clock: c.o.Clock, Door: c.o.Door, Caller: a.Subject, MaxHandles: 1})
	if err != nil {
		return nil, err
	}
	c.places[p] = c.recent.PushFront(&standing{p, b, a.Expiry})
	c.makeRoom()
	return b, nil
}

// exchanger is the one of a way: they hold no state, and there are as many as the file names.
func (c *Callers) exchanger(w way) (*google.Exchange, error) {
	if x := c.exchangers[w]; x != nil {
		return x, nil
	}
	x, err := google.NewExchange(google.ExchangeOptions{
		Wire: c.wire, Clock: c.o.Clock, Provider: w.provider, ServiceAccount: w.account, Scopes: c.o.Scopes,
		Region: c.o.STSLocation, UniverseDomain: c.o.UniverseDomain, STSEndpoint: c.o.STSEndpoint, IAMEndpoint: c.o.IAMEndpoint,
	})
	if err == nil {
		c.exchangers[w] = x
	}
	return x, err
}

// makeRoom forgets the least recently used where there are too many, and from that end those whose assertion has died.
func (c *Callers) makeRoom() {
	now := c.o.Clock()
	for e := c.recent.Back(); e != nil && e != c.recent.Front(); e = c.recent.Back() {
		s := e.Value.(*standing)
		if len(c.places) <= c.o.Max && (s.expiry.IsZero() || now.Before(s.expiry)) {
			return
		}
		c.recent.Remove(e)
		delete(c.places, s.place)
		go s.broker.Close() // waits for its exchange under way
	}
}

// Close ends what runs in the background.
func (c *Callers) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, e := range c.places {
		e.Value.(*standing).broker.Close()
	}
	clear(c.places)
	c.wire.CloseIdle()
}

// given is a source that has the one assertion that it was given.
type given bridge.Assertion

// Assertion implements bridge.Source.
func (g given) Assertion(context.Context, bridge.AssertionRequest) (bridge.Assertion, error) {
	return bridge.Assertion(g), nil
}
