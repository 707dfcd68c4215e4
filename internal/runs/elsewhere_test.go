package runs_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/runs"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// ask does an act with what was asked for to its end.
func (w *works) ask(t *testing.T, act string, spec runs.Spec) (run jobs.Run, back runs.Returned) {
	t.Helper()
	id, err := w.service.Start(t.Context(), act, name, spec)
	if err != nil {
		t.Fatal(err)
	}
	if run, err = w.until(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if run.State == jobs.Done {
		err = json.Unmarshal(run.Result, &back)
	}
	if err != nil {
		t.Fatal(err)
	}
	return run, back
}

// A restore to another place brings the state of then there, with a manifest of its own; the target and its manifest stay as they are, and what
// somebody has in the place is left alone. What runs have opened is given back at their end.
func TestRestoreElsewhere(t *testing.T) {
	t.Parallel()
	s := newShores(t, 61, func(a *world.StorageAccount) { a.Versioning = true })
	w, err := s.At.open(t.Context(), func() string { return s.At.Token })
	if err != nil {
		t.Fatal(err)
	}
	defer w.engine.Close()
	w.run(t, runs.Sync)
	then := time.Now()
	before := string(s.want["parts/000.csv"])
	s.change("parts/000.csv", "of now")
	w.run(t, runs.Sync)
	s.put("elsewhere/theirs", "theirs")

	const to = "gs://" + bucket + "/elsewhere/"
	run, _ := w.ask(t, runs.Restore, runs.Spec{At: then, To: to})
	if run.State != jobs.Failed || !strings.Contains(run.Error, to+" overlaps with gs://"+bucket+"/, which is the dataset's own") {
		t.Errorf("%s: %s", run.State, run.Error)
	}
	w.move(t, "own/")
	w.run(t, runs.Sync)
	own, err := w.manifests.Latest(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to be done
		run, back := w.ask(t, runs.Restore, runs.Spec{At: then, To: to})
		if run.State != jobs.Done || back.Objects != int64(len(s.want)) || back.Failed != 0 || back.Damaged != 0 || back.Place != to {
			t.Errorf("%s: %s %+v", run.State, run.Error, back)
		}
	}
	if got, err := s.google.Bytes(bucket, "elsewhere/parts/000.csv"); err != nil || string(got) != before {
		t.Errorf("restored %.20q, %v", got, err)
	}
	for name, want := range map[string]string{"elsewhere/theirs": "theirs", "own/parts/000.csv": "of now"} {
		if got, err := s.google.Bytes(bucket, name); err != nil || string(got) != want {
			t.Errorf("%s is %.20q, %v", name, got, err)
		}
	}
	if now, err := w.manifests.Latest(t.Context(), name); err != nil || now.Digest() != own.Digest() {
		t.Errorf("the dataset's manifest is %s, was %s: %v", now.Digest(), own.Digest(), err)
	}
	_, tales := w.told()
	last := tales[len(tales)-1]
	if last.Target != to || last.Act != runs.Restore {
		t.Errorf("%+v", last)
	}
	if run, back := w.ask(t, runs.Drill, runs.Spec{At: then, Sample: 3}); run.State != jobs.Done || back.Sample != 3 {
		t.Errorf("%s: %s %+v", run.State, run.Error, back)
	}
	if n := w.opened.Load(); n != 0 {
		t.Errorf("%d places are open still", n)
	}
	if left := slices.DeleteFunc(s.google.Names(bucket), func(n string) bool { return !strings.Contains(n, "/drill/") }); len(left) > 0 {
		t.Errorf("a drill left %q", left)
	}
}
