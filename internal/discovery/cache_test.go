package discovery_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/landbridge/landbridge/internal/discovery"
	"github.com/landbridge/landbridge/internal/trust"
)

func keySet(t *testing.T, kid string) *trust.KeySet {
	t.Helper()
	// A 2048-bit modulus of no private key: parsing looks at the form alone.
	set, err := trust.ParseKeys([]byte(`{"keys":[{"kty":"RSA","kid":"` + kid + `","e":"AQAB","n":"` + strings.Repeat("s7v_", 85) + `s7s"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestCache(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var fetches atomic.Int32
		var down atomic.Bool
		kid := "k1"
		c := discovery.NewCache(time.Now, func(context.Context, string) (*trust.KeySet, error) {
			fetches.Add(1)
			time.Sleep(time.Second)
			if down.Load() {
				return nil, errors.New("down")
			}
			return keySet(t, kid), nil
		})
		ask := func(kid string, want int32) {
			t.Helper()
			if set, err := c.Keys(t.Context(), "https://issuer.test", kid); err != nil || len(set.Kids()) != 1 {
				t.Errorf("%v, %v", set, err)
			}
			if n := fetches.Load(); n != want {
				t.Errorf("%d fetches, want %d", n, want)
			}
		}
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { ask("k1", 1) })
		}
		all.Wait()
		ask("k2", 1) // just fetched
		time.Sleep(11 * time.Second)
		kid = "k2"
		ask("k2", 2) // rotated
		ask("k1", 2)
		go func() { _, _ = c.Keys(t.Context(), "https://issuer.test", "made-up") }()
		time.Sleep(11 * time.Second)
		go func() { _, _ = c.Keys(t.Context(), "https://issuer.test", "made-up") }()
		synctest.Wait() // it fetches
		began := time.Now()
		ask("k2", 3)
		if waited := time.Since(began); waited > 0 {
			t.Errorf("a token of a known key waited %v for one with a made-up key", waited)
		}
		time.Sleep(11 * time.Minute)
		down.Store(true)
		ask("k2", 4) // the last set stays good
		ask("k2", 4)
		time.Sleep(25 * time.Hour)
		if _, err := c.Keys(t.Context(), "https://issuer.test", "k2"); err == nil {
			t.Error("keys of the day before yesterday are still trusted")
		}
		if _, err := c.Keys(t.Context(), "https://other.test", ""); err == nil {
			t.Error("an issuer that cannot be asked has keys")
		}
	})
}
