package ledger

import (
	"context"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/policy"
)

// Take implements policy.Bank. It waits for the database only when a slice does not have enough, and never while the
// database is known to be down.
func (l *Ledger) Take(ctx context.Context, key string, wants []policy.Want) (short int, err error) {
	for {
		short, wait, err := l.try(key, wants)
		if wait == nil {
			return short, err
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return 0, &bridge.Error{
				Kind: bridge.Unreachable, Hop: bridge.HopDoor, Code: "quota_store_slow", Retry: true,
				Text: "the call ended before its quota was known", Cause: ctx.Err(),
			}
		}
	}
}

// try takes from the slices. When they do not have enough and the database may have, wait is closed after it was asked.
func (l *Ledger) try(key string, wants []policy.Want) (short int, wait <-chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return 0, nil, closed()
	}
	now := l.o.Clock()
	lacking := false
	for i := range wants {
		w := &wants[i]
		s := l.slice(key, &w.Window)
		switch {
		case s.free() >= w.N:
			continue
		case l.down != nil && l.o.WhenDown == Local && w.Window.Size-s.used >= w.N:
			continue
		case now.Before(s.full), l.down != nil && l.o.WhenDown == Local:
			return i, nil, nil
		case l.down != nil:
			l.want(s, w.N)
			return 0, nil, l.down
		}
		l.want(s, w.N)
		lacking = true
	}
	if lacking {
		return 0, l.round, nil
	}
	for i := range wants {
		l.spend(l.slice(key, &wants[i].Window), wants[i].N, now)
	}
	return -1, nil, nil
}

// spend takes from a slice, and asks for more before it is used up or its window has ended.
func (l *Ledger) spend(s *slice, n int64, now time.Time) {
	s.used += n
	s.last = now
	if s.free() < (s.size(l.o.SlicePercent)+1)/2 && !now.Before(s.full) {
		l.want(s, 0)
	}
	if end := s.window.End(); end.Sub(now) <= leadTime {
		next := policy.WindowAt(s.window.Limit, s.window.Size, end)
		if _, there := l.slices[slot{s.key, next.Limit, next.Start}]; !there {
			l.want(l.slice(s.key, &next), 0)
		}
	}
}

// Add implements policy.Bank. The database is told with the next round.
func (l *Ledger) Add(key string, want policy.Want) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, there := l.slices[slot{key, want.Window.Limit, want.Window.Start}]; want.N < 0 && !there {
		return
	}
	s := l.slice(key, &want.Window)
	s.used += want.N
	if s.free() < 0 {
		l.want(s, 0)
	}
}

func closed() error {
	return &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopDoor, Code: "quota_store_closed", Text: "the gateway is shutting down", Retry: true}
}
