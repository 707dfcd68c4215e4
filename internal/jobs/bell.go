package jobs

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// bell is rung after each transaction of this process, for those who wait for a change and otherwise look from time to time.
type bell struct {
	mu   sync.Mutex
	next chan struct{} // closed by the next ring; nil when nobody waits
}

// rung is closed at the next ring.
func (b *bell) rung() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}

// sqliteDriver is River's, which looks for notifications every 50 ms, as SQLite sends none. Those of this process it need not wait for.
type sqliteDriver struct {
	*riversqlite.Driver
	bell *bell
}

var _ riverdriver.Driver[*sql.Tx] = sqliteDriver{}

// GetListener implements riverdriver.Driver.
func (d sqliteDriver) GetListener(p *riverdriver.GetListenenerParams) riverdriver.Listener {
	return &listener{d.Driver.GetListener(p), d.bell}
}

type listener struct {
	riverdriver.Listener
	bell *bell
}

// WaitForNotification implements riverdriver.Listener. River's own looks first and waits then; a ring ends the wait, and it looks again.
func (l *listener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	for {
		n, rung, err := l.wait(ctx)
		if err == nil || !rung || ctx.Err() != nil {
			return n, err
		}
	}
}

func (l *listener) wait(ctx context.Context) (n *riverdriver.Notification, rung bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ring := l.bell.rung()
	go func() {
		select {
		case <-ring:
			cancel(errRung)
		case <-ctx.Done():
		}
	}()
	n, err = l.Listener.WaitForNotification(ctx)
	return n, errors.Is(context.Cause(ctx), errRung), err
}

var errRung = errors.New("there is something new")
