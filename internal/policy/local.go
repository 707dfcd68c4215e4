package policy

import (
	"context"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Local is a Bank in this process's memory. It keeps an account for each key until every window of it has ended.
type Local struct {
	clock bridge.Clock

	mu       sync.Mutex
	accounts map[string]*account
	swept    int64 // the minute, in Unix seconds, of the last sweep
}

// account is what one key has used of the latest window of each limit.
type account [limitCount]struct{ start, used int64 }

// NewLocal makes an empty bank.
func NewLocal(clock bridge.Clock) *Local {
	return &Local{clock: clock, accounts: map[string]*account{}}
}

// Take implements Bank. It never fails.
func (l *Local) Take(_ context.Context, key string, wants []Want) (short int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.account(key)
	for i := range wants {
		w := &wants[i].Window
		if used := a.used(w); *used > w.Size-wants[i].N {
			return i, nil
		}
	}
	for i := range wants {
		*a.used(&wants[i].Window) += wants[i].N
	}
	return -1, nil
}

// Add implements Bank.
func (l *Local) Add(key string, want Want) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.account(key)
	if want.N < 0 && a[want.Window.Limit].start != want.Window.Start {
		return
	}
	*a.used(&want.Window) += want.N
}

// used is the counter of a window. One that has ended, as a slow goroutine may still ask for, is counted in the one that
// followed.
func (a *account) used(w *Window) *int64 {
	c := &a[w.Limit]
	if c.start < w.Start {
		c.start, c.used = w.Start, 0
	}
	return &c.used
}

func (l *Local) account(key string) *account {
	l.sweep()
	a := l.accounts[key]
	if a == nil {
		a = new(account)
		l.accounts[key] = a
	}
	return a
}

// sweep forgets, once a minute, the accounts of which every window has ended.
func (l *Local) sweep() {
	now := l.clock().Unix()
	if now < l.swept+60 {
		return
	}
	l.swept = now - now%60
	for key, a := range l.accounts {
		if a.ended(now) {
			delete(l.accounts, key)
		}
	}
}

func (a *account) ended(now int64) bool {
	for i := range a {
		if c := &a[i]; c.start > 0 && now < c.start+int64(Limit(i).Period().Seconds()) {
			return false
		}
	}
	return true
}
