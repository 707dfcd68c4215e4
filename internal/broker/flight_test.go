package broker_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/broker"
)

var busy = bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopSTS, Code: "quota_exceeded", Text: "throttled", Retry: true, Status: 429}

func failing(e bridge.Error, times int) func(int) error {
	return func(n int) error {
		if n <= times {
			return &e
		}
		return nil
	}
}

func TestRetryOnlyWhereTheAdapterSaysSo(t *testing.T) {
	denied := bridge.Error{Kind: bridge.Denied, Hop: bridge.HopSTS, Code: "invalid_grant", Text: "no"}
	for _, tc := range []struct {
		name      string
		exchange  func(int) error
		exchanges int
		took      time.Duration
		code      string
	}{
		{"third try works", failing(busy, 2), 3, 300 * time.Millisecond, ""},
		{"four tries and no more", failing(busy, 9), 4, 700 * time.Millisecond, "quota_exceeded"},
		{"denied once is denied", failing(denied, 9), 1, 0, "invalid_grant"},
		{"a strange error is not retried", func(int) error { return errors.New("odd") }, 1, 0, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &far{life: time.Hour, exchange: tc.exchange}
				b := newBroker(t, f, func(o *broker.Options) { o.Jitter = func() float64 { return 0.5 } })
				start := time.Now()
				if tc.code != "" {
					refusal(t, b, tc.code)
				} else {
					_, _ = b.Lease(t.Context(), zero)
				}
				if took := time.Since(start); took != tc.took {
					t.Errorf("took %v, want %v", took, tc.took)
				}
				if a, x, _ := f.counts(); x != tc.exchanges || a != 1 {
					t.Errorf("%d exchanges of %d assertions, want %d of 1", x, a, tc.exchanges)
				}
			})
		})
	}
}

func TestRetryOfTheSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{life: time.Hour, home: failing(busy, 3)}
		lease(t, newBroker(t, f), zero)
		if a, x, _ := f.counts(); a != 4 || x != 1 {
			t.Errorf("%d assertions, %d exchanges", a, x)
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	slow := busy
	slow.RetryAfter = 5 * time.Second
	t.Run("within the deadline", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := &far{life: time.Hour, exchange: failing(slow, 1)}
			start := time.Now()
			lease(t, newBroker(t, f), zero)
			if took := time.Since(start); took != 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	})
	t.Run("a caller with less time hears so at once", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := &far{life: time.Hour, exchange: failing(slow, 1)}
			b := newBroker(t, f)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			start := time.Now()
			_, err := b.Lease(ctx, zero)
			if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Code != "quota_exceeded" || time.Since(start) != 0 {
				t.Errorf("after %v: %v", time.Since(start), err)
			}
			lease(t, b, zero) // the flight went on for those who can wait
		})
	})
	t.Run("longer than a flight", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			long := busy
			long.RetryAfter = time.Minute
			f := &far{life: time.Hour, exchange: failing(long, 1)}
			b := newBroker(t, f)
			start := time.Now()
			refusal(t, b, "quota_exceeded")
			time.Sleep(29 * time.Second)
			refusal(t, b, "quota_exceeded") // from memory
			if _, x, _ := f.counts(); x != 1 || time.Since(start) != 29*time.Second {
				t.Errorf("%d exchanges, %v", x, time.Since(start))
			}
			time.Sleep(2 * time.Second)
			lease(t, b, zero)
		})
	})
}

func TestOneForcedRefreshWhenStale(t *testing.T) {
	stale := bridge.Error{Kind: bridge.Denied, Hop: bridge.HopSTS, Code: "invalid_grant", Text: "stale to sign-in", Stale: true}
	want := []bridge.AssertionRequest{{Audience: "aud"}, {Audience: "aud", Fresh: true}}
	t.Run("helps", func(t *testing.T) {
		t.Parallel()
		f := &far{life: time.Hour, exchange: failing(stale, 1)}
		lease(t, newBroker(t, f), zero)
		if d := cmp.Diff(want, f.asked); d != "" {
			t.Error(d)
		}
	})
	t.Run("only once", func(t *testing.T) {
		t.Parallel()
		f := &far{life: time.Hour, exchange: failing(stale, 9)}
		refusal(t, newBroker(t, f), "invalid_grant")
		if d := cmp.Diff(want, f.asked); d != "" {
			t.Error(d)
		}
	})
}

func TestLeaseTooShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{life: 240 * time.Second}
		e := refusal(t, newBroker(t, f), "lease_too_short")
		if e.Text != "the lease would live 240 s, less than the 300 s that a lease has when it is handed out" || e.Kind != bridge.Usage {
			t.Errorf("%s: %s", e.Kind, e.Text)
		}
		if e.Hint != "a lease does not outlive its assertion: project the service-account token with expirationSeconds: 7200 or more" {
			t.Error(e.Hint)
		}
		if a, _, _ := f.counts(); a != 2 {
			t.Errorf("%d assertions, want one forced refresh", a)
		}
	})
}

// slowLog takes its time for a lease.
type slowLog struct {
	*far
	takes time.Duration
}

func (l slowLog) Record(ctx context.Context, r bridge.Record) error {
	if r.Event == bridge.EventLease {
		time.Sleep(l.takes)
	}
	return l.far.Record(ctx, r)
}

func TestLeaseThatASlowLogMadeTooShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{life: 302 * time.Second}
		b := newBroker(t, f, func(o *broker.Options) { o.Recorder = slowLog{f, 4 * time.Second} })
		refusal(t, b, "lease_too_short")
	})
}

func TestRefusedIsRememberedForASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{life: time.Hour, exchange: failing(bridge.Error{Kind: bridge.Denied, Hop: bridge.HopSTS, Code: "unauthorized_client", Text: "rejected"}, 2)}
		b := newBroker(t, f)
		for range 100 {
			refusal(t, b, "unauthorized_client")
		}
		if _, x, r := f.counts(); x != 1 || r != 1 {
			t.Errorf("%d exchanges, %d records", x, r)
		}
		time.Sleep(time.Second)
		refusal(t, b, "unauthorized_client")
		time.Sleep(time.Second)
		lease(t, b, zero)
	})
}

func TestEveryLeaseAndRefusalIsWrittenDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{life: time.Hour, exchange: failing(bridge.Error{Kind: bridge.Denied, Hop: bridge.HopSTS, Code: "invalid_target", Text: "no such provider"}, 1)}
		b := newBroker(t, f)
		refusal(t, b, "invalid_target")
		time.Sleep(time.Second)
		lease(t, b, zero)
		want := []bridge.Record{
			{
				Event: bridge.EventRefusal, Door: "test", Caller: "me", Issuer: "https://issuer.test", Subject: "sub",
				Hop: bridge.HopSTS, Code: "invalid_target", Reason: "no such provider",
			},
			{
				Event: bridge.EventLease, Door: "test", Caller: "me", Issuer: "https://issuer.test", Subject: "sub",
				Principal: "principal://p", Token: bridge.NewSecret("lease-2").Name(), Expiry: time.Now().Add(time.Hour),
			},
		}
		if d := cmp.Diff(want, f.records, cmpopts.IgnoreFields(bridge.Record{}, "Time"), cmpopts.EquateApproxTime(0)); d != "" {
			t.Error(d)
		}
	})
}

func TestNoLogNoLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{life: time.Hour, log: errors.New("disk full")}
		b := newBroker(t, f)
		e := refusal(t, b, "audit_unavailable")
		if e.Error() != "door: the audit log cannot be written, so the lease is not handed out: disk full" {
			t.Error(e)
		}
		f.mu.Lock()
		f.log = nil
		f.mu.Unlock()
		time.Sleep(time.Second)
		lease(t, b, zero)
	})
}

func TestFlightHasItsOwnDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{life: time.Hour, delay: time.Hour}
		start := time.Now()
		refusal(t, newBroker(t, f), "deadline_exceeded")
		if took := time.Since(start); took != 30*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestUnchangedLeaseBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{life: time.Hour}
		until := time.Now().Add(time.Hour)
		b := newBroker(t, f)
		lease(t, b, zero)
		for time.Until(until) > bridge.MinLife+5*time.Second { // the far side gives the same expiry again and again
			f.mu.Lock()
			f.life = time.Until(until)
			f.mu.Unlock()
			lease(t, b, zero)
			time.Sleep(time.Second)
		}
		if _, x, _ := f.counts(); x < 3 || x > 15 {
			t.Errorf("%d exchanges", x)
		}
	})
}
