package runs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/runs"
	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// run does an act to its end.
func (w *works) run(t testing.TB, act string) jobs.Run {
	t.Helper()
	id, err := w.service.Start(t.Context(), act, name, runs.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	run, err := w.until(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// A source that lists nothing is a wrong name, a lost right or somebody's deed: the copy is then what is left of the dataset.
func TestNothingAtSourceEmptiesNoMirror(t *testing.T) {
	t.Parallel()
	s := newShores(t, 11)
	w, err := s.At.open(t.Context(), func() string { return s.At.Token })
	if err != nil {
		t.Fatal(err)
	}
	defer w.engine.Close()
	w.set.Mirror = true
	if run := w.run(t, runs.Sync); run.State != jobs.Done {
		t.Fatalf("%+v", run)
	}
	for name := range s.want {
		if err := s.blobs.Apply(blobapi.Seed{Account: account, Container: container, Blob: name, Act: blobapi.Delete}); err != nil {
			t.Fatal(err)
		}
	}
	run := w.run(t, runs.Sync)
	if err := runs.ErrorOf(run); run.State != jobs.Failed || bridge.KindOf(err) != bridge.Refused || !strings.Contains(run.Error, "lists no object at all") {
		t.Errorf("%s: %v", run.State, run.Error)
	}
	s.copied()
}

// A time of the past of which the account knows nothing is told, and not a copy of nothing that is called done.
func TestNothingAtThatTime(t *testing.T) {
	t.Parallel()
	s := newShores(t, 13, func(a *world.StorageAccount) { a.Versioning = true })
	w, err := s.At.open(t.Context(), func() string { return s.At.Token })
	if err != nil {
		t.Fatal(err)
	}
	defer w.engine.Close()
	at := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	_, err = w.service.Plan(t.Context(), name, runs.Spec{At: at}, func(transfer.Item) error { return nil })
	if err == nil || !strings.HasSuffix(err.Error(), " lists no object at all as of 2020-01-02T03:04:05Z") {
		t.Error(err)
	}
}

// A run that failed and is tried again after another has ended tells nothing of the dataset as it is by now.
func TestRetriedAfterAnother(t *testing.T) {
	t.Parallel()
	s := newShores(t, 12)
	w, err := s.At.open(t.Context(), func() string { return s.At.Token })
	if err != nil {
		t.Fatal(err)
	}
	defer w.engine.Close()
	w.failing = 1
	first := w.run(t, runs.Sync)
	if first.State != jobs.Failed {
		t.Fatalf("%+v", first)
	}
	s.want["b/one.bin"] = []byte("newer")
	if err := s.blobs.Apply(blobapi.Seed{Account: account, Container: container, Blob: "b/one.bin", Data: []byte("newer")}); err != nil {
		t.Fatal(err)
	}
	if run := w.run(t, runs.Sync); run.State != jobs.Done {
		t.Fatalf("%+v", run)
	}
	if err := w.engine.Retry(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	again, err := w.until(t.Context(), first.ID)
	if err != nil || again.State != jobs.Failed || !strings.Contains(again.Error, "run again: it begins from the newest") && !strings.Contains(again.Error, "the newest of fraud is by now the one of run") {
		t.Errorf("%s %s: %v", again.State, again.Error, err)
	}
	w.verified(t, len(s.want))
}
