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
	budget *budget
}

// budget is of retries, shared by all who call the same stores.
type budget struct {
	mu          sync.Mutex
	left, limit float64
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
	return &Retrier{RetryOptions: o, budget: &budget{left: float64(o.Budget), limit: float64(o.Budget)}}
}

// telling is the same retrier with the same budget, and tells its retries to another.
func (r *Retrier) telling(told func(error)) *Retrier {
	own := *r
	own.Told = told
	return &own
}

// Do calls until it goes well, another attempt would not help, or there were enough.
func (r *Retrier) Do(ctx context.Context, call func(context.Context) error) error {
	renewed := false
	for attempt := 1; ; attempt++ {
		err := call(ctx)
		if err == nil {
			r.budget.earn()
			return nil
		}
		again, wait := verdict(err)
		if unauthorised(err) && !renewed {
			again, renewed = true, true
		}
		if !again || ctx.Err() != nil || attempt >= r.Attempts || !r.budget.spend() {
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

func (b *budget) earn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left+0.5, b.limit)
}

func (b *budget) spend() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// verdict says whether another attempt may help, and how long the store asked to wait.
func verdict(err error) (again bool, wait time.Duration) {
	if _, final := errors.AsType[once](err); final {
		return false, 0
	}
	if e, ok := asError(err); ok {
		return e.Retry || e.Code == dataset.CodeMismatch || errors.Is(e.Cause, io.ErrUnexpectedEOF), e.RetryAfter
	}
	return errors.Is(err, io.ErrUnexpectedEOF), 0
}

func unauthorised(err error) bool {
	e, ok := asError(err)
	return ok && e.Status == http.StatusUnauthorized
}

func codeOf(err error) string {
	if e, ok := asError(err); ok {
		return e.Code
	}
	return ""
}

// once is an error that no other attempt helps, whatever it says itself.
type once struct{ error }

func (o once) Unwrap() error { return o.error }

// asError is the first of our errors in a chain.
func asError(err error) (*bridge.Error, bool) { return errors.AsType[*bridge.Error](err) }

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
