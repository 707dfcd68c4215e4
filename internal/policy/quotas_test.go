package policy_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/policy"
)

// clock stands still until it is moved.
type clock struct{ moved atomic.Int64 }

func (c *clock) now() time.Time       { return now.Add(time.Duration(c.moved.Load())) }
func (c *clock) move(d time.Duration) { c.moved.Add(int64(d)) }

const key = "chat:aks-prod/chat"

func newQuotas() (*policy.Quotas, *clock) {
	c := &clock{}
	return policy.NewQuotas(policy.QuotasOptions{Clock: c.now}), c
}

func reserve(t *testing.T, q *policy.Quotas, quota policy.Quota, tokens int) *policy.Reservation {
	t.Helper()
	r, err := q.Reserve(t.Context(), key, quota, tokens)
	if err != nil {
		t.Fatalf("Reserve: %v", err)
	}
	return r
}

func refused(t *testing.T, q *policy.Quotas, quota policy.Quota, tokens int) *bridge.Error {
	t.Helper()
	_, err := q.Reserve(t.Context(), key, quota, tokens)
	return refusal(t, err)
}

func TestQuotaRefusals(t *testing.T) {
	t.Parallel()
	const file = " of the rule in policy.rules of landbridge.yaml"
	for name, c := range map[string]struct {
		quota            policy.Quota
		tokens           int
		code, text, hint string
		after            time.Duration
	}{
		"requests a minute": {
			policy.Quota{RequestsPerMinute: 1, RequestsPerDay: 5},
			1,
			"quota_requests_per_minute", "the quota requests_per_minute of 1 is used up until 12:01:00 UTC", "wait, or raise quota.requests_per_minute" + file, 30 * time.Second,
		},
		"requests a day": {
			policy.Quota{RequestsPerMinute: 2, RequestsPerDay: 1},
			1,
			"quota_requests_per_day", "the quota requests_per_day of 1 is used up until 00:00:00 UTC", "wait, or raise quota.requests_per_day" + file, 12*time.Hour - 30*time.Second,
		},
		"tokens a minute": {
			policy.Quota{TokensPerMinute: 100},
			60,
			"quota_tokens_per_minute", "the quota tokens_per_minute of 100 is used up until 12:01:00 UTC; this call may use about 60", "wait, or raise quota.tokens_per_minute" + file, 30 * time.Second,
		},
		"tokens a day": {
			policy.Quota{TokensPerMinute: 1000, TokensPerDay: 100},
			60,
			"quota_tokens_per_day", "the quota tokens_per_day of 100 is used up until 00:00:00 UTC; this call may use about 60", "", 12*time.Hour - 30*time.Second,
		},
		"at the same time": {
			policy.Quota{Concurrent: 1},
			1,
			"quota_concurrent", "1 calls run at the same time, which is all that the quota allows", "wait for one to end, or raise quota.concurrent" + file, time.Second,
		},
	} {
		q, _ := newQuotas()
		reserve(t, q, c.quota, c.tokens)
		e := refused(t, q, c.quota, c.tokens)
		if e.Kind != bridge.Refused || e.Code != c.code || e.Text != c.text || c.hint != "" && e.Hint != c.hint || e.RetryAfter != c.after || !e.Retry {
			t.Errorf("%s: %s\n%s\n%s\n%v", name, e.Code, e.Text, e.Hint, e.RetryAfter)
		}
	}
	q, _ := newQuotas()
	e := refused(t, q, policy.Quota{TokensPerDay: 100}, 101)
	if want := "this call may use about 101 tokens, and the quota tokens_per_day is 100 in all"; e.Code != "quota_too_small" || e.Text != want || e.Retry || e.RetryAfter != 0 {
		t.Errorf("%+v", e)
	}
}

// What a call has used is what counts in the end, in both directions; what it has not used is there again at once.
func TestSettle(t *testing.T) {
	t.Parallel()
	q, c := newQuotas()
	quota := policy.Quota{TokensPerMinute: 100, RequestsPerMinute: 10}
	first := reserve(t, q, quota, 90)
	refused(t, q, quota, 11)
	first.Settle(40)
	first.Settle(0)
	first.Release() // a reservation ends once
	second := reserve(t, q, quota, 60)
	refused(t, q, quota, 1)
	second.Settle(200) // more than there is
	refused(t, q, quota, 1)
	c.move(30 * time.Second)
	third := reserve(t, q, quota, 100)
	third.Release()
	reserve(t, q, quota, 100).Settle(100)
	refused(t, q, quota, 1)
}

// What is known after the minute has ended counts in the next one; what goes back to a minute that has ended is lost.
func TestSettleLate(t *testing.T) {
	t.Parallel()
	q, c := newQuotas()
	quota := policy.Quota{TokensPerMinute: 100}
	over, under := reserve(t, q, quota, 10), reserve(t, q, quota, 50)
	c.move(time.Minute)
	over.Settle(90)
	refused(t, q, quota, 21)
	under.Settle(0)
	refused(t, q, quota, 21)
	reserve(t, q, quota, 20)
}

