// Package vertex calls Vertex AI for the gateway, and asks Model Armor and Sensitive Data Protection for their opinions.
//
// A decided call and its caller's lease enter; the cloud's answer leaves, its bytes as they come. Host and path are made
// from one target, so that the region that was decided is the one that is called. It must never change a body, call a
// location that is not on the call's list, follow a redirect, or send a call again once the first byte of its answer is
// there.
//
// It keeps one thing: which location has no quota left for which model, for some seconds (see circuits).
package vertex

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/prompt"
	"github.com/landbridge/landbridge/internal/wire"
)

// Options configure an Upstream. Clock is needed; the zero value of the rest is good for production, without retries.
type Options struct {
	Clock bridge.Clock
	// Endpoint replaces the host of every location: https, or http on loopback.
	Endpoint string
	// UniverseDomain of the hosts; googleapis.com when empty.
	UniverseDomain string
	// RootCAs replaces the system's trusted roots.
	RootCAs *x509.CertPool
	// UserAgent is sent with every call.
	UserAgent string
	// FirstByteTimeout bounds the time until the head of an answer, which for a call without a stream is the time that the
	// model thinks; 5 min when zero.
	FirstByteTimeout time.Duration
	// IdleTimeout bounds the silence in the middle of an answer; 2 min when zero.
	IdleTimeout time.Duration
	// RetryBudget is how long after its start a call may be sent again, or to another location; never when zero.
	RetryBudget time.Duration
}

// Upstream implements prompt.Upstream. It is safe for use from many goroutines.
type Upstream struct {
	o         Options
	transport http.RoundTripper
	base      *url.URL // of every location; nil for Google's own hosts
	agent     []string // the header User-Agent
	circuits  circuits
}

var _ prompt.Upstream = (*Upstream)(nil)

// New checks the options; it calls nobody.
func New(o Options) (*Upstream, error) {
	if o.Clock == nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopVertex, Code: "vertex_incomplete", Text: "vertex needs a clock"}
	}
	var err error
	if o.UniverseDomain, err = google.Universe(o.UniverseDomain); err != nil {
		return nil, err
	}
	u := &Upstream{}
	if u.base, err = baseOf("vertex", o.Endpoint); err != nil {
		return nil, err
	}
	if o.FirstByteTimeout == 0 {
		o.FirstByteTimeout = 5 * time.Minute
	}
	if o.IdleTimeout == 0 {
		o.IdleTimeout = 2 * time.Minute
	}
	u.o, u.agent, u.transport = o, []string{o.UserAgent}, newTransport(o)
	return u, nil
}

// baseOf is the address in place of Google's own hosts; nil where there is none.
func baseOf(name, endpoint string) (*url.URL, error) {
	if endpoint == "" {
		return nil, nil
	}
	raw, err := google.Endpoint(name, endpoint, "")
	if err != nil {
		return nil, err
	}
	return url.Parse(raw)
}

// Call implements prompt.Upstream. With c.Retry, a call that was refused before the model began goes to the next
// location at once; when all have refused it, it waits and goes round again, as long as the budget lasts. Without, it goes
// to c.Target.Location alone.
func (u *Upstream) Call(ctx context.Context, c prompt.Call) (*prompt.Answer, error) {
	end := u.o.Clock().Add(u.o.RetryBudget)
	r := round{locations: c.Locations}
	if !c.Retry || len(c.Locations) == 0 {
		r.locations = []string{c.Target.Location}
	}
	for attempts := 1; ; attempts++ {
		location := r.next(u, &c)
		a, err := u.send(ctx, &c, location)
		refused := again(a, err)
		u.remember(&c, location, a, refused)
		if !c.Retry || !refused || !u.pause(ctx, end, &r, a) {
			if a != nil {
				a.Attempts = attempts
			}
			return a, err
		}
		discard(a)
	}
}

// round is one way through the locations of a call.
type round struct {
	locations []string      // all of them
	left      []string      // of this round
	count     int           // rounds that are over
	after     time.Duration // the shortest Retry-After of this round
}

// next takes the first location that is not known to be out of quota, and where all are, the first.
func (r *round) next(u *Upstream, c *prompt.Call) string {
	if len(r.locations) == 1 {
		return r.locations[0]
	}
	if len(r.left) == 0 {
		r.left = slices.Clone(r.locations)
	}
	now := u.o.Clock()
	i := max(0, slices.IndexFunc(r.left, func(l string) bool { return u.circuits.allow(circuitOf(c, l), now) }))
	location := r.left[i]
	r.left = slices.Delete(r.left, i, i+1)
	return location
}

// pause waits, where a round is over, until the next may begin. It is false when there is none: the budget is spent or
// the caller has left.
func (u *Upstream) pause(ctx context.Context, end time.Time, r *round, a *prompt.Answer) bool {
	after := retryAfter(a)
	if r.after == 0 || after < r.after {
		r.after = after // the first location that is ready again will do
	}
	wait := time.Duration(0)
	if len(r.left) == 0 {
		wait = max(r.after, backoff(r.count))
		r.count, r.after = r.count+1, 0
	}
	if !u.o.Clock().Add(wait).Before(end) {
		return false
	}
	return bridge.Wait(ctx, wait) == nil
}

// remember opens the circuit of a location that is out of quota or overloaded, and closes that of one that answers.
func (u *Upstream) remember(c *prompt.Call, location string, a *prompt.Answer, refused bool) {
	switch {
	case a == nil || len(c.Locations) < 2:
	case a.Status == http.StatusTooManyRequests, a.Status == http.StatusServiceUnavailable:
		u.circuits.open(circuitOf(c, location), u.o.Clock(), wire.RetryAfter(a.Header))
	case !refused:
		u.circuits.close(circuitOf(c, location))
	}
}
