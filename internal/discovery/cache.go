package discovery

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/trust"
)

const (
	freshFor   = 10 * time.Minute // a key that an issuer withdraws is trusted no longer than this
	staleFor   = 24 * time.Hour   // unless the issuer cannot be asked
	missPause  = 10 * time.Second // between two fetches because of a key that is not there
	fetchLimit = 15 * time.Second
)

// Cache is trust.Keys for a process that lives long. It is safe for use from many goroutines.
//
// Cache: key sets, by issuer, for ten minutes; a token with a key that is not in the set has it fetched again, at most every
// ten seconds. While an issuer cannot be asked, its last set stays good for a day.
type Cache struct {
	clock bridge.Clock
	fetch func(ctx context.Context, issuer string) (*trust.KeySet, error)

	mu      sync.Mutex
	issuers map[string]*keys
}

// keys are those of one issuer. Who holds turn may fetch, so that many callers make one fetch; who finds the key needs no
// turn, so that tokens with made-up keys keep nobody waiting. The cache's lock guards set and fetched.
type keys struct {
	turn    chan struct{}
	set     *trust.KeySet
	fetched time.Time // when set came
	tried   time.Time
	err     error // of the last try
}

// NewCache returns an empty cache. It fetches for the issuers that it is asked for: whoever asks knows which to trust.
func NewCache(clock bridge.Clock, fetch func(ctx context.Context, issuer string) (*trust.KeySet, error)) *Cache {
	return &Cache{clock: clock, fetch: fetch, issuers: map[string]*keys{}}
}

// Keys implements trust.Keys.
func (c *Cache) Keys(ctx context.Context, issuer, kid string) (*trust.KeySet, error) {
	c.mu.Lock()
	k := c.issuers[issuer]
	if k == nil {
		k = &keys{turn: make(chan struct{}, 1)}
		c.issuers[issuer] = k
	}
	set, good := k.set, k.good(c.clock(), kid)
	c.mu.Unlock()
	if good {
		return set, nil
	}
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	now := c.clock()
	if k.good(now, kid) {
		return k.set, nil
	}
	if k.set == nil || now.Sub(k.tried) >= missPause {
		if k.set == nil && k.err != nil && now.Sub(k.tried) < time.Second {
			return nil, k.err // just tried
		}
		c.renew(ctx, k, issuer, now)
	}
	if k.set != nil && now.Sub(k.fetched) < staleFor {
		return k.set, nil
	}
	return nil, k.err
}

// good says whether the set in hand answers for kid without another fetch.
func (k *keys) good(now time.Time, kid string) bool {
	return k.set != nil && now.Sub(k.fetched) < freshFor && (kid == "" || slices.Contains(k.set.Kids(), kid))
}

// renew fetches with a time limit of its own: a caller that goes must not spoil it for the others.
func (c *Cache) renew(ctx context.Context, k *keys, issuer string, now time.Time) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchLimit)
	defer cancel()
	set, err := c.fetch(ctx, issuer)
	k.tried, k.err = now, err
	if err == nil {
		c.mu.Lock()
		k.set, k.fetched = set, now
		c.mu.Unlock()
	}
}
