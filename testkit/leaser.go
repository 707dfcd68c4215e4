package testkit

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// LeaserCase says how to make a Leaser that has leases to give.
type LeaserCase struct {
	// New is called for each check, and cleans up after itself with t.Cleanup.
	New func(t *testing.T) bridge.Leaser
	// Scopes that may be asked for.
	Scopes []string
}

// Leaser checks the contract of bridge.Leaser:
//   - a lease has a token, a principal, and at least bridge.MinLife left
//   - the same request has the same lease while it is good, however many ask; scopes count as a set
//   - a call whose context has ended ends soon; an error is a *bridge.Error
//   - a lease prints itself without its token
func Leaser(t *testing.T, c LeaserCase) {
	t.Helper()
	check := func(t *testing.T, l bridge.Lease, err error) {
		t.Helper()
		switch {
		case err != nil:
			t.Errorf("Lease: %v", err)
			return
		case l.Token.Empty() || l.Principal == "":
			t.Errorf("no token or no principal: %+v", l)
		case time.Until(l.Expiry) < bridge.MinLife:
			t.Errorf("%v of life left", time.Until(l.Expiry))
		}
		walks(t, l.Trace, l.Token)
		silent(t, "the printed lease", fmt.Sprintf("%v %+v %#v", l, l, l), l.Token)
	}
	t.Run("leases", func(t *testing.T) {
		leaser := c.New(t)
		for _, req := range []bridge.LeaseRequest{{}, {Scopes: c.Scopes}} {
			l, err := leaser.Lease(t.Context(), req)
			check(t, l, err)
			req.Scopes = append(slices.Clone(req.Scopes), req.Scopes...)
			slices.Reverse(req.Scopes)
			again, err := leaser.Lease(t.Context(), req)
			check(t, again, err)
			if l.Token.Name() != again.Token.Name() {
				t.Error("the same request, another lease")
			}
		}
	})
	t.Run("together", func(t *testing.T) {
		leaser := c.New(t)
		first, err := leaser.Lease(t.Context(), bridge.LeaseRequest{})
		check(t, first, err)
		together(func() {
			l, err := leaser.Lease(t.Context(), bridge.LeaseRequest{})
			check(t, l, err)
			if l.Token.Name() != first.Token.Name() {
				t.Error("the same request, another lease")
			}
		})
	})
	t.Run("canceled", func(t *testing.T) {
		leaser := c.New(t)
		ends(t, func() {
			if _, err := leaser.Lease(canceled(t), bridge.LeaseRequest{}); err != nil {
				ours(t, err)
			}
		})
		l, err := leaser.Lease(t.Context(), bridge.LeaseRequest{}) // one caller's end is nobody else's
		check(t, l, err)
	})
}
