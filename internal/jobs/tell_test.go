//go:build unix

package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
)

// heard collects what Options.Ended was told.
type heard struct {
	mu  sync.Mutex
	all []string
}

func (h *heard) ended(_ context.Context, run Run) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, fmt.Sprint(run.ID, " ", run.State))
	return nil
}

func (h *heard) wants(t *testing.T, want ...string) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	slices.Sort(h.all)
	slices.Sort(want)
	if !slices.Equal(h.all, want) {
		t.Errorf("told %q, want %q", h.all, want)
	}
}

// Every end that no page of the run has told is told once: of a run whose attempts are used up, of one that was cancelled before it began, and of
// one whose process was killed and that another cancelled; by whichever process works.
func endsTold(t *testing.T, a at) {
	c := startChild(t, a, order{Hang: true}) // it has nobody to tell
	e := open(t, a.options())
	killed := start(t, e, one("copy"))
	c.says(t, "begun 1")
	c.kill()
	if err := e.Cancel(t.Context(), killed); err != nil {
		t.Fatal(err)
	}
	queued := start(t, e, images)
	if err := e.Cancel(t.Context(), queued); err != nil {
		t.Fatal(err)
	}

	var h heard
	o := a.options()
	o.Ended = h.ended
	o.Kinds = kinds(2)
	broken := &bridge.Error{Kind: bridge.Unreachable, Code: "away", Text: "away", Retry: true}
	o.Kinds["copy"] = Kind{Attempts: 1, Handle: func(context.Context, *Job) error { return broken }}
	worker := open(t, o)
	stop := work(t, worker)
	failing := start(t, worker, images)
	await(t, worker, failing)
	if good := await(t, worker, start(t, worker, NewRun{Act: "look", Dataset: "good", First: NewPage{Kind: "finish"}})); good.State != Done {
		t.Fatalf("%+v", good)
	}
	stop()
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			if err := worker.Tell(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	h.wants(t, killed+" cancelled", queued+" cancelled", failing+" failed")

	// A second end is told too.
	if err := worker.Retry(t.Context(), queued); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(worker.Cancel(t.Context(), queued), worker.Tell(t.Context()), worker.Tell(t.Context())); err != nil {
		t.Fatal(err)
	}
	h.wants(t, killed+" cancelled", queued+" cancelled", failing+" failed", queued+" cancelled")
}

// What could not be told is told later, when the claim on it is over.
func toldLater(t *testing.T, a at) {
	var h heard
	o := a.options()
	o.Ended = func(context.Context, Run) error { return errors.New("the log is full") }
	e := open(t, o)
	id := start(t, e, images)
	if err := errors.Join(e.Cancel(t.Context(), id), e.Tell(t.Context())); err != nil {
		t.Fatal(err)
	}
	e.o.Ended = h.ended
	if err := e.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.wants(t)
	err := e.db.write(t.Context(), func(tx transaction) error {
		_, err := tx.exec(t.Context(), `UPDATE runs SET telling = telling - $1`, claim.Microseconds())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.wants(t, id+" cancelled")
}

// What is remembered outlives its run, and is written with what the page does or not at all.
func remembers(t *testing.T, a at) {
	o := a.options()
	o.Kinds = map[string]Kind{"plan": {Attempts: 1, Handle: func(ctx context.Context, j *Job) error {
		lost := j.Tx(ctx, func(tx *Tx) error { return errors.Join(tx.Remember("k", []byte("lost")), errors.New("no")) })
		if b, err := j.e.Recall(ctx, "k"); lost == nil || b != nil || err != nil {
			return fmt.Errorf("%w: %q, %w", lost, b, err)
		}
		return j.Tx(ctx, func(tx *Tx) error { return errors.Join(tx.Remember("k", []byte("first")), tx.Complete(nil, Totals{})) })
	}}}
	e := open(t, o)
	work(t, e)
	if run := await(t, e, start(t, e, one("plan"))); run.State != Done {
		t.Fatalf("%+v", run)
	}
	if b, err := e.Recall(t.Context(), "k"); string(b) != "first" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	for _, c := range [][2]string{{"other", "lost"}, {"first", "second"}} {
		if err := e.Remember(t.Context(), "k", []byte(c[0]), []byte(c[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(e.Remember(t.Context(), "k", nil, []byte("lost")), e.Remember(t.Context(), "l", nil, []byte("new"))); err != nil {
		t.Fatal(err)
	}
	if b, err := e.Recall(t.Context(), "l"); string(b) != "new" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	if b, err := e.Recall(t.Context(), "k"); string(b) != "second" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
}

// The tables of the version before are brought to this one with the runs that are in them.
func older(t *testing.T, a at) {
	e := open(t, a.options())
	id := start(t, e, images)
	err := e.db.write(t.Context(), func(tx transaction) error {
		for _, sql := range []string{
			`DROP INDEX runs_alone`, `DROP INDEX runs_one_waits`, `DROP INDEX runs_untold`, `DROP TABLE memories`,
			`ALTER TABLE runs DROP COLUMN alone`, `ALTER TABLE runs DROP COLUMN told`, `ALTER TABLE runs DROP COLUMN telling`,
			`UPDATE schema_version SET version = 1`,
		} {
			if _, err := tx.exec(t.Context(), sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	again := open(t, a.options())
	if run, err := again.Show(t.Context(), id); err != nil || run.State != Queued {
		t.Errorf("%+v, %v", run, err)
	}
	if err := again.Cancel(t.Context(), id); err != nil {
		t.Error(err)
	}
}
