package provision

import (
	"context"
	"errors"
	"sync"
)

// memo answers the same question once: who asks while it is being asked waits, who asks later gets what was said. Errors
// are not kept.
type memo[T any] struct {
	mu   sync.Mutex
	said map[string]*saying[T]
}

type saying[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// ask answers from what was said, or asks. The one who asks does so with its own context: when that ends, the next who
// waits asks again.
func (m *memo[T]) ask(ctx context.Context, key string, ask func(context.Context) (T, error)) (T, error) {
	for {
		one, mine := m.join(key)
		if mine {
			one.value, one.err = ask(ctx)
			if one.err != nil {
				m.leave(key, one)
			}
			close(one.done)
			return one.value, one.err
		}
		select {
		case <-ctx.Done():
			var zero T
			return zero, ctx.Err()
		case <-one.done:
		}
		gaveUp := errors.Is(one.err, context.Canceled) || errors.Is(one.err, context.DeadlineExceeded)
		if !gaveUp || ctx.Err() != nil {
			return one.value, one.err
		}
	}
}

// join finds who asks, or becomes the one.
func (m *memo[T]) join(key string) (one *saying[T], mine bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if one, ok := m.said[key]; ok {
		return one, false
	}
	if m.said == nil {
		m.said = map[string]*saying[T]{}
	}
	one = &saying[T]{done: make(chan struct{})}
	m.said[key] = one
	return one, true
}

// leave drops an answer, if it is still the one that is remembered.
func (m *memo[T]) leave(key string, one *saying[T]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.said[key] == one {
		delete(m.said, key)
	}
}

// drop forgets one answer.
func (m *memo[T]) drop(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.said, key)
}

// forget drops every answer.
func (m *memo[T]) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.said = nil
}
