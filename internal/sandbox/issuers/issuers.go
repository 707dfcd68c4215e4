// Package issuers finds the keys of token issuers for both pretended clouds.
//
// An issuer's name enters, its keys leave: at once for an issuer of the world, by OpenID discovery over https for any
// other. It must not follow a discovery document to plain http, nor fetch more often than its pauses allow.
package issuers

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/discovery"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	keysLife   = 5 * time.Minute  // how long fetched keys are used
	keysPause  = 10 * time.Second // how long a failure is remembered, and the least time between two fetches
	maxIssuers = 64               // how many issuers are remembered
)

// Issuers implements trust.Keys. Fetched keys are kept for keysLife; an unknown kid asks again, though not within
// keysPause.
type Issuers struct {
	world  *world.World
	client *wire.Client

	mu    sync.Mutex
	known map[string]*fetched
}

type fetched struct {
	mu   sync.Mutex // one fetch at a time
	at   time.Time
	keys *trust.KeySet
	err  error
}

// New returns the issuers that can be reached from a world. With a nil client those of the world are the only ones.
func New(w *world.World, client *wire.Client) *Issuers {
	return &Issuers{world: w, client: client, known: map[string]*fetched{}}
}

// Keys implements trust.Keys.
func (i *Issuers) Keys(ctx context.Context, issuer, kid string) (*trust.KeySet, error) {
	if ring, ok := i.world.IssuerKeys(issuer); ok {
		return trust.ParseKeys(ring.JWKS())
	}
	if i.client == nil {
		return nil, errors.New("the sandbox was started without a way out")
	}
	f := i.entry(issuer)
	f.mu.Lock()
	defer f.mu.Unlock()
	age := i.world.Now().Sub(f.at)
	known := f.keys != nil && slices.Contains(f.keys.Kids(), kid)
	if f.at.IsZero() || age > keysLife || age > keysPause && !known {
		f.keys, f.err = discovery.Fetch(ctx, i.client, issuer)
		if ctx.Err() == nil { // a caller that went away says nothing about the issuer
			f.at = i.world.Now()
		}
	}
	return f.keys, f.err
}

func (i *Issuers) entry(issuer string) *fetched {
	i.mu.Lock()
	defer i.mu.Unlock()
	f, ok := i.known[issuer]
	if !ok {
		if len(i.known) >= maxIssuers {
			clear(i.known)
		}
		f = &fetched{}
		i.known[issuer] = f
	}
	return f
}
