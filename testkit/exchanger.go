package testkit

import (
	"slices"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// ExchangerCase says how to make an Exchanger whose far side accepts the assertion.
type ExchangerCase struct {
	// New is called for each check, and cleans up after itself with t.Cleanup.
	New func(t *testing.T) bridge.Exchanger
	// Assertion that the far side accepts.
	Assertion func(t *testing.T) bridge.Assertion
	// Scopes that may be asked for.
	Scopes []string
	// IDTokens says that the exchanger can give them; otherwise it must refuse.
	IDTokens bool
	// Now is the time that the exchanger believes it is; the wall clock's when zero.
	Now time.Time
}

// Exchanger checks the contract of bridge.Exchanger:
//   - a lease has a token of the kind asked for, a principal, what was asked for, and an expiry ahead
//   - its trace is the assertion's with steps added; the assertion's own is left alone
//   - the zero request works; an ID token is given or refused, never swapped for something else
//   - many may ask at once; a cancelled call ends soon; an error is a *bridge.Error without a token
func Exchanger(t *testing.T, c ExchangerCase) {
	t.Helper()
	now := c.Now
	if now.IsZero() {
		now = time.Now()
	}
	check := func(t *testing.T, a bridge.Assertion, l bridge.Lease, err error) {
		t.Helper()
		switch {
		case err != nil:
			t.Errorf("Exchange: %v", err)
			return
		case l.Token.Empty() || l.Principal == "":
			t.Errorf("no token or no principal: %+v", l)
		case !l.Expiry.After(now):
			t.Errorf("expiry %v is not ahead", l.Expiry)
		case len(l.Trace) <= len(a.Trace):
			t.Error("the exchange left no step in the trace")
		case !slices.Equal(l.Trace[:len(a.Trace)], a.Trace):
			t.Error("the trace does not begin with the assertion's")
		}
		walks(t, l.Trace, l.Token, a.Token)
	}
	for name, req := range map[string]bridge.LeaseRequest{"zero": {}, "scopes": {Scopes: c.Scopes}} {
		t.Run(name, func(t *testing.T) {
			x, a := c.New(t), c.Assertion(t)
			a.Trace = slices.Grow(a.Trace, 8) // room that a careless append would write into
			l, err := x.Exchange(t.Context(), a, req)
			check(t, a, l, err)
			if err == nil && (l.Type != bridge.AccessToken || len(l.Scopes) == 0 || l.Audience != "") {
				t.Errorf("not an access token with its scopes: %s %v %q", l.Type, l.Scopes, l.Audience)
			}
			if spare := a.Trace[:cap(a.Trace)]; slices.ContainsFunc(spare[len(a.Trace):], func(s bridge.Step) bool { return s.Hop != "" }) {
				t.Error("the assertion's trace was written into")
			}
		})
	}
	t.Run("ID token", func(t *testing.T) {
		a := c.Assertion(t)
		l, err := c.New(t).Exchange(t.Context(), a, bridge.LeaseRequest{Audience: "https://example.com"})
		if !c.IDTokens {
			if err == nil {
				t.Fatal("an exchanger without ID tokens gave something for one")
			}
			ours(t, err, a.Token)
			return
		}
		check(t, a, l, err)
		if err == nil && (l.Type != bridge.IDToken || l.Audience != "https://example.com" || l.Scopes != nil) {
			t.Errorf("not an ID token for its audience: %s %v %q", l.Type, l.Scopes, l.Audience)
		}
	})
	t.Run("together", func(t *testing.T) {
		x, a := c.New(t), c.Assertion(t)
		together(func() {
			l, err := x.Exchange(t.Context(), a, bridge.LeaseRequest{})
			check(t, a, l, err)
		})
	})
	t.Run("canceled", func(t *testing.T) {
		x, a := c.New(t), c.Assertion(t)
		ends(t, func() {
			_, err := x.Exchange(canceled(t), a, bridge.LeaseRequest{})
			if err == nil {
				t.Error("exchanged although nobody waits")
				return
			}
			ours(t, err, a.Token)
		})
	})
	t.Run("audience", func(t *testing.T) {
		if c.New(t).AssertionAudience() == "" {
			t.Error("no audience for the assertion")
		}
	})
}
