package policy

import (
	"context"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// QuotasOptions say where quotas are counted.
type QuotasOptions struct {
	Clock bridge.Clock
	Bank  Bank // nil: in this process
}

// Quotas reserves what a call may use before it is made.
type Quotas struct {
	clock bridge.Clock
	bank  Bank

	mu      sync.Mutex
	running map[string]int // calls now, of keys with a limit of them
}

// NewQuotas makes them.
func NewQuotas(o QuotasOptions) *Quotas {
	if o.Bank == nil {
		o.Bank = NewLocal(o.Clock)
	}
	return &Quotas{clock: o.Clock, bank: o.Bank, running: map[string]int{}}
}

// QuotaKey is the key of a decision's quota: one workload under one rule.
func QuotaKey(rule, workload string) string { return rule + ":" + workload }

// Reserve takes one call and about so many tokens (at least one) out of a quota, all limits or none. The reservation ends
// with Settle or Release. A refusal is a *bridge.Error (Refused) with the code quota_ and the limit's key, and RetryAfter
// until there may be room again; quota_too_small has none, since no wait will help. A quota in shadow refuses nothing,
// and what it would have refused is said by Reservation.Exceeded.
func (q *Quotas) Reserve(ctx context.Context, key string, quota Quota, tokens int) (*Reservation, error) {
	r := &Reservation{quotas: q, key: key}
	if quota == (Quota{}) {
		return r, nil
	}
	now := q.clock()
	r.want(&quota, int64(max(tokens, 1)), now)
	refusal := q.enter(r, quota.Concurrent, quota.Shadow)
	if refusal == nil {
		refusal = q.take(ctx, r, now)
	}
	if refusal == nil {
		return r, nil
	}
	if !quota.Shadow {
		q.leave(r)
		return nil, refusal
	}
	r.Exceeded = refusal.Code
	for _, w := range r.wants[:r.count] {
		q.bank.Add(key, w)
	}
	return r, nil
}

// enter counts a call that begins, in shadow also one too many.
func (q *Quotas) enter(r *Reservation, limit int, shadow bool) *bridge.Error {
	if limit == 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	full := q.running[r.key] >= limit
	if !full || shadow {
		q.running[r.key]++
		r.entered = true
	}
	if full {
		return tooMany(limit)
	}
	return nil
}

// leave counts a call that has ended.
func (q *Quotas) leave(r *Reservation) {
	if !r.entered {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.running[r.key]--; q.running[r.key] == 0 {
		delete(q.running, r.key)
	}
}

// take asks the bank, unless a whole window would not be enough.
func (q *Quotas) take(ctx context.Context, r *Reservation, now time.Time) *bridge.Error {
	wants := r.wants[:r.count]
	if len(wants) == 0 {
		return nil
	}
	for i := range wants {
		if wants[i].N > wants[i].Window.Size {
			return tooSmall(&wants[i])
		}
	}
	short, err := q.bank.Take(ctx, r.key, wants)
	switch {
	case err != nil:
		return bankFailed(err)
	case short >= 0:
		return spent(&wants[short], now)
	default:
		return nil
	}
}
