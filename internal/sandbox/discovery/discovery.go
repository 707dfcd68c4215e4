// Package discovery finds the keys of token issuers for both pretended clouds.
//
// An issuer's name enters, its keys leave: at once for an issuer of the world, by OpenID discovery over https for any
// other. It must not follow a discovery document to plain http, nor fetch more often than its pauses allow.
package discovery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	keysLife      = 5 * time.Minute  // how long fetched keys are used
	keysPause     = 10 * time.Second // how long a failure is remembered, and the least time between two fetches
	maxIssuers    = 64               // how many issuers are remembered
	discoveryPath = "/.well-known/openid-configuration"
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
		f.keys, f.err = i.fetch(ctx, issuer)
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

func (i *Issuers) fetch(ctx context.Context, issuer string) (*trust.KeySet, error) {
	var discovery struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	body, err := i.get(ctx, strings.TrimSuffix(issuer, "/")+discoveryPath)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, &discovery); err != nil || discovery.JWKSURI == "" {
		return nil, errors.New("the discovery document has no jwks_uri")
	}
	if strings.TrimSuffix(discovery.Issuer, "/") != strings.TrimSuffix(issuer, "/") {
		return nil, fmt.Errorf("the discovery document is of issuer %q", discovery.Issuer)
	}
	if body, err = i.get(ctx, discovery.JWKSURI); err != nil {
		return nil, err
	}
	return trust.ParseKeys(body)
}

func (i *Issuers) get(ctx context.Context, url string) ([]byte, error) {
	if !strings.HasPrefix(url, "https://") {
		return nil, errors.New("an issuer is read over https only")
	}
	resp, err := i.client.Get(ctx, bridge.HopSTS, url, nil)
	if err != nil {
		return nil, err
	}
	if resp.Status != http.StatusOK {
		return nil, fmt.Errorf("the issuer answered with status %d", resp.Status)
	}
	return resp.Body, nil
}
