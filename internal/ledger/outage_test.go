//go:build unix

package ledger

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/testkit/postgres"
)

// The database dies under load: calls are refused when the slices are used up, and go on when it is back.
func crash(t *testing.T, s *postgres.Server) {
	const size = 50_000
	dsn := database(t, s)
	var replicas []*Ledger
	var c *clock
	for range 3 {
		var l *Ledger
		l, c = newLedger(t, dsn, 2, Refuse)
		run(t, l)
		replicas = append(replicas, l)
	}
	var sum atomic.Int64
	var work sync.WaitGroup
	var refused sync.WaitGroup // until each has been refused once because the database is down
	refused.Add(len(replicas))
	half := make(chan struct{})
	var once sync.Once
	for _, l := range replicas {
		work.Go(func() {
			down := false
			for {
				short, err := l.Take(t.Context(), "rule:workload", tokens(c, size, 3))
				switch {
				case err != nil:
					if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Code != "quota_store_unreachable" || !e.Retry {
						t.Errorf("Take: %v", err)
						return
					}
					if !down {
						down = true
						refused.Done()
					}
				case short >= 0:
					if !down {
						t.Error("the quota was used up before the database was down")
						refused.Done()
					}
					return
				case sum.Add(3) > size/4:
					once.Do(func() { close(half) })
				}
			}
		})
	}
	<-half
	s.Down()
	refused.Wait()
	before := sum.Load()
	s.Up()
	work.Wait()
	if after := sum.Load(); after > size || after < size*3/4 || after == before {
		t.Errorf("%d of %d taken, %d when the database was down", after, size, before)
	}
}

// Neither errors nor the log hold the password, whatever is wrong with the connection.
func secret(t *testing.T, s *postgres.Server) {
	good := s.DSN("postgres")
	for name, c := range map[string]struct{ dsn, says string }{
		"wrong password": {strings.Replace(good, postgres.Password, "hunter2hunter2", 1), "28P01"},
		"no database":    {strings.Replace(good, "/postgres", "/missing", 1), "3D000"},
		"malformed":      {strings.Replace(good, "127.0.0.1", "127.0.0.1:x", 1), "is not understood"},
		"nobody there":   {"postgres://landbridge:" + postgres.Password + "@127.0.0.1:1/postgres", "refused"},
	} {
		l, clock := newLedger(t, c.dsn, 10, Refuse)
		var log strings.Builder
		l.o.Log = slog.New(slog.NewTextHandler(&log, nil))
		l.want(l.slice("rule:workload", &tokens(clock, 100, 1)[0].Window), 0)
		l.ask(t.Context(), nil)
		_, err := l.Take(t.Context(), "rule:workload", tokens(clock, 100, 1))
		if err == nil {
			t.Fatalf("%s: no error", name)
		}
		text := err.Error() + bridge.HintOf(err) + log.String()
		if !strings.Contains(text, c.says) || strings.Contains(text, postgres.Password) || strings.Contains(text, "hunter2") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// What was counted while the database was down is told when it is back; its address is read anew.
func back(t *testing.T, dsn string) {
	l, c := newLedger(t, nowhere, 10, Local)
	l.ask(t.Context(), nil)
	w := tokens(c, 100, 50)
	l.want(l.slice("rule:workload", &w[0].Window), 0)
	l.ask(t.Context(), nil)
	if !l.isDown() || !take(t, l, w) || take(t, l, tokens(c, 100, 51)) {
		t.Fatal("the quota is not counted alone")
	}
	if err := os.WriteFile(l.o.DSNFile, []byte(dsn), 0o600); err != nil {
		t.Fatal(err)
	}
	l.ask(t.Context(), nil)
	if n := taken(t, dsn); l.isDown() || n != 60 {
		t.Errorf("%d taken, want 50 and a slice; down: %t", n, l.isDown())
	}
}

// A table that somebody drops is made again.
func dropped(t *testing.T, dsn string) {
	l, c := newLedger(t, dsn, 10, Refuse)
	run(t, l)
	if !take(t, l, tokens(c, 100, 10)) {
		t.Fatal("refused")
	}
	query(t, dsn, `DROP TABLE landbridge.quota_windows`, nil)
	if !take(t, l, tokens(c, 100, 30)) {
		t.Error("refused")
	}
}

// A connection that breaks is made anew. What was being given back over it is lost, since it may have been counted.
func broken(t *testing.T, dsn string) {
	l, c := newLedger(t, dsn, 10, Refuse)
	w := tokens(c, 100, 1)[0].Window
	l.want(l.slice("rule:workload", &w), 0)
	l.ask(t.Context(), nil)
	query(t, dsn, fmt.Sprintf(`SELECT pg_terminate_backend(%d)`, l.conn.PgConn().PID()), new(bool))
	c.move(idleAfter)
	l.ask(t.Context(), l.look())
	if n := taken(t, dsn); l.isDown() || n != 10 {
		t.Errorf("%d taken, want 10 still; down: %t", n, l.isDown())
	}
}
