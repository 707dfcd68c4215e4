package testkit

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// RecorderCase says how to make a Recorder, and how to read what it kept.
type RecorderCase struct {
	// New is called for each check, and cleans up after itself with t.Cleanup.
	New func(t *testing.T) bridge.Recorder
	// Kept returns everything that the recorder has kept so far, in its own words.
	Kept func(t *testing.T, r bridge.Recorder) string
	// Count is how many records stand in what Kept returned.
	Count func(kept string) int
}

// Recorder checks the contract of bridge.Recorder:
//   - every record that was accepted is kept, one by one or by many at once
//   - the record's slices are not kept: the caller may use them again
//   - a cancelled call ends soon
func Recorder(t *testing.T, c RecorderCase) {
	t.Helper()
	record := func(n int, scopes ...string) bridge.Record {
		return bridge.Record{
			Time: time.Unix(1_800_000_000, 0).UTC(), Event: bridge.EventLease, Door: "testkit", Issuer: "https://issuer.test",
			Subject: fmt.Sprint("subject-", n), Principal: "principal://p", Scopes: scopes, Token: bridge.NewSecret("x").Name(),
		}
	}
	t.Run("keeps", func(t *testing.T) {
		r := c.New(t)
		scopes := []string{"scope-before"}
		if err := r.Record(t.Context(), record(1, scopes...)); err != nil {
			t.Fatal(err)
		}
		scopes[0] = "scope-after"
		kept := c.Kept(t, r)
		if n := c.Count(kept); n != 1 {
			t.Errorf("%d records kept, want 1", n)
		}
		for _, want := range []string{"subject-1", "principal://p", "testkit", "scope-before", bridge.NewSecret("x").Name()} {
			if !strings.Contains(kept, want) {
				t.Errorf("%q is not in what was kept", want)
			}
		}
	})
	t.Run("together", func(t *testing.T) {
		r := c.New(t)
		together(func() {
			for n := range 10 {
				if err := r.Record(t.Context(), record(n)); err != nil {
					t.Errorf("Record: %v", err)
				}
			}
		})
		if n := c.Count(c.Kept(t, r)); n != callers*10 {
			t.Errorf("%d records kept, want %d", n, callers*10)
		}
	})
	t.Run("canceled", func(t *testing.T) {
		r := c.New(t)
		var err error
		ends(t, func() { err = r.Record(canceled(t), record(1)) })
		if n := c.Count(c.Kept(t, r)); err == nil && n != 1 {
			t.Errorf("accepted, but %d records kept", n)
		}
	})
}
