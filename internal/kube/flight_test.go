package kube

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestFlights(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var f flights[int]
		asked, gate := 0, make(chan struct{})
		ask := func(context.Context) (int, error) {
			asked++
			<-gate
			return asked, nil
		}
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				if got, err := f.ask(t.Context(), "a", ask); got != 1 || err != nil {
					t.Errorf("%d, %v", got, err)
				}
			})
		}
		synctest.Wait()
		close(gate)
		group.Wait()
		f.forget()
		if got, _ := f.ask(t.Context(), "a", ask); got != 2 {
			t.Errorf("%d after forget", got)
		}
		f.drop("a", nil)
		if got, _ := f.ask(t.Context(), "a", ask); got != 3 {
			t.Errorf("%d after drop", got)
		}
	})
}

// TestFlightsErrors keeps no error, and does not let one caller's end be another's.
func TestFlightsErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var f flights[int]
		bad := errors.New("bad")
		if _, err := f.ask(t.Context(), "a", func(context.Context) (int, error) { return 0, bad }); !errors.Is(err, bad) {
			t.Error(err)
		}
		first, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() {
			_, err := f.ask(first, "a", func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		synctest.Wait()
		group.Go(func() {
			if got, err := f.ask(t.Context(), "a", func(context.Context) (int, error) { return 7, nil }); got != 7 || err != nil {
				t.Errorf("%d, %v: the first one's end became the second one's", got, err)
			}
		})
		synctest.Wait()
		cancel()
		group.Wait()
	})
}

// TestFlightsSlow waits once for an answer that does not come in time, not once for each who waits.
func TestFlightsSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var f flights[int]
		asked := 0
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				_, err := f.ask(t.Context(), "a", func(ctx context.Context) (int, error) {
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
