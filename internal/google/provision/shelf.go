package provision

import (
	"context"
	"errors"
	"sync"
)

// shelf keeps what was read, by key, until it is cleared. Those who ask at the same time share one call; an error is not
// kept. The zero value is an empty shelf.
type shelf[T any] struct {
	mu   sync.Mutex
	held map[string]*reading[T]
}

// reading is one call, under way until done is closed.
type reading[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// get returns what is held, or calls load. A caller whose companion gave up asks again itself.
func (s *shelf[T]) get(ctx context.Context, key string, load func(context.Context) (T, error)) (T, error) {
	for {
		s.mu.Lock()
		r, ok := s.held[key]
		if !ok {
			if s.held == nil {
				s.held = map[string]*reading[T]{}
			}
			r = &reading[T]{done: make(chan struct{})}
			s.held[key] = r
			s.mu.Unlock()
			return s.load(ctx, key, r, load)
		}
		s.mu.Unlock()
		select {
		case <-r.done:
		case <-ctx.Done():
			var zero T
			return zero, ctx.Err()
		}
		if canceled := errors.Is(r.err, context.Canceled) || errors.Is(r.err, context.DeadlineExceeded); !canceled || ctx.Err() != nil {
			return r.value, r.err
		}
	}
}

func (s *shelf[T]) load(ctx context.Context, key string, r *reading[T], load func(context.Context) (T, error)) (T, error) {
	defer close(r.done)
	r.err = context.Canceled // what companions see should load panic
	r.value, r.err = load(ctx)
	if r.err != nil {
		s.mu.Lock()
		if s.held[key] == r {
			delete(s.held, key)
		}
		s.mu.Unlock()
	}
	return r.value, r.err
}

// drop forgets one key; a call under way for it is not kept.
func (s *shelf[T]) drop(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.held, key)
}

func (s *shelf[T]) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = nil
}
