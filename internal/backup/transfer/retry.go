package transfer

import (
	"context"
	"errors"
	"io"
	"iter"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// RetryOptions bound what is tried again. What is zero has the default that is given.
type RetryOptions struct {
	Attempts int           // at one call, the first one too; 8
	First    time.Duration // the longest wait before the second attempt, doubled each time; 250 ms
	Longest  time.Duration // the longest wait of all, unless the store asks for more; 30 s
	// Budget is how many retries there may be more than half as many as calls that went well: when a store is down, all give up soon,
	// and none hammers it; 500.
	Budget int
	// Told is called before each retry, with the reason.
	Told func(error)
}

// Retrier tries calls again that may help: those whose error says so (bridge.Error.Retry), those that ended in the middle of a body, and
// once those that were refused for their token, as the next call brings a new one.
type Retrier struct {
	RetryOptions
	mu     sync.Mutex
	budget float64
}

// NewRetrier returns a retrier.
func NewRetrier(o RetryOptions) *Retrier {
	o.Attempts = or(o.Attempts, 8)
	o.First = or(o.First, 250*time.Millisecond)
	o.Longest = or(o.Longest, 30*time.Second)
	o.Budget = or(o.Budget, 500)
	if o.Told == nil {
		o.Told = func(error) {}
	}
	return &Retrier{RetryOptions: o, budget: float64(o.Budget)}
}

// Do calls until it goes well, another attempt would not help, or there were enough.
func (r *Retrier) Do(ctx context.Context, call func(context.Context) error) error {
	renewed := false
	for attempt := 1; ; attempt++ {
		err := call(ctx)
		if err == nil {
			r.earn()
			return nil
		}
		again, wait := verdict(err)
		if unauthorised(err) && !renewed {
			again, renewed = true, true
		}
		if !again || ctx.Err() != nil || attempt >= r.Attempts || !r.spend() {
			return err
		}
		r.Told(err)
		if bridge.Wait(ctx, max(wait, r.pause(attempt))) != nil {
			return err
		}
	}
}

// pause is a random part of a time that doubles.
func (r *Retrier) pause(attempt int) time.Duration {
	limit := r.Longest
	if d := r.First << (attempt - 1); attempt < 30 && d < limit {
		limit = d
	}
	return limit/2 + rand.N(limit/2+1) //nolint:gosec // to spread calls, not to hide anything
}

func (r *Retrier) earn() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.budget = min(r.budget+0.5, float64(r.Budget))
}

func (r *Retrier) spend() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.budget < 1 {
		return false
	}
	r.budget--
	return true
}

// verdict says whether another attempt may help, and how long the store asked to wait.
func verdict(err error) (again bool, wait time.Duration) {
	if _, final := errors.AsType[once](err); final {
		return false, 0
	}
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e.Retry || e.Code == dataset.CodeMismatch || errors.Is(e.Cause, io.ErrUnexpectedEOF), e.RetryAfter
	}
	return errors.Is(err, io.ErrUnexpectedEOF), 0
}

func unauthorised(err error) bool {
	e, ok := errors.AsType[*bridge.Error](err)
	return ok && e.Status == http.StatusUnauthorized
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e.Code
	}
	return ""
}

// List lists a place, and goes on after the last object that came when a page fails.
func (r *Retrier) List(ctx context.Context, from dataset.Reader, q dataset.Query) iter.Seq2[dataset.Object, error] {
	return func(yield func(dataset.Object, error) bool) {
		for broken := true; broken; {
			broken = false
			err := r.Do(ctx, func(ctx context.Context) error {
				came := false
				for o, err := range from.List(ctx, q) {
					if err != nil {
						broken = came
						return unless(came, err)
					}
					came, q.After = true, o.Name
					if !yield(o, nil) {
						return nil
					}
				}
				return nil
			})
			if err != nil {
				yield(dataset.Object{}, err)
				return
			}
		}
	}
}

// unless is err, unless there was progress, after which attempts are counted anew.
func unless(progress bool, err error) error {
	if progress {
		return nil
	}
	return err
}
