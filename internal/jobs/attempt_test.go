//go:build unix

package jobs

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// one is a run of one page.
func one(kind string) NewRun {
	return NewRun{Act: "verify", Dataset: "images", First: NewPage{Kind: kind}}
}

func soon(int) time.Duration { return time.Millisecond }

// A failure is tried again as its kind says, one that says it is of no use is not, and what the far side asks for is waited for.
func failures(t *testing.T, a at) {
	var began sync.Map // kind -> *[]time.Time
	fails := func(err error) Handler {
		return func(_ context.Context, j *Job) error {
			times, _ := began.LoadOrStore(j.Page.Kind, &[]time.Time{})
			*times.(*[]time.Time) = append(*times.(*[]time.Time), time.Now())
			return err
		}
	}
	o := a.options()
	busy := &bridge.Error{Kind: bridge.Unreachable, Text: "busy", Retry: true, RetryAfter: 400 * time.Millisecond}
	o.Kinds = map[string]Kind{
		"plain":  {Handle: fails(errors.New("boom")), Attempts: 3, Backoff: soon},
		"denied": {Handle: fails(&bridge.Error{Kind: bridge.Denied, Text: "may not read"}), Attempts: 3, Backoff: soon},
		"slow":   {Handle: fails(busy), Attempts: 2, Backoff: soon},
	}
	e := open(t, o)
	work(t, e)
	for kind, want := range map[string]struct {
		attempts int
		text     string
	}{
		"plain":  {3, "page 1: boom"},
		"denied": {1, "page 1: may not read"},
		"slow":   {2, "page 1: busy"},
	} {
		n := one(kind)
		n.Dataset = kind
		run := await(t, e, start(t, e, n))
		times, _ := began.Load(kind)
		got := *times.(*[]time.Time)
		if run.State != Failed || run.Error != want.text || len(got) != want.attempts {
			t.Errorf("%s: %d attempts, %+v", kind, len(got), run)
		}
		if kind == "slow" && got[1].Sub(got[0]) < busy.RetryAfter {
			t.Errorf("tried again after %v", got[1].Sub(got[0]))
		}
		consistent(t, e, run.ID)
	}
}

