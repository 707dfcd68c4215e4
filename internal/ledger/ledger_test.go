//go:build unix

package ledger

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/policy"
	"github.com/landbridge/landbridge/testkit/postgres"
)

// noon is the time of the tests: windows end when they say so.
var noon = time.Date(2026, 11, 23, 12, 0, 30, 0, time.UTC)

// clock stands still until it is moved.
type clock struct{ seconds atomic.Int64 }

func (c *clock) now() time.Time       { return noon.Add(time.Duration(c.seconds.Load()) * time.Second) }
func (c *clock) move(d time.Duration) { c.seconds.Add(int64(d / time.Second)) }

// newLedger is one replica that nobody runs.
func newLedger(t *testing.T, dsn string, percent int, when WhenDown) (*Ledger, *clock) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "dsn")
	if err := os.WriteFile(file, []byte(dsn+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &clock{}
	l := New(Options{DSNFile: file, SlicePercent: percent, WhenDown: when, Clock: c.now, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { l.disconnect(context.Background()) })
	return l, c
}

// run runs a replica until the returned function is called, or the test ends.
func run(t *testing.T, l *Ledger) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := l.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

func tokens(l *clock, size, n int64) []policy.Want {
	return []policy.Want{{Window: policy.WindowAt(policy.TokensPerMinute, size, l.now()), N: n}}
}

func take(t *testing.T, l *Ledger, wants []policy.Want) bool {
	t.Helper()
	short, err := l.Take(t.Context(), "rule:workload", wants)
	if err != nil {
		t.Fatal(err)
	}
	return short < 0
}

// database makes an empty one.
func database(t *testing.T, s *postgres.Server) string {
	t.Helper()
	name := strings.ToLower(strings.NewReplacer("/", "_", "#", "_").Replace(t.Name()))
	query(t, s.DSN("postgres"), `CREATE DATABASE `+pgx.Identifier{name}.Sanitize(), nil)
	return s.DSN(name)
}

// query runs one statement, and reads its one value into a destination.
func query(t *testing.T, dsn, sql string, into any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if into == nil {
		_, err = conn.Exec(t.Context(), sql)
	} else {
		err = conn.QueryRow(t.Context(), sql).Scan(into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func taken(t *testing.T, dsn string) (n int64) {
	t.Helper()
	query(t, dsn, `SELECT coalesce(sum(taken), 0)::bigint FROM landbridge.quota_windows`, &n)
	return n
}

func TestLedger(t *testing.T) {
	t.Parallel()
	s := postgres.Start(t)
	t.Run("crash", func(t *testing.T) { crash(t, s) }) // alone, since all share the server
	t.Run("together", func(t *testing.T) {
		t.Parallel()
		together(t, s)
	})
	t.Run("table", func(t *testing.T) {
		t.Parallel()
		table(t, database(t, s))
	})
	t.Run("slices", func(t *testing.T) {
		t.Parallel()
		account(t, database(t, s))
	})
	t.Run("debt", func(t *testing.T) {
		t.Parallel()
		debt(t, database(t, s))
	})
	t.Run("idle", func(t *testing.T) {
		t.Parallel()
		idle(t, database(t, s))
	})
	t.Run("next window", func(t *testing.T) {
		t.Parallel()
		nextWindow(t, s.DSN("postgres"))
	})
	t.Run("ahead", func(t *testing.T) {
		t.Parallel()
		ahead(t, database(t, s))
	})
	t.Run("back", func(t *testing.T) {
		t.Parallel()
		back(t, database(t, s))
	})
	t.Run("dropped", func(t *testing.T) {
		t.Parallel()
		dropped(t, database(t, s))
	})
	t.Run("broken", func(t *testing.T) {
		t.Parallel()
		broken(t, database(t, s))
	})
	t.Run("clean", func(t *testing.T) {
		t.Parallel()
		cleaned(t, database(t, s))
	})
	t.Run("secret", func(t *testing.T) {
		t.Parallel()
		secret(t, s)
	})
}

// hammer takes from several goroutines until there is no room, and returns what was taken, in how many calls.
func hammer(t *testing.T, replicas []*Ledger, c *clock, size int64) (sum, calls int64) {
	t.Helper()
	var all, count atomic.Int64
	var work sync.WaitGroup
	for i, l := range replicas {
		for g := range 4 {
			work.Go(func() {
				for n := int64(i + g); ; n++ {
					want := tokens(c, size, 1+n%7)
					short, err := l.Take(t.Context(), "rule:workload", want)
					if err != nil {
						t.Errorf("Take: %v", err)
						return
					}
					if short >= 0 {
						return
					}
					all.Add(want[0].N)
					count.Add(1)
				}
			})
		}
	}
	work.Wait()
	return all.Load(), count.Load()
}

// Eight replicas never take more than there is, nearly all of it, and ask the database seldom.
func together(t *testing.T, s *postgres.Server) {
	const size = 100_000
	dsn := database(t, s)
	var replicas []*Ledger
	var c *clock
	for range 8 {
		var l *Ledger
		l, c = newLedger(t, dsn, 2, Refuse)
		run(t, l)
		replicas = append(replicas, l)
	}
	sum, calls := hammer(t, replicas, c, size)
	if sum > size || sum < size*99/100 {
		t.Errorf("%d of %d taken", sum, size)
	}
	asked := s.Logged("rule:workload") // each statement is logged with its parameters, by all subtests together
	if calls < size/5 || int64(asked) > calls/20 {
		t.Errorf("%d statements for %d calls", asked, calls)
	}
	if n := taken(t, dsn); n != size {
		t.Errorf("the database says %d", n)
	}
	t.Logf("%d tokens in %d calls by 8 replicas: %d statements", sum, calls, asked)
}

// Replicas that start at once make the table once.
func table(t *testing.T, dsn string) {
	var work sync.WaitGroup
	for range 8 {
		l, c := newLedger(t, dsn, 1, Refuse)
		run(t, l)
		work.Go(func() {
			if short, err := l.Take(t.Context(), "rule:workload", tokens(c, 100, 1)); short >= 0 || err != nil {
				t.Errorf("%d, %v", short, err)
			}
		})
	}
	work.Wait()
	if n := taken(t, dsn); n < 8 || n > 16 { // each has one, and one in advance
		t.Errorf("%d taken", n)
	}
}

// A slice is leased when it is needed and topped up before it is used up; what is left goes back at the end.
func account(t *testing.T, dsn string) {
	l, c := newLedger(t, dsn, 10, Refuse)
	stop := run(t, l)
	if !take(t, l, tokens(c, 100, 3)) {
		t.Fatal("refused")
	}
	if n := taken(t, dsn); n != 10 {
		t.Errorf("%d leased for the first call, want a slice of 10", n)
	}
	if !take(t, l, tokens(c, 100, 25)) { // more than a slice
		t.Fatal("refused")
	}
	if take(t, l, tokens(c, 100, 80)) {
		t.Fatal("more than there is was taken")
	}
	if !take(t, l, tokens(c, 100, 72)) {
		t.Error("the last of it was refused")
	}
	if take(t, l, tokens(c, 100, 1)) {
		t.Error("one more was taken")
	}
	l.Add("rule:workload", policy.Want{Window: tokens(c, 100, 1)[0].Window, N: -60})
	stop()
	if n := taken(t, dsn); n != 40 {
		t.Errorf("%d taken at the end, 40 were used", n)
	}
	if _, err := l.Take(t.Context(), "rule:workload", tokens(c, 100, 70)); bridge.KindOf(err) != bridge.Unreachable {
		t.Errorf("after the end: %v", err)
	}
}

// What one replica has used too much, the others miss.
func debt(t *testing.T, dsn string) {
	one, c := newLedger(t, dsn, 10, Refuse)
	two, _ := newLedger(t, dsn, 10, Refuse)
	run(t, two)
	stop := run(t, one)
	if !take(t, one, tokens(c, 100, 5)) {
		t.Fatal("refused")
	}
	one.Add("rule:workload", policy.Want{Window: tokens(c, 100, 1)[0].Window, N: 85})
	stop()
	if n := taken(t, dsn); n != 90 {
		t.Errorf("%d taken, want 90", n)
	}
	if take(t, two, tokens(c, 100, 11)) || !take(t, two, tokens(c, 100, 10)) {
		t.Error("the other replica did not see what is left")
	}
}

// More is asked for while half a slice is left, so that no call waits.
func ahead(t *testing.T, dsn string) {
	l, c := newLedger(t, dsn, 10, Refuse)
	l.want(l.slice("rule:workload", &tokens(c, 100, 1)[0].Window), 0)
	l.ask(t.Context(), nil)
	for range 90 {
		if short, wait, err := l.try("rule:workload", tokens(c, 100, 1)); short >= 0 || wait != nil || err != nil {
			t.Fatalf("%d, waits: %t, %v", short, wait != nil, err)
		}
		if len(l.wake) > 0 {
			<-l.wake
			l.ask(t.Context(), nil)
		}
	}
	if n := taken(t, dsn); n < 90 || n > 100 {
		t.Errorf("%d taken", n)
	}
}

// A slice that nobody uses comes back while its window is on.
func idle(t *testing.T, dsn string) {
	l, c := newLedger(t, dsn, 20, Refuse)
	stop := run(t, l)
	if !take(t, l, tokens(c, 100, 3)) {
		t.Fatal("refused")
	}
	stop()
	if n := taken(t, dsn); n != 3 {
		t.Errorf("%d after the end, want 3", n)
	}
	again, c := newLedger(t, dsn, 20, Refuse)
	again.want(again.slice("rule:workload", &tokens(c, 100, 1)[0].Window), 0)
	again.ask(t.Context(), nil)
	if n := taken(t, dsn); n != 23 {
		t.Errorf("%d with a slice leased, want 23", n)
	}
	again.ask(t.Context(), again.look())
	if n := taken(t, dsn); n != 23 {
		t.Errorf("%d at once, want 23 still", n)
	}
	c.move(idleAfter)
	again.ask(t.Context(), again.look())
	if n := taken(t, dsn); n != 3 {
		t.Errorf("%d after the slice lay idle, want 3", n)
	}
}

// The slice of the next window is there before it begins, so that nobody waits at the turn of the minute.
func nextWindow(t *testing.T, dsn string) {
	l, c := newLedger(t, dsn, 10, Refuse)
	c.move(25 * time.Second)
	stop := run(t, l)
	if !take(t, l, tokens(c, 100, 1)) {
		t.Fatal("refused")
	}
	stop()
	l, c = newLedger(t, dsn, 10, Refuse)
	c.move(25 * time.Second)
	w := tokens(c, 100, 1)[0].Window
	l.want(l.slice("rule:workload", &w), 0)
	l.ask(t.Context(), nil)
	if !take(t, l, tokens(c, 100, 1)) {
		t.Fatal("refused")
	}
	l.ask(t.Context(), nil)
	c.move(5 * time.Second)
	l.look()
	if short, wait, err := l.try("rule:workload", tokens(c, 100, 1)); short >= 0 || wait != nil || err != nil {
		t.Errorf("the first call of the minute: %d, waits: %t, %v", short, wait != nil, err)
	}
	if len(l.slices) != 1 {
		t.Errorf("%d slices are kept", len(l.slices))
	}
}

// Windows that ended long ago leave the table.
func cleaned(t *testing.T, dsn string) {
	l, c := newLedger(t, dsn, 10, Refuse)
	l.want(l.slice("rule:workload", &tokens(c, 100, 1)[0].Window), 0)
	l.ask(t.Context(), nil)
	c.move(keepFor)
	l.clean(t.Context())
	if n := taken(t, dsn); n != 10 {
		t.Errorf("%d: a window was deleted too early", n)
	}
	c.move(cleanEvery)
	l.clean(t.Context())
	if n := taken(t, dsn); n != 0 {
		t.Errorf("%d: an old window was kept", n)
	}
}
