package ledger

import (
	"time"

	"github.com/landbridge/landbridge/internal/policy"
)

const (
	// idleAfter is how long a slice may lie unused before other replicas get it.
	idleAfter = 10 * time.Second
	// leadTime is how long before the end of a window the next one's slice is leased.
	leadTime = 6 * time.Second
	// fullFor is how long a window without room is not asked about again.
	fullFor = time.Second
)

// slot is one window of one key.
type slot struct {
	key   string
	limit policy.Limit
	start int64
}

// slice is what this replica has leased of a window.
type slice struct {
	key     string
	window  policy.Window
	granted int64
	used    int64     // more than granted is debt: the database does not know of it yet
	need    int64     // the most that one waiting call lacks
	full    time.Time // until then the window has no room
	last    time.Time // when something was taken
}

func (s *slice) free() int64 { return s.granted - s.used }

// size is how much is leased at once.
func (s *slice) size(percent int) int64 { return max(s.window.Size*int64(percent)/100, 1) }

// slice finds or makes the slice of a window. The caller holds the lock.
func (l *Ledger) slice(key string, w *policy.Window) *slice {
	at := slot{key, w.Limit, w.Start}
	s := l.slices[at]
	if s == nil {
		s = &slice{key: key, last: l.o.Clock()}
		l.slices[at] = s
	}
	s.window = *w // its size may have been changed by a reload
	return s
}

// want marks a slice as due and wakes Run. The caller holds the lock.
func (l *Ledger) want(s *slice, need int64) {
	s.need = max(s.need, need)
	if l.closed || l.due[s] {
		return
	}
	l.due[s] = true
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// look forgets what has ended, wants what is owed, and takes back what lies idle, to be returned.
func (l *Ledger) look() []entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.o.Clock()
	for at, s := range l.slices {
		switch {
		case !now.Before(s.window.End()):
			delete(l.slices, at)
			delete(l.due, s)
		case s.free() < 0:
			l.want(s, 0)
		}
	}
	return l.level(func(s *slice) bool { return !l.due[s] && now.Sub(s.last) >= idleAfter && now.Unix() >= s.window.Start })
}

// level makes the grants of some slices what was used of them: what is free is given back, what is owed is told. The caller
// holds the lock, and tells the database or loses it.
func (l *Ledger) level(of func(*slice) bool) []entry {
	var out []entry
	for _, s := range l.slices {
		if n := s.free(); n != 0 && of(s) {
			s.granted -= n
			out = append(out, entry{key: s.key, window: s.window, delta: -n})
		}
	}
	return out
}
