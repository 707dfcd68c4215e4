//go:build unix

package jobs

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/landbridge/landbridge/testkit/postgres"
)

// Workers are killed at random moments, again and again: every page is done, and counted once.
func killed(t *testing.T, a at) {
	const n = 150
	o := order{Pages: n, Slow: 5 * time.Millisecond}
	e := open(t, a.options())
	id := start(t, e, images)
	kills := 0
	for ; kills < 6; kills++ {
		c := startChild(t, a, o)
		c.says(t, "open")
		time.Sleep(time.Duration(rand.IntN(150)) * time.Millisecond)
		c.kill()
		if run, err := e.Show(t.Context(), id); err != nil {
			t.Fatal(err)
		} else if run.State.Ended() {
			break
		}
		consistent(t, e, id)
	}
	last := startChild(t, a, o)
	all(t, e, id, n)
	last.end(syscall.SIGINT) // and it leaves in peace
	t.Logf("killed %d times", kills)
}

// all waits for a run of n pages and checks every result.
func all(t *testing.T, e *Engine, id string, n int) {
	t.Helper()
	run := await(t, e, id)
	if run.State != Done || run.Pages != (Pages{Added: int64(n) + 2, Done: int64(n) + 2}) {
		t.Errorf("%+v", run)
	}
	if want := (Totals{PlannedObjects: int64(n), PlannedBytes: int64(n) * 10, Objects: int64(n), Bytes: int64(n) * 10}); run.Totals != want {
		t.Errorf("counted %+v", run.Totals)
	}
	if want := fmt.Sprintf(`{"Pages":%d,"Last":"object %d"}`, n, n-1); string(run.Result) != want {
		t.Errorf("result %s, want %s", run.Result, want)
	}
	for p, err := range e.Pages(t.Context(), id) {
		if err != nil {
			t.Fatal(err)
		}
		if want := "object " + strconv.FormatInt(p.Number-2, 10); p.Kind == "copy" && string(p.Result) != want {
			t.Errorf("page %d has result %q", p.Number, p.Result)
		}
	}
	consistent(t, e, id)
}

// Three processes share a run on PostgreSQL, and one is killed with pages in its hands.
func threeWorkers(t *testing.T, a at) {
	const n = 300
	e := open(t, a.options())
	id := start(t, e, images)
	var workers [3]*process
	for i := range workers {
		workers[i] = startChild(t, a, order{Pages: n, Slow: 10 * time.Millisecond})
	}
	for _, w := range workers {
		for range 10 {
			w.says(t, "begun")
		}
	}
	workers[0].kill()
	killedAt := time.Now()
	all(t, e, id, n)
	who := map[string]int{}
	again := 0
	for p := range e.Pages(t.Context(), id) {
		if p.Kind == "copy" {
			who[p.Worker]++
		}
		if p.Attempts > 1 {
			again++
		}
	}
	if len(who) != 3 || again == 0 {
		t.Errorf("done by %v, %d begun again", who, again)
	}
	t.Logf("done %v after the kill; by worker %v; %d pages begun again", time.Since(killedAt).Round(time.Millisecond), who, again)
}

// One process works in a directory. Others may look, start and cancel meanwhile, and take over when it is dead.
func TestOwner(t *testing.T) {
	t.Parallel()
	a := at{dir: t.TempDir()}
	c := startChild(t, a, order{Hang: true})
	o := a.options()
	o.Kinds = kinds(1)
	e := open(t, o)
	id := start(t, e, one("copy"))
	c.says(t, "begun 1")
	pid := strconv.Itoa(c.cmd.Process.Pid)
	refused(t, e.Run(t.Context()), CodeOwned, "process "+pid+" already works on the jobs in "+a.dir)
	if runs, err := e.List(t.Context(), Query{States: []State{Running}}); err != nil || len(runs) != 1 {
		t.Errorf("%v %v", runs, err)
	}
	c.kill()
	began := time.Now()
	work(t, e)
	if run := await(t, e, id); run.State != Done {
		t.Errorf("%+v", run)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("taken over after %v", took)
	}
}

