//go:build unix

package runs_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/runs"
)

// Each run that does not come to its end has one end on record, and lineage is told of it: when its attempts are used up, when it is cancelled before
// it began, and when its process was killed and another one cancelled it.
func TestEveryEndIsRecordedOnce(t *testing.T) {
	t.Parallel()
	s := newShores(t, 41)
	if !s.life(30, false) {
		t.Fatal("the process was not killed")
	}
	s.At.Attempts = 1
	w, err := s.At.open(t.Context(), func() string { return s.At.Token })
	if err != nil {
		t.Fatal(err)
	}
	defer w.engine.Close()
	all, err := w.engine.List(t.Context(), jobs.Query{})
	if err != nil || len(all) != 1 || all[0].State != jobs.Running {
		t.Fatalf("%+v, %v", all, err)
	}
	killed := all[0].ID
	if err := w.engine.Cancel(t.Context(), killed); err != nil {
		t.Fatal(err)
	}
	queued, err := w.service.Start(t.Context(), runs.Sync, name, runs.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.engine.Cancel(t.Context(), queued); err != nil {
		t.Fatal(err)
	}
	w.failing, w.failure = 1, &bridge.Error{Kind: bridge.Unreachable, Code: "away", Text: "the key is away", Retry: true}
	failed := w.run(t, runs.Sync)
	if failed.State != jobs.Failed {
		t.Fatalf("%+v", failed)
	}
	done := w.run(t, runs.Sync)
	if err := w.engine.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	ends, tales := w.told()
	want := []string{killed + " sync cancelled", queued + " sync cancelled", failed.ID + " sync failed", done.ID + " sync done"}
	slices.Sort(ends)
	slices.Sort(want)
	if !slices.Equal(ends, want) {
		t.Errorf("ends %q, want %q", ends, want)
	}
	for _, tale := range tales {
		if cancelled := tale.Run == killed || tale.Run == queued; tale.Cancelled != cancelled || (tale.Failed != "") != (tale.Run == failed.ID) {
			t.Errorf("%+v", tale)
		}
		if tale.Began.IsZero() || tale.Ended.Before(tale.Began) || !strings.HasPrefix(tale.Target, "gs://"+bucket) {
			t.Errorf("%+v", tale)
		}
	}
}

// A run that is cancelled while its last page records its end has that one.
func TestCancelledAtItsEnd(t *testing.T) {
	t.Parallel()
	s := newShores(t, 43)
	w, err := s.At.open(t.Context(), func() string { return s.At.Token })
	if err != nil {
		t.Fatal(err)
	}
	defer w.engine.Close()
	w.ending = func(run string) {
		if err := w.engine.Cancel(t.Context(), run); err != nil {
			t.Error(err)
		}
	}
	run := w.run(t, runs.Sync)
	if ends, _ := w.told(); run.State != jobs.Cancelled || !slices.Equal(ends, []string{run.ID + " sync done"}) {
		t.Errorf("%s: %q", run.State, ends)
	}
}

// A cancelled run has its transfer cancelled, by whichever process sees it; one that was delivered is left alone.
func TestCancelledOrder(t *testing.T) {
	t.Parallel()
	w, h, s := handing(t, 42)
	h.meet = func() {
		all, err := w.engine.List(t.Context(), jobs.Query{})
		if err == nil {
			err = w.engine.Cancel(t.Context(), all[0].ID)
		}
		if err != nil {
			t.Error(err)
		}
	}
	if run := w.run(t, runs.Sync); run.State != jobs.Cancelled {
		t.Fatalf("%s: %s", run.State, run.Error)
	}
	if !slices.Equal(h.cancelled, []string{">a"}) {
		t.Errorf("cancelled %q", h.cancelled)
	}
	h.meet = nil
	if run := w.run(t, runs.Sync); run.State != jobs.Done {
		t.Fatalf("%s: %s", run.State, run.Error)
	}
	s.copied()
	if len(h.cancelled) != 1 {
		t.Errorf("cancelled %q", h.cancelled)
	}
}
