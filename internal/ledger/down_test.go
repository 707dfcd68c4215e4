//go:build unix

package ledger

import (
	"context"
	"errors"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/policy"
)

// nowhere is a database that nobody serves: port 1 of loopback.
const nowhere = "postgres://landbridge@127.0.0.1:1/landbridge?sslmode=disable"

func TestDown(t *testing.T) {
	t.Parallel()
	l, c := newLedger(t, nowhere, 10, Refuse)
	run(t, l)
	for range 3 {
		_, err := l.Take(t.Context(), "rule:workload", tokens(c, 100, 1))
		e, ok := errors.AsType[*bridge.Error](err)
		if !ok || e.Kind != bridge.Unreachable || e.Code != "quota_store_unreachable" || !e.Retry {
			t.Fatalf("Take: %v", err)
		}
		if want := "the quota cannot be counted, because its database cannot be reached"; e.Text != want {
			t.Errorf("text %q", e.Text)
		}
	}
}

func TestDownLocal(t *testing.T) {
	t.Parallel()
	l, c := newLedger(t, nowhere, 10, Local)
	run(t, l)
	for range 10 {
		if !take(t, l, tokens(c, 100, 10)) {
			t.Fatal("refused within the limit")
		}
	}
	if take(t, l, tokens(c, 100, 1)) {
		t.Error("more than the limit was taken")
	}
	l.Add("rule:workload", policy.Want{Window: tokens(c, 100, 1)[0].Window, N: -5})
	if !take(t, l, tokens(c, 100, 5)) || take(t, l, tokens(c, 100, 1)) {
		t.Error("what was given back is not there")
	}
}

// A caller that leaves does not wait for the database.
func TestCallerLeaves(t *testing.T) {
	t.Parallel()
	l, c := newLedger(t, nowhere, 10, Refuse) // and nobody runs it
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := l.Take(ctx, "rule:workload", tokens(c, 100, 1))
	if !errors.Is(err, context.Canceled) || bridge.KindOf(err) != bridge.Unreachable {
		t.Errorf("Take: %v", err)
	}
}

// All wants are taken or none.
func TestAllOrNone(t *testing.T) {
	t.Parallel()
	l, c := newLedger(t, nowhere, 10, Local)
	run(t, l)
	wants := append(tokens(c, 100, 40), policy.Want{Window: policy.WindowAt(policy.RequestsPerMinute, 2, c.now()), N: 1})
	for range 2 {
		if !take(t, l, wants) {
			t.Fatal("refused within the limits")
		}
	}
	if short, err := l.Take(t.Context(), "rule:workload", append(tokens(c, 100, 20), wants[1])); short != 1 || err != nil {
		t.Errorf("short %d, %v; want the second", short, err)
	}
	if !take(t, l, tokens(c, 100, 20)) {
		t.Error("tokens were taken by a call that was refused")
	}
}

// What a call costs while its slice lasts.
func BenchmarkTake(b *testing.B) {
	c := &clock{}
	l := New(Options{SlicePercent: 5, Clock: c.now})
	wants := append(tokens(c, 1<<50, 100), policy.Want{Window: policy.WindowAt(policy.RequestsPerMinute, 1<<50, c.now()), N: 1})
	for i := range wants {
		l.slice("rule:workload", &wants[i].Window).granted = 1 << 50
	}
	b.ReportAllocs()
	for b.Loop() {
		if short, err := l.Take(b.Context(), "rule:workload", wants); short >= 0 || err != nil {
			b.Fatal(short, err)
		}
	}
}
