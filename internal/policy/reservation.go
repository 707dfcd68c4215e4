package policy

import (
	"sync/atomic"
	"time"
)

// Reservation is what one call has taken out of its quota. It is ended once, by Settle or Release; more does nothing.
type Reservation struct {
	// Exceeded is the code of the refusal that a quota in shadow has not made.
	Exceeded string

	quotas  *Quotas
	key     string
	wants   [limitCount]Want
	count   int
	entered bool
	ended   atomic.Bool
}

// want writes down what the call wants of each limit that there is.
func (r *Reservation) want(q *Quota, tokens int64, now time.Time) {
	for i, size := range q.limits() {
		if size == 0 {
			continue
		}
		n := int64(1)
		if Limit(i).tokens() {
			n = tokens
		}
		r.wants[r.count] = Want{WindowAt(Limit(i), int64(size), now), n}
		r.count++
	}
}

// Settle ends a call that was made, with the tokens that it has used. What was reserved and not used goes back. What was
// used beyond it counts in the window in which that is known, even where it goes over the limit: the next calls wait.
func (r *Reservation) Settle(used int) { r.end(int64(max(used, 0)), 1) }

// Release ends a call that was not made, or refused before the model began: everything goes back.
func (r *Reservation) Release() { r.end(0, 0) }

func (r *Reservation) end(tokens, calls int64) {
	if r.ended.Swap(true) {
		return
	}
	r.quotas.leave(r)
	for _, w := range r.wants[:r.count] {
		used := calls
		if w.Window.Limit.tokens() {
			used = tokens
		}
		if w.N = used - w.N; w.N == 0 {
			continue
		}
		if w.N > 0 {
			w.Window = WindowAt(w.Window.Limit, w.Window.Size, r.quotas.clock())
		}
		r.quotas.bank.Add(r.key, w)
	}
}
