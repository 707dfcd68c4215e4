//go:build unix

package jobs

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/bridge"
)

// A second run of the same act and dataset is refused with the id of the first, while that has not ended.
func secondRefused(t *testing.T, a at) {
	e := open(t, a.options())
	first := start(t, e, images)
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			_, err := e.Start(t.Context(), images)
			refused(t, err, CodeRunning, `sync of dataset "images" has not ended: run `+first)
		})
	}
	work.Wait()
	other := images
	other.Dataset = "sounds"
	start(t, e, other)
	if err := e.Cancel(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	second := start(t, e, images)
	refused(t, e.Retry(t.Context(), first), CodeRunning, "run "+second)
}

// Cancel reaches a handler in another process.
func cancelFromElsewhere(t *testing.T, a at) {
	c := startChild(t, a, order{Hang: true})
	e := open(t, a.options())
	id := start(t, e, one("copy"))
	c.says(t, "begun 1")
	if err := e.Cancel(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	c.says(t, "cancelled 1")
	if run := await(t, e, id); run.State != Cancelled || run.Pages.Open != 0 {
		t.Errorf("%+v", run)
	}
	for p := range e.Pages(t.Context(), id) {
		if p.State != Cancelled {
			t.Errorf("%+v", p)
		}
	}
}

// What waits in the queue of a run that is cancelled is not begun, and a retry goes on.
func cancelQueued(t *testing.T, a at) {
	o := a.options()
	var begun atomic.Int64
	o.Kinds = kinds(20)
	copyPage := o.Kinds["copy"]
	o.Kinds["copy"] = Kind{Workers: 4, Handle: func(ctx context.Context, j *Job) error {
		begun.Add(1)
		return copyPage.Handle(ctx, j)
	}}
	e := open(t, o)
	id := start(t, e, images)
	j, err := e.begin(t.Context(), task{Run: id, Page: 1, Ticket: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := plan(t.Context(), j, 20); err != nil {
		t.Fatal(err)
	}
	if err := e.Cancel(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	refused(t, j.Tx(t.Context(), func(*Tx) error { return nil }), CodeLost, "page 1")
	work(t, e)
	eventually(t, "the tasks are dropped", func() bool {
		left, _, err := selectOne(t.Context(), e.db, value[int64], `SELECT count(*) FROM river_job WHERE state <> 'completed'`)
		return err == nil && left == 0
	})
	if begun.Load() != 0 {
		t.Errorf("%d pages were begun", begun.Load())
	}
	if err := e.Retry(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if run := await(t, e, id); run.State != Done || run.Totals.Objects != 20 || run.Pages.Added != 22 {
		t.Errorf("%+v", run)
	}
	consistent(t, e, id)
}

// While a run is paused none of its pages is begun, and those that run are given back.
func pauseAndResume(t *testing.T, a at) {
	o := a.options()
	var open1 atomic.Bool
	began := make(chan struct{}, 100)
	o.Kinds = kinds(6)
	o.Kinds["copy"] = Kind{Workers: 2, Attempts: 1, Handle: func(ctx context.Context, _ *Job) error {
		began <- struct{}{}
		if open1.Load() {
			return nil
		}
		<-ctx.Done()
		return ctx.Err()
	}}
	e := open(t, o)
	work(t, e)
	id := start(t, e, images)
	<-began
	<-began
	if err := e.PauseAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	refused(t, e.Pause(t.Context(), id), CodeState, "run "+id+" is paused and cannot be paused")
	eventually(t, "the pages come back", func() bool {
		run, err := e.Show(t.Context(), id)
		return err == nil && run.State == Paused && run.Pages.Open == 0
	})
	consistent(t, e, id)
	open1.Store(true)
	if len(began) != 0 {
		t.Errorf("%d pages were begun in a pause", len(began))
	}
	if err := e.ResumeAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if run := await(t, e, id); run.State != Done || run.Pages.Done != 8 {
		t.Errorf("%+v", run)
	}
	consistent(t, e, id)
}

// Progress is seen while a page is worked on, and gives way to what is counted at its end.
func progress(t *testing.T, a at) {
	o := a.options()
	goOn := make(chan struct{})
	o.Kinds = map[string]Kind{
		"copy": {Handle: func(ctx context.Context, j *Job) error {
			j.Progress(Totals{Objects: 2, Bytes: 300})
			j.Progress(Totals{Objects: 1, Bytes: 40})
			<-goOn
			return j.Tx(ctx, func(tx *Tx) error { return tx.Complete(nil, Totals{Objects: 4, Bytes: 400}) })
		}},
		"plain": {Handle: func(_ context.Context, j *Job) error {
			j.Progress(Totals{Objects: 5})
			return nil
		}},
	}
	e := open(t, o)
	work(t, e)
	id := start(t, e, one("copy"))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var seen []Totals
	for run, err := range e.Watch(ctx, id) {
		if err != nil {
			t.Fatal(err)
		}
		if seen = append(seen, run.Totals); run.Totals.Bytes == 340 {
			close(goOn)
		}
	}
	if last := seen[len(seen)-1]; last != (Totals{Objects: 4, Bytes: 400}) {
		t.Errorf("%+v", seen)
	}
	if run := await(t, e, start(t, e, one("plain"))); run.Totals.Objects != 5 {
		t.Errorf("a page that is not completed by its handler counts its progress: %+v", run)
	}
}

// Values are kept with the run, secrets only under a key and bound to their place.
func secrets(t *testing.T, a at) {
	o := a.options()
	o.Kinds = map[string]Kind{"copy": {Handle: func(ctx context.Context, j *Job) error {
		err := j.Tx(ctx, func(tx *Tx) error {
			return errors.Join(tx.Put("state", []byte("asked")), tx.Put("state", []byte("polled")), tx.PutSecret("session", bridge.NewSecret("https://session")), tx.Put("gone", nil), tx.Drop("gone"))
		})
		if err != nil {
			return err
		}
		state, err := j.Value(ctx, "state")
		if err != nil || string(state) != "polled" {
			t.Errorf("%s %v", state, err)
		}
		for _, none := range []string{"gone", "session"} {
			if v, err := j.Value(ctx, none); v != nil || err != nil {
				t.Errorf("%s: %s %v", none, v, err)
			}
		}
		s, err := j.Secret(ctx, "session")
		if err != nil || s.Reveal() != "https://session" {
			t.Errorf("%v", err)
		}
		return nil
	}}}
	e := open(t, o)
	stop := work(t, e)
	id := start(t, e, one("copy"))
	if run := await(t, e, id); run.State != Done {
		t.Fatalf("%+v", run)
	}
	stop()
	stored, _, err := selectOne(t.Context(), e.db, value[[]byte], `SELECT value FROM run_values WHERE key = 'session'`)
	if err != nil || bytes.Contains(stored, []byte("session")) || len(stored) < 30 {
		t.Errorf("stored: %q %v", stored, err)
	}
	for name, k := range map[string][]byte{"without a key": nil, "with another": key(2)} {
		o.Key = k
		j := &Job{Run: Run{ID: id}, e: open(t, o)}
		_, err := j.Secret(t.Context(), "session")
		refused(t, err, CodeNoKey, `the secret "session" of run `+id+` does not open with this key`)
		if name == "without a key" {
			_, err := j.e.seal.seal(id, "session", []byte("x"))
			refused(t, err, CodeNoKey, "a secret of a run cannot be stored without a key")
		}
	}
	if _, err := (&Job{Run: Run{ID: "other"}, e: e}).e.seal.open("other", "session", stored); err == nil {
		t.Error("a secret opens in another run")
	}
	o.Key = make([]byte, 5)
	_, err = Open(t.Context(), o)
	refused(t, err, CodeNoKey, "does not have 32 bytes")
}

// The history is listed by act, dataset and state, page by page, and forgotten in time.
func history(t *testing.T, a at) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	o := a.options()
	o.Clock = func() time.Time { return now }
	e := open(t, o)
	var ids []string
	for i := range 5 {
		now = now.Add(time.Minute)
		n := images
		n.Act = []string{"sync", "verify"}[i%2]
		ids = append(ids, start(t, e, n))
		if err := e.Cancel(t.Context(), ids[i]); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(time.Minute)
	ids = append(ids, start(t, e, NewRun{Act: "drill", Dataset: "sounds", First: NewPage{Kind: "plan", Body: []byte("all")}}))
	list := func(q Query) (found string) {
		runs, err := e.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range runs {
			for i, id := range ids {
				if run.ID == id {
					found += string(rune('0' + i))
				}
			}
		}
		return found
	}
	for want, q := range map[string]Query{
		"543210": {}, "54": {Limit: 2}, "32": {Limit: 2, Before: ids[4]}, "420": {Act: "sync"}, "5": {Dataset: "sounds"},
		"31": {Act: "verify", Dataset: "images", States: []State{Cancelled, Done}}, "": {States: []State{Failed}},
	} {
		if got := list(q); got != want {
			t.Errorf("%+v: %s, want %s", q, got, want)
		}
	}
	pages := func(id string) (n int) {
		for range e.Pages(t.Context(), id) {
			n++
		}
		return n
	}
	now = now.Add(25 * time.Hour)
	if err := e.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if pages(ids[0]) != 0 || pages(ids[5]) != 1 || list(Query{}) != "543210" {
		t.Errorf("after a day: %d and %d pages, runs %s", pages(ids[0]), pages(ids[5]), list(Query{}))
	}
	now = now.Add(90 * 24 * time.Hour)
	if err := e.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := list(Query{}); got != "5" {
		t.Errorf("after 90 days: %s", got)
	}
	var got []Page
	for p, err := range e.Pages(t.Context(), ids[5]) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, p)
	}
	if diff := cmp.Diff([]Page{{Number: 1, Kind: "plan", Body: []byte("all"), Result: []byte{}, State: Queued}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), Options{Clock: time.Now})
	refused(t, err, "jobs_no_place", "neither a directory nor a connection string")
	_, err = Open(t.Context(), Options{Clock: time.Now, Dir: t.TempDir(), Kinds: map[string]Kind{"A b": {}}})
	refused(t, err, "jobs_kind", `the kind of page "A b" is not lower case words joined by -`)
	hidden := "hunter2hunter2"
	for _, url := range []string{"postgres://u:" + hidden + "@127.0.0.1:x/db", "postgres://u:" + hidden + "@127.0.0.1:1/db?sslmode=disable"} {
		_, err := Open(t.Context(), Options{Clock: time.Now, URL: bridge.NewSecret(url)})
		if err == nil || strings.Contains(err.Error()+bridge.HintOf(err), hidden) || codeOf(err) == "" {
			t.Errorf("%v", err)
		}
	}
	e := open(t, at{dir: t.TempDir()}.options())
	refused(t, e.Run(t.Context()), "jobs_kind", "no kinds of pages")
	_, err = e.Start(t.Context(), NewRun{Act: "sync"})
	refused(t, err, "jobs_kind", `the kind of page "" is not`)
	_, err = e.Start(t.Context(), NewRun{First: NewPage{Kind: "plan"}})
	refused(t, err, "jobs_run", "no act of one word")
	_, err = e.Start(t.Context(), NewRun{Act: "sync", Spec: func() {}, First: NewPage{Kind: "plan"}})
	refused(t, err, "jobs_json", "the spec of the run cannot be written as JSON")
}

// A process leaves the kinds that it does not have to others.
func sharedKinds(t *testing.T, a at) {
	if a.url == "" {
		return // one process
	}
	for _, mine := range [][]string{{"plan", "finish"}, {"copy"}} {
		o := a.options()
		all := kinds(20)
		o.Kinds = map[string]Kind{}
		for _, kind := range mine {
			o.Kinds[kind] = all[kind]
		}
		work(t, open(t, o))
	}
	e := open(t, a.options())
	if run := await(t, e, start(t, e, images)); run.State != Done || run.Totals.Objects != 20 {
		t.Errorf("%+v", run)
	}
}

// Ids are 26 characters and sort by time.
func TestID(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, 1<<47)
		a, b := ms.Draw(t, "a"), ms.Draw(t, "b")
		one, two := newID(time.UnixMilli(a)), newID(time.UnixMilli(b))
		if len(one) != 26 || a < b && one >= two || a > b && one <= two || one == two {
			t.Fatalf("%d %s, %d %s", a, one, b, two)
		}
	})
}
