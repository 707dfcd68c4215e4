// Package route assembles a token's journey: source, exchanger, broker.
//
// What somebody wants (which provider, which account, which source) enters; a Route that hands out leases leaves, with a
// line for each choice that was made on the way. It must never read a file of configuration, never call a cloud before the
// first lease is asked for, and hold no rule of its own about tokens.
package route

import (
	"context"
	"crypto/x509"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/broker"
	"github.com/landbridge/landbridge/internal/wire"
)

// World is what a route needs of the process it lives in. Clock and Env are needed.
type World struct {
	Clock bridge.Clock
	Env   bridge.Env
	// RootCAs replace the system's trusted roots.
	RootCAs *x509.CertPool
	// UserAgent of every call.
	UserAgent string
	// Timeout of one call; 10 s when zero.
	Timeout time.Duration
	// Recorder of each lease and each refusal; nothing is recorded when nil.
	Recorder bridge.Recorder
	// Door and Caller stand in those records.
	Door, Caller string
}

func (w World) wire() *wire.Client {
	return wire.New(wire.Options{RootCAs: w.RootCAs, UserAgent: w.UserAgent, Timeout: w.Timeout})
}

// Route hands out leases for the far shore. It is safe for use from many goroutines.
type Route struct {
	broker    *broker.Broker
	source    bridge.Source
	exchanger bridge.Exchanger
	client    *wire.Client
	lines     []string
}

var _ bridge.Leaser = (*Route)(nil)

// chosen is a source with the reasons for it.
type chosen struct {
	source bridge.Source
	lines  []string
}

func assemble(w World, client *wire.Client, c chosen, x bridge.Exchanger) (*Route, error) {
	recorder := w.Recorder
	if recorder == nil {
		recorder = nowhere{}
	}
	b, err := broker.New(broker.Options{Source: c.source, Exchanger: x, Recorder: recorder, Clock: w.Clock, Door: w.Door, Caller: w.Caller})
	if err != nil {
		return nil, err
	}
	return &Route{broker: b, source: c.source, exchanger: x, client: client, lines: c.lines}, nil
}

// Lease implements bridge.Leaser.
func (r *Route) Lease(ctx context.Context, req bridge.LeaseRequest) (bridge.Lease, error) {
	return r.broker.Lease(ctx, req)
}

// Handle returns the place of one request, for a door that asks the same again and again.
func (r *Route) Handle(req bridge.LeaseRequest) *broker.Handle { return r.broker.Handle(req) }

// Assertion proves who the workload is at home, with the audience that the far shore expects: what a credential helper
// prints. It is not cached here.
func (r *Route) Assertion(ctx context.Context) (bridge.Assertion, error) {
	return r.source.Assertion(ctx, bridge.AssertionRequest{Audience: r.exchanger.AssertionAudience()})
}

// AssertionAudience is the "aud" that the assertion should have.
func (r *Route) AssertionAudience() string { return r.exchanger.AssertionAudience() }

// Describe says in a few lines what was chosen, and why.
func (r *Route) Describe() []string { return r.lines }

// Close ends what runs in the background.
func (r *Route) Close() {
	r.broker.Close()
	r.client.CloseIdle()
}

// nowhere is the audit log of who wants none.
type nowhere struct{}

func (nowhere) Record(context.Context, bridge.Record) error { return nil }