// Retry does again what has failed, and nothing else.
func retryFailed(t *testing.T, a at) {
	var broken atomic.Bool
	var copies atomic.Int64
	broken.Store(true)
	o := a.options()
	o.Kinds = kinds(30)
	copyPage := o.Kinds["copy"]
	o.Kinds["copy"] = Kind{Workers: 4, Handle: func(ctx context.Context, j *Job) error {
		copies.Add(1)
		if broken.Load() && strings.HasSuffix(string(j.Page.Body), "7") {
			return &bridge.Error{Kind: bridge.Denied, Text: "not this one"}
		}
		return copyPage.Handle(ctx, j)
	}}
	e := open(t, o)
	work(t, e)
	id := start(t, e, images)
	run := await(t, e, id)
	if run.State != Failed || run.Pages.Failed != 3 || run.Pages.Done != 28 || !strings.HasSuffix(run.Error, ": not this one") {
		t.Fatalf("%+v", run)
	}
	refused(t, e.Cancel(t.Context(), id), CodeState, "run "+id+" is failed and cannot be cancelled")
	refused(t, e.Resume(t.Context(), id), CodeState, "is failed and cannot be resumed")
	broken.Store(false)
	if err := e.Retry(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if run := await(t, e, id); run.State != Done || run.Error != "" || run.Totals.Objects != 30 || string(run.Result) != `{"Pages":30,"Last":"object 29"}` {
		t.Errorf("%+v", run)
	}
	if n := copies.Load(); n != 33 {
		t.Errorf("%d pages were begun, want 30 and 3 again", n)
	}
	consistent(t, e, id)
	refused(t, e.Retry(t.Context(), id), CodeState, "is done and cannot be retried")
	refused(t, e.Retry(t.Context(), "01ARZ3NDEKTSV4RRFFQ69G5FAV"), CodeNotFound, `there is no run "01ARZ`)
}

// A panic ends the attempt, not the process.
func panics(t *testing.T, a at) {
	o := a.options()
	o.Kinds = map[string]Kind{"bad": {Handle: func(context.Context, *Job) error { panic("oh") }, Attempts: 2, Backoff: soon}}
	e := open(t, o)
	work(t, e)
	if run := await(t, e, start(t, e, one("bad"))); run.State != Failed || run.Error != "page 1: the handler of bad panicked: oh" {
		t.Errorf("%+v", run)
	}
}

// An attempt that takes too long is ended and counts.
func timesOut(t *testing.T, a at) {
	o := a.options()
	o.Kinds = map[string]Kind{"hang": {Timeout: 50 * time.Millisecond, Attempts: 2, Backoff: soon, Handle: func(ctx context.Context, _ *Job) error {
		<-ctx.Done()
		return ctx.Err()
	}}}
	e := open(t, o)
	work(t, e)
	if run := await(t, e, start(t, e, one("hang"))); run.State != Failed || run.Error != "page 1: jobs: it took longer than 50ms: context deadline exceeded" {
		t.Errorf("%+v", run)
	}
}

// When Run ends, a page that does not end within the grace is given back, and does not count as an attempt.
func stopGivesBack(t *testing.T, a at) {
	began := make(chan struct{}, 10)
	o := a.options()
	o.Grace = 20 * time.Millisecond
	o.Kinds = map[string]Kind{"long": {Attempts: 1, Handle: func(ctx context.Context, _ *Job) error {
		began <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}}}
	e := open(t, o)
	stop := work(t, e)
	id := start(t, e, one("long"))
	<-began
	stop()
	if run, err := e.Show(t.Context(), id); err != nil || run.State != Running || run.Pages.Open != 1 {
		t.Errorf("%+v %v", run, err)
	}
	consistent(t, e, id)
	o.Kinds = map[string]Kind{"long": {Attempts: 1, Handle: func(context.Context, *Job) error { return nil }}}
	again := open(t, o)
	work(t, again)
	if run := await(t, again, id); run.State != Done {
		t.Errorf("%+v", run)
	}
}

// A page that has been taken over is lost to who had it: what that one writes is refused, and counts once.
func takenOver(t *testing.T, a at) {
	o := a.options()
	o.Kinds = map[string]Kind{"copy": {}}
	zombie, heir := open(t, o), open(t, o)
	id := start(t, zombie, one("copy"))
	for _, e := range []*Engine{zombie, heir} {
		if err := e.beat(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	now := task{Run: id, Page: 1, Ticket: 1}
	first, err := zombie.begin(t.Context(), now)
	if err != nil || first == nil {
		t.Fatal(first, err)
	}
	_, err = heir.begin(t.Context(), now)
	refused(t, err, CodeLost, "page 1 of run "+id)
	if err := zombie.depart(t.Context()); err != nil { // as if it had not been heard of
		t.Fatal(err)
	}
	second, err := heir.begin(t.Context(), now)
	if err != nil || second == nil || second.Page.Attempts != 2 || second.excused != 1 {
		t.Fatalf("%+v %v", second, err)
	}
	complete := func(j *Job) error {
		return j.Tx(t.Context(), func(tx *Tx) error { return tx.Complete([]byte("bytes"), Totals{Objects: 1}) })
	}
	refused(t, complete(first), CodeLost, "page 1 of run "+id+" is no longer this worker's")
	if err := complete(second); err != nil {
		t.Fatal(err)
	}
	refused(t, complete(first), CodeDone, "page 1 of run "+id+" is already done")
	refused(t, complete(second), CodeDone, "page 1 of run "+id+" is already done")
	if third, err := heir.begin(t.Context(), now); third != nil || err != nil {
		t.Errorf("a page that is done was begun: %+v %v", third, err)
	}
	if run, err := heir.Show(t.Context(), id); err != nil || run.State != Done || run.Totals.Objects != 1 || run.Pages.Done != 1 {
		t.Errorf("%+v %v", run, err)
	}
}

// When all pages end at the same moment, the last page is added once.
func lastTogether(t *testing.T, a at) {
	const n = 16
	o := a.options()
	gate := make(chan struct{})
	var waiting atomic.Int64
	o.Kinds = kinds(n)
	o.Kinds["copy"] = Kind{Workers: n, Handle: func(ctx context.Context, j *Job) error {
		if waiting.Add(1) == n {
			close(gate)
		}
		<-gate
		return j.Tx(ctx, func(tx *Tx) error { return tx.Complete(nil, Totals{Objects: 1}) })
	}}
	e := open(t, o)
	work(t, e)
	run := await(t, e, start(t, e, images))
	if run.State != Done || run.Pages.Added != n+2 || run.Totals.Objects != n {
		t.Errorf("%+v", run)
	}
}

// No more pages of a run than it allows are worked on at once.
func parallel(t *testing.T, a at) {
	var now, most atomic.Int64
	o := a.options()
	o.Kinds = kinds(20)
	three := make(chan struct{})
	var once sync.Once
	o.Kinds["copy"] = Kind{Workers: 16, Handle: func(context.Context, *Job) error {
		n := now.Add(1)
		defer now.Add(-1)
		if n >= 3 {
			once.Do(func() { close(three) })
		}
		<-three
		for was := most.Load(); n > was && !most.CompareAndSwap(was, n); was = most.Load() {
		}
		return nil
	}}
	e := open(t, o)
	work(t, e)
	limited := images
	limited.Parallel = 3
	if run := await(t, e, start(t, e, limited)); run.State != Done || run.Pages.Done != 22 || most.Load() != 3 {
		t.Errorf("%d at once, %+v", most.Load(), run)
	}
}
