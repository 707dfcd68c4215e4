//go:build unix

package jobs

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
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
	flag.Parse()
	if !raceDetector {
		_ = flag.Set("test.parallel", "8") // they wait more than they work
	}
	goleak.VerifyTestMain(m)
}

// at is a database for one test, that can be opened many times.
type at struct {
	dir string
	url string
}

func (a at) options() Options {
	o := Options{Dir: a.dir, Clock: time.Now, Log: slog.New(slog.DiscardHandler), Worker: fmt.Sprint("test/", os.Getpid()), Key: key(1), FetchCooldown: 2 * time.Millisecond}
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

// suite is what must hold on both databases.
func suite() map[string]func(*testing.T, at) {
	return map[string]func(*testing.T, at){
		"run":           wholeRun,
		"second":        secondRefused,
		"failures":      failures,
		"retry":         retryFailed,
		"panic":         panics,
		"timeout":       timesOut,
		"cancel":        cancelFromElsewhere,
		"cancel queued": cancelQueued,
		"pause":         pauseAndResume,
		"parallel":      parallel,
		"progress":      progress,
		"stop":          stopGivesBack,
		"taken over":    takenOver,
		"last together": lastTogether,
		"secrets":       secrets,
		"schedules":     schedules,
		"history":       history,
		"openers":       openers,
		"newer":         newer,
		"killed":        killed,
		"kinds":         sharedKinds,
		"one changes":   oneChanges,
		"waits":         retriedAndScheduled,
		"ends told":     endsTold,
		"told later":    toldLater,
		"remembers":     remembers,
		"older":         older,
	}
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	for name, test := range suite() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, at{dir: t.TempDir()})
		})
	}
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	s := postgres.Start(t)
	t.Run("three workers", func(t *testing.T) {
		t.Parallel()
		threeWorkers(t, at{url: newDatabase(t, s)})
	})
	for name, test := range suite() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, at{url: newDatabase(t, s)})
		})
	}
}

// newDatabase makes an empty one.
func newDatabase(t testing.TB, s *postgres.Server) string {
	t.Helper()
	name := strings.ToLower(strings.NewReplacer("/", "_", "#", "_").Replace(t.Name()))
	conn, err := pgx.Connect(t.Context(), s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), `CREATE DATABASE `+pgx.Identifier{name}.Sanitize()); err != nil {
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
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
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

var images = NewRun{Act: "sync", Dataset: "images", Spec: map[string]int{"n": 3}, First: NewPage{Kind: "plan"}, Last: "finish"}

// A run is planned in bulk, shared, summed up and counted.
func wholeRun(t *testing.T, a at) {
	o := a.options()
	o.Kinds = kinds(250)
	e := open(t, o)
	work(t, e)
	id := start(t, e, images)
	run := await(t, e, id)
	if run.State != Done || run.Pages != (Pages{Added: 252, Done: 252}) || string(run.Result) != `{"Pages":250,"Last":"object 249"}` {
		t.Errorf("%+v %s", run, run.Result)
	}
	if want := (Totals{PlannedObjects: 250, PlannedBytes: 2500, Objects: 250, Bytes: 2500}); run.Totals != want {
		t.Errorf("%+v", run.Totals)
	}
	if run.Created.After(run.Started) || run.Started.After(run.Ended) || string(run.Spec) != `{"n":3}` {
		t.Errorf("%+v", run)
	}
	consistent(t, e, id)
}

func start(t testing.TB, e *Engine, n NewRun) string {
	t.Helper()
	id, err := e.Start(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// consistent compares the counts of a run with its pages.
func consistent(t testing.TB, e *Engine, id string) {
	t.Helper()
	run, err := e.Show(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var counted Pages
	var sum Totals
	for p, err := range e.Pages(t.Context(), id) {
		if err != nil {
			t.Fatal(err)
		}
		counted.Added++
		switch p.State {
		case Done:
			counted.Done++
			sum.Add(p.Totals)
		case Failed:
			counted.Failed++
		case Queued, Running:
			counted.Open++
		}
	}
	if counted != run.Pages {
		t.Errorf("the run counts %+v, there are %+v", run.Pages, counted)
	}
	if run.State.Ended() && (sum.Objects != run.Totals.Objects || sum.Bytes != run.Totals.Bytes) {
		t.Errorf("the run counts %+v, its pages %+v", run.Totals, sum)
	}
}

// eventually waits until something holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// refused checks code and text of an error.
func refused(t testing.TB, err error, code, text string) {
	t.Helper()
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok || e.Code != code || !strings.Contains(e.Text, text) {
		t.Errorf("%v; want %s: %s", err, code, text)
	}
}
