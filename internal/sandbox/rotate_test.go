package sandbox

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

func TestRotateKeepsTheOldKeyPublished(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Options{Clock: time.Now, RotateKeys: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		w := world.New(time.Now)
		if err := seed(w, "https://127.0.0.1/t/c/"); err != nil {
			t.Fatal(err)
		}
		ring, _ := w.IssuerKeys("https://127.0.0.1/t/c/")
		first, _ := ring.Signer()
		ctx, cancel := context.WithCancel(t.Context())
		go s.rotate(ctx, w)
		time.Sleep(time.Hour + time.Second) // the bubble's time
		synctest.Wait()
		cancel()
		second, _ := ring.Signer()
		if first == second {
			t.Error("the key did not change")
		}
		if kids := string(ring.JWKS()); !containsAll(kids, first, second) {
			t.Errorf("the JWKS lacks a key: %s", kids)
		}
	})
}

func containsAll(text string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}
