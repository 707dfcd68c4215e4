package vertex

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/landbridge/landbridge/internal/prompt"
)

const (
	// pauseOf a location that did not say when to come back, and the longest that one may ask for.
	pauseOf   = 5 * time.Second
	pauseMost = time.Minute
	// circuitsMost bounds what is remembered; circuits that have had their time go first.
	circuitsMost = 1024
)

// circuit is what has one quota.
type circuit struct{ project, location, model string }

func circuitOf(c *prompt.Call, location string) circuit {
	t := &c.Target
	return circuit{t.Project, location, t.Publisher + "/" + t.Model + t.Endpoint + t.Collection}
}

// circuits remember which location is out of quota, until when. A circuit whose time has come is half open: one call goes
// through it, the others keep away until that one is answered, or for another pause.
type circuits struct {
	some  atomic.Bool // spares a call the lock while nothing is open
	mu    sync.Mutex
	until map[circuit]time.Time
}

// allow says whether a call may go through a circuit.
func (s *circuits) allow(c circuit, now time.Time) bool {
	if !s.some.Load() {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	until, open := s.until[c]
	switch {
	case !open:
		return true
	case now.Before(until):
		return false
	}
	s.until[c] = now.Add(pauseOf) // this call finds out for the others
	return true
}

// open keeps calls away for as long as the location asked, or some seconds.
func (s *circuits) open(c circuit, now time.Time, asked time.Duration) {
	if asked <= 0 {
		asked = pauseOf
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until == nil {
		s.until = map[circuit]time.Time{}
	}
	if len(s.until) >= circuitsMost {
		maps.DeleteFunc(s.until, func(_ circuit, until time.Time) bool { return now.After(until) })
	}
	if len(s.until) < circuitsMost {
		s.until[c] = now.Add(min(asked, pauseMost))
	}
	s.some.Store(true)
}

// close forgets a circuit: its location answers again.
func (s *circuits) close(c circuit) {
	if !s.some.Load() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.until, c)
	s.some.Store(len(s.until) > 0)
}
