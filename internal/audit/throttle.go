package audit

import (
	"sync"
	"time"
)

// refusalsPerSecond is how many refusals of unknown callers are recorded one by one.
const refusalsPerSecond = 50

// Throttle keeps a flood of refusals from filling the disk: those beyond 50 in a second are counted, and not lost. The zero
// value is ready; it may be used from many goroutines.
type Throttle struct {
	mu     sync.Mutex
	second int64
	passed int
	unsaid int
}

// Admit says whether a refusal is to be recorded on its own, and then how many before it were not.
func (t *Throttle) Admit(now time.Time) (pass bool, unsaid int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if second := now.Unix(); second != t.second {
		t.second, t.passed = second, 0
	}
	if t.passed >= refusalsPerSecond {
		t.unsaid++
		return false, 0
	}
	t.passed++
	unsaid, t.unsaid = t.unsaid, 0
	return true, unsaid
}

// Rest takes what was counted and not told.
func (t *Throttle) Rest() (unsaid int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	unsaid, t.unsaid = t.unsaid, 0
	return unsaid
}