// A released call was none: it counts in no limit.
func TestRelease(t *testing.T) {
	t.Parallel()
	q, _ := newQuotas()
	quota := policy.Quota{RequestsPerMinute: 1, RequestsPerDay: 1, TokensPerMinute: 5, TokensPerDay: 5, Concurrent: 1}
	for range 3 {
		reserve(t, q, quota, 5).Release()
	}
	reserve(t, q, quota, 5).Settle(5)
	if e := refused(t, q, quota, 5); e.Code != "quota_requests_per_minute" {
		t.Error(e.Code)
	}
}

func TestShadow(t *testing.T) {
	t.Parallel()
	q, _ := newQuotas()
	shadow := policy.Quota{TokensPerMinute: 100, Concurrent: 2, Shadow: true}
	var got []string
	for _, n := range []int{60, 60, 60, 500} {
		r := reserve(t, q, shadow, n)
		got = append(got, r.Exceeded)
		defer r.Settle(n)
	}
	for i, want := range []string{"", "quota_tokens_per_minute", "quota_concurrent", "quota_concurrent"} {
		if got[i] != want {
			t.Errorf("call %d: %q, want %q", i, got[i], want)
		}
	}
	// All of it was counted: the same quota in earnest has no room.
	if e := refused(t, q, policy.Quota{TokensPerMinute: 600}, 1); e.Code != "quota_tokens_per_minute" {
		t.Error(e.Code)
	}
}

func TestNoQuota(t *testing.T) {
	t.Parallel()
	q := policy.NewQuotas(policy.QuotasOptions{Clock: func() time.Time { t.Error("the clock was read"); return now }})
	reserve(t, q, policy.Quota{}, 1).Settle(5)
}

// However many ask at once: never more is reserved than there is, and with what is given back all of it is used.
func TestQuotaTogether(t *testing.T) {
	t.Parallel()
	const size, least = 10_000, 9_990
	q, _ := newQuotas()
	quota := policy.Quota{TokensPerMinute: size, TokensPerDay: size * 2, Concurrent: 5}
	var held, used, running atomic.Int64
	var work sync.WaitGroup
	for g := range 16 {
		work.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(g))) // the same order each time
			for {
				n := 1 + random.IntN(10)
				r, err := q.Reserve(context.Background(), key, quota, n)
				if e, ok := errors.AsType[*bridge.Error](err); ok {
					if e.Code == "quota_concurrent" {
						continue
					}
					return
				}
				if held.Add(int64(n)) > size || running.Add(1) > 5 {
					t.Error("too much is held")
				}
				running.Add(-1)
				if random.IntN(4) == 0 {
					held.Add(int64(-n))
					r.Release()
					continue
				}
				used.Add(int64(n))
				r.Settle(n)
			}
		})
	}
	work.Wait()
	if n := used.Load(); n > size || n < least {
		t.Errorf("%d of %d used", n, size)
	}
}

// An account is forgotten when its minute and its day have ended, and not before.
func TestSweep(t *testing.T) {
	t.Parallel()
	c := &clock{}
	bank := policy.NewLocal(c.now)
	for i := range 1000 {
		want := []policy.Want{{Window: policy.WindowAt(policy.TokensPerMinute, 10, c.now()), N: 1}}
		if i == 0 {
			want = append(want, policy.Want{Window: policy.WindowAt(policy.TokensPerDay, 10, c.now()), N: 1})
		}
		if short, err := bank.Take(t.Context(), string(rune('a'+i)), want); short >= 0 || err != nil {
			t.Fatal(short, err)
		}
	}
	for _, step := range []struct {
		move time.Duration
		want int
	}{{0, 1000}, {time.Minute, 2}, {12 * time.Hour, 1}} {
		c.move(step.move)
		bank.Add("z", policy.Want{Window: policy.WindowAt(policy.TokensPerMinute, 10, c.now()), N: 1})
		if got := policy.Accounts(bank); got != step.want {
			t.Errorf("after %v: %d accounts, want %d", step.move, got, step.want)
		}
	}
}

// Against a plain model: whatever is reserved, settled and released in whatever order, what is counted in a window is what
// was used in it and what is still reserved.
func TestQuotaProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q, c := newQuotas()
		const size = 50
		quota := policy.Quota{TokensPerMinute: size}
		type held struct {
			r      *policy.Reservation
			n      int
			minute int64
		}
		var open []held
		counted := map[int64]int{}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			minute := c.now().Unix() / 60
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0, 1:
				n := rapid.IntRange(1, 30).Draw(t, "tokens")
				r, err := q.Reserve(t.Context(), key, quota, n)
				if fits := counted[minute]+n <= size; (err == nil) != fits {
					t.Fatalf("%d with %d counted: %v", n, counted[minute], err)
				}
				if err == nil {
					counted[minute] += n
					open = append(open, held{r, n, minute})
				}
			case 2, 3:
				if len(open) == 0 {
					continue
				}
				h, used := open[0], rapid.IntRange(0, 60).Draw(t, "used")
				open = open[1:]
				h.r.Settle(used)
				if used > h.n {
					counted[minute] += used - h.n
				} else {
					counted[h.minute] -= h.n - used
				}
			case 4:
				c.move(20 * time.Second)
			}
		}
	})
}
