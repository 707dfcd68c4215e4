// Package ledger shares quotas over replicas by PostgreSQL.
//
// What calls want of a quota enters, and is taken out of a slice that this replica has leased: of each window the database
// is asked once a slice, ahead of need and for many windows in one round trip, not once a call. It must never grant more of
// a window than its size over all replicas; what gets lost (a connection that breaks, a replica that is killed) is lost to
// the quota, never to the limit. It never logs or returns the connection string.
//
// It keeps the slices of windows that have not ended, by key, limit and start.
package ledger

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/policy"
)

// WhenDown says what happens while the database cannot be reached.
type WhenDown string

// What can happen. The empty one is Refuse.
const (
	Refuse WhenDown = "refuse" // calls are refused once the slice is used up
	Local  WhenDown = "local"  // each replica counts alone, against the whole limit; the database is told afterwards
)

// Options of a ledger.
type Options struct {
	// DSNFile holds the connection string, read each time a connection is made.
	DSNFile string
	// SlicePercent is the part of a window that is leased at once, 1 to 100.
	SlicePercent int
	WhenDown     WhenDown
	Clock        bridge.Clock
	Log          *slog.Logger // told when the database goes and when it comes back
}

// Ledger is a policy.Bank. Its Run must be running: without it nobody asks the database.
type Ledger struct {
	o    Options
	wake chan struct{} // holds one: something is due

	mu     sync.Mutex
	slices map[slot]*slice
	due    map[*slice]bool
	round  chan struct{} // closed when the round that is on, or the next, has ended
	down   *bridge.Error // why the last round failed, nil when it did not
	closed bool

	// Run's alone.
	conn    *pgx.Conn
	secret  string // the password of the connection, to be kept out of errors
	cleaned time.Time
}

var _ policy.Bank = (*Ledger)(nil)

// New makes a ledger. It connects nowhere: Run does.
func New(o Options) *Ledger {
	return &Ledger{o: o, wake: make(chan struct{}, 1), slices: map[slot]*slice{}, due: map[*slice]bool{}, round: make(chan struct{})}
}

// lookEvery is how often slices are looked over, and how often a database that is down is asked again.
const lookEvery = time.Second

// Run asks the database on behalf of all callers until ctx ends. Then it gives back what was leased and
// not used.
func (l *Ledger) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			l.finish(ctx)
			return nil
		case <-tick.C:
			returned := l.look()
			l.ask(ctx, returned)
			l.clean(ctx)
		case <-l.wake:
			if !l.isDown() { // else the next tick
				l.ask(ctx, nil)
			}
		}
	}
}

// finish ends all waiting and gives back what is left.
func (l *Ledger) finish(ctx context.Context) {
	l.mu.Lock()
	l.closed = true
	clear(l.due)
	left := l.level(func(*slice) bool { return true })
	l.mu.Unlock()
	if len(left) > 0 && !l.isDown() {
		l.ask(ctx, left)
	}
	l.endRound()
	l.disconnect(ctx)
}

func (l *Ledger) isDown() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.down != nil
}

// endRound wakes those who wait.
func (l *Ledger) endRound() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.round)
	l.round = make(chan struct{})
}
