package memo_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/landbridge/landbridge/internal/memo"
)

func TestAsksOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var answers memo.Answers[int]
		asked, gate := 0, make(chan struct{})
		ask := func(context.Context) (int, error) {
			asked++
			<-gate
			return asked, nil
		}
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				if got, err := answers.Ask(t.Context(), "a", ask); got != 1 || err != nil {
					t.Errorf("%d, %v", got, err)
				}
			})
		}
		synctest.Wait()
		close(gate)
		group.Wait()
		answers.Forget()
		if got, _ := answers.Ask(t.Context(), "a", ask); got != 2 {
			t.Errorf("%d after forget", got)
		}
		answers.Drop("a")
		if got, _ := answers.Ask(t.Context(), "a", ask); got != 3 {
			t.Errorf("%d after drop", got)
		}
	})
}

// TestErrorsAreNotKept also holds that one caller's end is not another's.
func TestErrorsAreNotKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var answers memo.Answers[int]
		bad := errors.New("bad")
		if _, err := answers.Ask(t.Context(), "a", func(context.Context) (int, error) { return 0, bad }); !errors.Is(err, bad) {
			t.Error(err)
		}
		first, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() {
			_, err := answers.Ask(first, "a", func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		synctest.Wait()
		group.Go(func() {
			if got, err := answers.Ask(t.Context(), "a", func(context.Context) (int, error) { return 7, nil }); got != 7 || err != nil {
				t.Errorf("%d, %v: the first one's end became the second one's", got, err)
			}
		})
		synctest.Wait()
		cancel()
		group.Wait()
	})
}

// TestSlowAnswerIsWaitedForOnce: an answer that does not come in time is waited for once, not once for each who waits.
func TestSlowAnswerIsWaitedForOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var answers memo.Answers[int]
		asked := 0
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				_, err := answers.Ask(t.Context(), "a", func(ctx context.Context) (int, error) {
					asked++
					ctx, cancel := context.WithTimeout(ctx, time.Minute)
					defer cancel()
					<-ctx.Done()
					return 0, ctx.Err()
				})
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if asked != 1 {
			t.Errorf("asked %d times", asked)
		}
	})
}

// TestPanicWakesThoseWhoWait: the next one asks itself.
func TestPanicWakesThoseWhoWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var answers memo.Answers[int]
		gate := make(chan struct{})
		var group sync.WaitGroup
		group.Go(func() {
			defer func() { _ = recover() }()
			_, _ = answers.Ask(t.Context(), "a", func(context.Context) (int, error) { <-gate; panic("broken") })
		})
		synctest.Wait()
		group.Go(func() {
			if got, err := answers.Ask(t.Context(), "a", func(context.Context) (int, error) { return 7, nil }); got != 7 || err != nil {
				t.Errorf("%d, %v after a panic", got, err)
			}
		})
		synctest.Wait()
		close(gate)
		group.Wait()
	})
}
