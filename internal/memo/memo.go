// Package memo asks each question once: the listings of a cloud or a cluster that many things of a set-up are read from.
//
// A key and a way to ask enter, the answer leaves: the same for all who ask before it is forgotten. An error is never kept,
// and one caller's end is never another's. It has no clock: an answer lives until its owner drops it, which a Keeper does
// with each write and whenever it is told to forget. It must never hold a token.
package memo

import (
	"context"
	"sync"
)

// Answers are what was said, by key. The zero value is ready; many goroutines may use it.
type Answers[T any] struct {
	mu   sync.Mutex
	said map[string]*answer[T]
}

// answer is being asked for until done is closed.
type answer[T any] struct {
	done  chan struct{}
	value T
	err   error
	// abandoned says that the one who asked gave up, which says nothing of the answer.
	abandoned bool
}

// Ask returns what was said, or asks. Who comes while another asks waits for that answer. The one who asks does so with its
// own context: when that ends, the next who waits asks again.
func (a *Answers[T]) Ask(ctx context.Context, key string, ask func(context.Context) (T, error)) (T, error) {
	for {
		one, mine := a.join(key)
		if mine {
			return a.fetch(ctx, key, one, ask)
		}
		select {
		case <-ctx.Done():
			var zero T
			return zero, ctx.Err()
		case <-one.done:
		}
		if !one.abandoned {
			return one.value, one.err
		}
	}
}

// join finds who asks or has asked, or becomes the one.
func (a *Answers[T]) join(key string) (one *answer[T], mine bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if one, ok := a.said[key]; ok {
		return one, false
	}
	if a.said == nil {
		a.said = map[string]*answer[T]{}
	}
	one = &answer[T]{done: make(chan struct{}), abandoned: true} // which those who wait see should the asking panic
	a.said[key] = one
	return one, true
}

func (a *Answers[T]) fetch(ctx context.Context, key string, one *answer[T], ask func(context.Context) (T, error)) (T, error) {
	defer func() {
		if one.abandoned || one.err != nil {
			a.leave(key, one)
		}
		close(one.done)
	}()
	one.value, one.err = ask(ctx)
	one.abandoned = one.err != nil && ctx.Err() != nil
	return one.value, one.err
}

// leave forgets an answer, if it is still the one that is remembered.
func (a *Answers[T]) leave(key string, one *answer[T]) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.said[key] == one {
		delete(a.said, key)
	}
}

// Drop forgets one answer; one that is being asked for reaches those who wait and is not kept.
func (a *Answers[T]) Drop(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.said, key)
}

// Forget drops every answer.
func (a *Answers[T]) Forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.said = nil
}
