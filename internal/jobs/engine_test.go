//go:build unix

package jobs

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/testkit/postgres"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(child())
	}
	goleak.VerifyTestMain(m)
}

// at is a database for one test, that can be opened many times.
type at struct {
	dir string
	url string
}

func (a at) options() Options {
	o := Options{Dir: a.dir, Clock: time.Now, Log: slog.New(slog.DiscardHandler), Worker: "test", Key: key(1)}
	if a.url != "" {
		o.URL = bridge.NewSecret(a.url)
	}
	return o
}

func key(n byte) []byte {
	k := make([]byte, 32)
	k[0] = n
	return k
}

// onBoth runs a test on SQLite, and on PostgreSQL where it is installed.
func onBoth(t *testing.T, run func(t *testing.T, a at)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, at{dir: t.TempDir()})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		run(t, at{url: postgresDatabase(t)})
	})
}

func postgresDatabase(t testing.TB) string {
	t.Helper()
	s := postgres.Start(t)
	name := "jobs"
	conn, err := pgx.Connect(t.Context(), s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), `CREATE DATABASE `+name); err != nil {
		t.Fatal(err)
	}
	return s.DSN(name)
}

func open(t testing.TB, o Options) *Engine {
	t.Helper()
	e, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// work runs the engine until the returned function is called, or the test ends.
func work(t testing.TB, e *Engine) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := e.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

func await(t testing.TB, e *Engine, id string) Run {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var last Run
	for run, err := range e.Watch(ctx, id) {
		if err != nil {
			t.Fatalf("%v; last seen %+v", err, last)
		}
		last = run
	}
	return last
}

// kinds of a run that adds n pages, each with its number as result, and sums them up at its end.
func kinds(n int) map[string]Kind {
	return map[string]Kind{
		"plan": {Handle: func(ctx context.Context, j *Job) error { return plan(ctx, j, n) }},
		"copy": {Workers: 8, Handle: func(ctx context.Context, j *Job) error {
			return j.Tx(ctx, func(tx *Tx) error { return tx.Complete(j.Page.Body, Totals{Objects: 1, Bytes: 10}) })
		}},
		"finish": {Handle: finish},
	}
}

// plan adds pages in bulk, and goes on where an attempt before it was killed.
func plan(ctx context.Context, j *Job, n int) error {
	const bulk = 100
	cursor, err := j.Value(ctx, "cursor")
	if err != nil {
		return err
	}
	done := 0
	if cursor != nil {
		done = int(binary.BigEndian.Uint64(cursor))
	}
	for done < n {
		var pages []NewPage
		for ; done < n && len(pages) < bulk; done++ {
			pages = append(pages, NewPage{Kind: "copy", Body: fmt.Append(nil, "object ", done)})
		}
		err := j.Tx(ctx, func(tx *Tx) error {
			tx.Count(Totals{PlannedObjects: int64(len(pages)), PlannedBytes: 10 * int64(len(pages))})
			return errors.Join(tx.Add(pages...), tx.Put("cursor", binary.BigEndian.AppendUint64(nil, uint64(done))))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

type summary struct {
	Pages int
	Last  string
}

func finish(ctx context.Context, j *Job) error {
	var s summary
	for p, err := range j.Results(ctx) {
		if err != nil {
			return err
		}
		if p.Kind == "copy" {
			s.Pages, s.Last = s.Pages+1, string(p.Result)
		}
	}
	return j.Tx(ctx, func(tx *Tx) error { return errors.Join(tx.SetResult(s), tx.Complete(nil, Totals{})) })
}

var sync3 = NewRun{Act: "sync", Dataset: "images", Spec: map[string]int{"n": 3}, First: NewPage{Kind: "plan"}, Last: "finish"}

func TestRun(t *testing.T) {
	onBoth(t, func(t *testing.T, a at) {
		o := a.options()
		o.Kinds = kinds(1500)
		e := open(t, o)
		work(t, e)
		id, err := e.Start(t.Context(), sync3)
		if err != nil {
			t.Fatal(err)
		}
		run := await(t, e, id)
		if run.State != Done || run.Pages != (Pages{Added: 1502, Done: 1502}) || string(run.Result) != `{"Pages":1500,"Last":"object 1499"}` {
			t.Errorf("%+v %s", run, run.Result)
		}
		if want := (Totals{PlannedObjects: 1500, PlannedBytes: 15000, Objects: 1500, Bytes: 15000}); run.Totals != want {
			t.Errorf("%+v", run.Totals)
		}
		if run.Created.After(run.Started) || run.Started.After(run.Ended) || !strings.Contains(string(run.Spec), "3") {
			t.Errorf("%+v", run)
		}
	})
}
