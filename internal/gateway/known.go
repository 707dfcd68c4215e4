package gateway

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/prompt"
)

const (
	// knownMost bounds how many tokens each of the two generations remembers.
	knownMost = 4096
	// knownFor is how long a verdict on a token is good, so that a key that its issuer withdraws is not trusted for much
	// longer.
	knownFor = 5 * time.Minute
)

// identity is who a token was found to be of.
type identity struct {
	caller prompt.Caller
	ticket string    // id of our own token, "" for a caller's own assertion
	until  time.Time // the verdict is good
}

// known remembers verdicts by the token's hash. When one generation is full the older one is forgotten: what is used
// moves on to the younger, as in a list of recent uses, without a list.
type known struct {
	mu         sync.Mutex
	young, old map[[sha256.Size]byte]*identity
	era        int // of the rules that verdicts are by
}

// find returns whose a token is, nil when that is not known; era is then for add.
func (k *known) find(token [sha256.Size]byte, now time.Time) (id *identity, era int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if id, ok := k.young[token]; ok {
		return id.fresh(now), k.era
	}
	id, ok := k.old[token]
	if ok && id.fresh(now) != nil {
		k.put(token, id)
		return id, k.era
	}
	return nil, k.era
}

// forget makes every token unknown, and those that are being verified too.
func (k *known) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.young, k.old = nil, nil
	k.era++
}

func (id *identity) fresh(now time.Time) *identity {
	if now.Before(id.until) {
		return id
	}
	return nil
}

// add remembers who a token is of, until its expiry or for knownFor, unless the rules have changed since era.
func (k *known) add(token [sha256.Size]byte, id *identity, expiry, now time.Time, era int) {
	id.until = now.Add(knownFor)
	if expiry.Before(id.until) {
		id.until = expiry
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if era == k.era {
		k.put(token, id)
	}
}

func (k *known) put(token [sha256.Size]byte, id *identity) {
	if k.young == nil || len(k.young) >= knownMost {
		k.old, k.young = k.young, make(map[[sha256.Size]byte]*identity)
	}
	k.young[token] = id
}
