package testkit

import (
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// SourceCase says how to make a Source that can prove an identity.
type SourceCase struct {
	// New is called for each check, and cleans up after itself with t.Cleanup.
	New func(t *testing.T) bridge.Source
	// Audience to ask for. A source that can choose must honour it: then set Chooses.
	Audience string
	Chooses  bool
	// Now is the time that the source believes it is; the wall clock's when zero.
	Now time.Time
}

// Source checks the contract of bridge.Source:
//   - the assertion is a JWT or an ID token whose expiry, where it has one, is ahead
//   - it carries the claims that name it, and a trace that begins at home
//   - Fresh works at any time; many may ask at once
//   - a cancelled call ends soon, and an error is a *bridge.Error without a token
//   - a Describer answers in one line, without a token
func Source(t *testing.T, c SourceCase) {
	t.Helper()
	req := bridge.AssertionRequest{Audience: c.Audience}
	now := c.Now
	if now.IsZero() {
		now = time.Now()
	}
	check := func(t *testing.T, a bridge.Assertion, err error) {
		t.Helper()
		switch {
		case err != nil:
			t.Errorf("Assertion: %v", err)
			return
		case a.Token.Empty():
			t.Error("no token")
		case a.Type != bridge.JWT && a.Type != bridge.IDToken:
			t.Errorf("type %q", a.Type)
		case a.Subject == "":
			t.Error("no subject: nobody can tell whose it is")
		case !a.Expiry.IsZero() && !a.Expiry.After(now):
			t.Errorf("expired at %v", a.Expiry)
		case c.Chooses && (len(a.Audience) != 1 || a.Audience[0] != c.Audience):
			t.Errorf("audience %v, want %s", a.Audience, c.Audience)
		}
		walks(t, a.Trace, a.Token)
		if len(a.Trace) > 0 && a.Trace[0].Hop != bridge.HopHome {
			t.Errorf("the trace begins at %s, not at home", a.Trace[0].Hop)
		}
	}
	t.Run("asserts", func(t *testing.T) {
		s := c.New(t)
		a, err := s.Assertion(t.Context(), req)
		check(t, a, err)
		again, err := s.Assertion(t.Context(), req)
		check(t, again, err)
		if a.Subject != again.Subject || a.Issuer != again.Issuer {
			t.Error("two calls name two workloads")
		}
		if len(again.Trace) != len(a.Trace) {
			t.Error("the trace grows from call to call")
		}
	})
	t.Run("fresh", func(t *testing.T) {
		s := c.New(t)
		for range 2 {
			a, err := s.Assertion(t.Context(), bridge.AssertionRequest{Audience: c.Audience, Fresh: true})
			check(t, a, err)
		}
	})
	t.Run("together", func(t *testing.T) {
		s := c.New(t)
		together(func() {
			a, err := s.Assertion(t.Context(), req)
			check(t, a, err)
		})
	})
	t.Run("canceled", func(t *testing.T) {
		s := c.New(t)
		ends(t, func() {
			if _, err := s.Assertion(canceled(t), req); err != nil {
				ours(t, err)
			}
		})
	})
	t.Run("describes", func(t *testing.T) {
		s := c.New(t)
		d, ok := s.(bridge.Describer)
		if !ok {
			return // the ability is optional: there is nothing to hold it to
		}
		line := d.Describe()
		if line == "" || strings.ContainsAny(line, "\r\n") {
			t.Errorf("not one line: %q", line)
		}
		if a, err := s.Assertion(t.Context(), req); err == nil {
			silent(t, "the description", line, a.Token)
		}
	})
}
