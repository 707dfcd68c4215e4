package kube

import (
	"context"
	"sync"
)

// flights answers the same question once: who asks while it is being asked waits, who asks later gets what was said.
// Errors are not kept.
type flights[T any] struct {
	mu   sync.Mutex
	said map[string]*flight[T]
}

type flight[T any] struct {
	done  chan struct{}
	value T
	err   error
	// abandoned says that the one who asked gave up, which says nothing of the answer.
	abandoned bool
}

// ask answers from what was said, or asks. The one who asks does so with its own context: when that ends, the next who
// waits asks again.
func (f *flights[T]) ask(ctx context.Context, key string, ask func(context.Context) (T, error)) (T, error) {
	for {
		f.mu.Lock()
		if f.said == nil {
			f.said = map[string]*flight[T]{}
		}
		one, ok := f.said[key]
		if !ok {
			one = &flight[T]{done: make(chan struct{})}
			f.said[key] = one
			f.mu.Unlock()
			one.value, one.err = ask(ctx)
			if one.err != nil {
				one.abandoned = ctx.Err() != nil
				f.drop(key, one)
			}
			close(one.done)
			return one.value, one.err
		}
		f.mu.Unlock()
		select {
		case <-ctx.Done():
			var zero T
			return zero, ctx.Err()
		case <-one.done:
		}
		if one.err == nil || !one.abandoned {
			return one.value, one.err
		}
		if err := ctx.Err(); err != nil {
			var zero T
			return zero, err
		}
	}
}

// drop forgets an answer, if it is still the one that is remembered; nil is whatever is.
func (f *flights[T]) drop(key string, one *flight[T]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if one == nil || f.said[key] == one {
		delete(f.said, key)
	}
}

// forget drops everything.
func (f *flights[T]) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.said = nil
}
