package ledger

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/landbridge/landbridge/internal/policy"
)

// roundTimeout bounds one round, with a new connection where one is needed.
const roundTimeout = 3 * time.Second

// entry is what one round tells the database of one window, and what it asks.
type entry struct {
	slice  *slice // nil when nothing is asked
	key    string
	window policy.Window
	delta  int64 // used beyond what was granted; less than 0 is given back
	want   int64
	got    int64
}

// ask makes one round trip with all that is due, and with what is given back. With nothing of either it asks only whether
// a database that was down is back.
func (l *Ledger) ask(ctx context.Context, returned []entry) {
	entries := append(l.collect(), returned...)
	if len(entries) == 0 && !l.isDown() {
		l.endRound() // for who waits for a window that has ended
		return
	}
	// The same order everywhere: two replicas that lock the same rows do not wait for each other.
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.window.Limit, b.window.Limit), cmp.Compare(a.window.Start, b.window.Start))
	})
	err := l.exchange(ctx, entries)
	l.settle(ctx, entries, err)
	l.endRound()
}

// collect takes what is due.
func (l *Ledger) collect() []entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]entry, 0, len(l.due))
	for s := range l.due {
		e := entry{slice: s, key: s.key, window: s.window, delta: max(-s.free(), 0)}
		e.want = max(s.need, s.size(l.o.SlicePercent)) - max(s.free(), 0)
		if e.want <= 0 && e.delta == 0 {
			delete(l.due, s)
			continue
		}
		e.want = max(e.want, 0)
		out = append(out, e)
	}
	return out
}

// settle writes the answers into the slices. After a failure what was asked stays due; what may have been granted or given
// back without our knowing is lost.
func (l *Ledger) settle(ctx context.Context, entries []entry, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.down
	if err != nil {
		l.down = unreachable(err)
		if was == nil {
			l.o.Log.WarnContext(ctx, "the quota database cannot be reached", slog.String("error", err.Error()), slog.String("when_down", string(cmp.Or(l.o.WhenDown, Refuse))))
		}
		return
	}
	l.down = nil
	if was != nil {
		l.o.Log.InfoContext(ctx, "the quota database is back")
	}
	now := l.o.Clock()
	for i := range entries {
		e := &entries[i]
		if e.slice == nil {
			continue
		}
		delete(l.due, e.slice)
		e.slice.granted += e.delta + e.got
		e.slice.need = 0
		if e.got < e.want {
			e.slice.full = now.Add(fullFor)
		}
	}
}

// exchange is the round trip. A connection that has broken since it was last used is made anew once. The end of Run does
// not cut it: what is granted shall be known.
func (l *Ledger) exchange(ctx context.Context, entries []entry) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), roundTimeout)
	defer cancel()
	used := l.conn != nil
	err := l.send(ctx, entries)
	if err != nil && used && ctx.Err() == nil {
		for i := range entries { // it may have been counted: nothing is given back twice
			entries[i].delta = max(entries[i].delta, 0)
		}
		err = l.send(ctx, entries)
	}
	return err
}

func (l *Ledger) send(ctx context.Context, entries []entry) error {
	if err := l.connect(ctx); err != nil {
		return err
	}
	batch := &pgx.Batch{}
	for i := range entries {
		e := &entries[i]
		batch.Queue(grantSQL, e.key, e.window.Limit.String(), time.Unix(e.window.Start, 0), e.window.End(), e.delta, e.want, e.window.Size).
			QueryRow(func(row pgx.Row) error { return row.Scan(&e.got) })
	}
	if err := l.conn.SendBatch(ctx, batch).Close(); err != nil {
		err = l.plain(err)
		l.disconnect(ctx) // whatever state it was in
		return err
	}
	return nil
}