// Processes that open a database at the same time make its tables once.
func openers(t *testing.T, a at) {
	var work sync.WaitGroup
	for range 6 {
		work.Go(func() {
			e, err := Open(t.Context(), a.options())
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = e.Close() }()
			if _, err := e.List(t.Context(), Query{}); err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
}

// The tables of a newer program are left alone.
func newer(t *testing.T, a at) {
	e := open(t, a.options())
	err := e.db.write(t.Context(), func(tx transaction) error {
		_, err := tx.exec(t.Context(), `UPDATE schema_version SET version = $1`, int64(version+1))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), a.options())
	refused(t, err, CodeNewer, fmt.Sprintf("the job database has version %d, and this program knows versions up to %d", version+1, version))
}

// What a server refuses is told in words, and never with the password.
func TestServerRefuses(t *testing.T) {
	t.Parallel()
	s := postgres.Start(t)
	good := newDatabase(t, s)
	conn, err := pgx.Connect(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), `CREATE ROLE visitor LOGIN PASSWORD '`+postgres.Password+`'`); err != nil {
		t.Fatal(err)
	}
	for text, url := range map[string]string{
		"the job database refuses the user or its password": strings.Replace(good, postgres.Password, "hunter2", 1),
		"there is no such job database":                     s.DSN("missing"),
		"the role may not make or use the tables":           strings.Replace(good, "landbridge:", "visitor:", 1),
	} {
		_, err := Open(t.Context(), at{url: url}.options())
		refused(t, err, CodeDatabase, text)
		if said := fmt.Sprint(err); strings.Contains(said, postgres.Password) || strings.Contains(said, "hunter2") || !strings.Contains(said, "SQLSTATE") {
			t.Error(said)
		}
	}
}

// What SQLite says of its file is told in words.
func TestBrokenFile(t *testing.T) {
	t.Parallel()
	a := at{dir: t.TempDir()}
	writeFile(t, a.dir+"/"+fileName, strings.Repeat("no database ", 1000))
	_, err := Open(t.Context(), a.options())
	refused(t, err, CodeDatabase, "the job database is damaged")
}

// The database dies while pages are worked on. When it is back they are done, and counted once.
func TestOutage(t *testing.T) {
	t.Parallel()
	s := postgres.Start(t)
	a := at{url: newDatabase(t, s)}
	o := a.options()
	o.RescueAfter = time.Second
	o.Kinds = kinds(200)
	copyPage := o.Kinds["copy"]
	var begun atomic.Int64
	half := make(chan struct{})
	o.Kinds["copy"] = Kind{Workers: 8, Backoff: soon, Handle: func(ctx context.Context, j *Job) error {
		if begun.Add(1) == 100 {
			close(half)
		}
		time.Sleep(2 * time.Millisecond)
		return copyPage.Handle(ctx, j)
	}}
	e := open(t, o)
	work(t, e)
	id := start(t, e, images)
	<-half
	s.Down()
	_, err := e.Show(t.Context(), id)
	refused(t, err, CodeDatabase, "the job database does not answer")
	time.Sleep(300 * time.Millisecond)
	s.Up()
	all(t, e, id, 200)
}

// A full disk is told, and what was begun goes on when there is room.
func TestFull(t *testing.T) {
	t.Parallel()
	e := open(t, at{dir: t.TempDir()}.options())
	limit := func(pages int) {
		if _, err := e.db.(*file).writing.Exec("PRAGMA max_page_count = " + strconv.Itoa(pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // is raised to what there is
	big := images
	big.First.Body = make([]byte, 1<<20)
	_, err := e.Start(t.Context(), big)
	refused(t, err, CodeFull, "there is no room for the job database")
	limit(10_000)
	start(t, e, big)
}

// An engine that is told to end before it has begun ends well.
func TestEndedBeforeItBegan(t *testing.T) {
	t.Parallel()
	a := at{dir: t.TempDir()}
	o := a.options()
	o.Kinds = kinds(1)
	e := open(t, o)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Run(ctx); err != nil {
		t.Error(err)
	}
}
