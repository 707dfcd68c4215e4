package gateway

import (
	"sync"
	"time"
)

// refusalsPerSecond is how many refusals of unknown callers are recorded one by one: a flood of them must not fill the
// disk. Those beyond are counted, and the next record says how many.
const refusalsPerSecond = 50

type throttle struct {
	mu     sync.Mutex
	second int64
	passed int
	unsaid int
}

func (t *throttle) admit(now time.Time) (pass bool, unsaid int) {
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

// rest takes what was counted and not told.
func (t *throttle) rest() (unsaid int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	unsaid, t.unsaid = t.unsaid, 0
	return unsaid
}
