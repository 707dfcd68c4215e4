package runs_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/runs"
)

// Who can write where manifests lie points at an older one of ours, or at none: every act is refused, and names both, until somebody says that it is
// to be believed.
func TestRolledBack(t *testing.T) {
	t.Parallel()
	s := newShores(t, 31)
	w, err := s.At.open(t.Context(), func() string { return s.At.Token })
	if err != nil {
		t.Fatal(err)
	}
	defer w.engine.Close()
	latest := filepath.Join(s.At.Dir, "manifests", "manifests", name, "latest")
	first := w.run(t, runs.Sync)
	old, err := os.ReadFile(latest)
	if err != nil {
		t.Fatal(err)
	}
	s.change("b/one.bin", "newer")
	second := w.run(t, runs.Sync)
	for found, spoil := range map[string]func() error{
		"run " + first.ID: func() error { return os.WriteFile(latest, old, 0o600) },
		"to be none":      func() error { return os.Remove(latest) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		for _, act := range []string{runs.Sync, runs.Verify, runs.Repair} {
			run := w.run(t, act)
			if run.State != jobs.Failed || !strings.Contains(run.Error, found) || !strings.Contains(run.Error, "run "+second.ID) {
				t.Errorf("%s: %s %s; want %s", act, run.State, run.Error, found)
			}
			err := runs.ErrorOf(run)
			if bridge.KindOf(err) != bridge.Damaged || !strings.Contains(bridge.HintOf(err), "landbridge dataset adopt "+name) {
				t.Errorf("%s: %v", act, err)
			}
		}
		if _, err := w.service.Plan(t.Context(), name, runs.Spec{}, func(transfer.Item) error { return nil }); bridge.KindOf(err) != bridge.Damaged {
			t.Errorf("plan: %v", err)
		}
	}
	if err := os.WriteFile(latest, old, 0o600); err != nil {
		t.Fatal(err)
	}
	digest, err := w.service.Adopt(t.Context(), name)
	if err != nil || digest == "" || !strings.Contains(string(old), digest) {
		t.Errorf("adopted %q: %v", digest, err)
	}
	if run := w.run(t, runs.Sync); run.State != jobs.Done {
		t.Errorf("%s: %s", run.State, run.Error)
	}
	s.copied()
	if ends, _ := w.told(); !strings.Contains(strings.Join(ends, "\n"), first.ID+" adopt done") {
		t.Errorf("it is not on record: %q", ends)
	}
}

// A job database that knows nothing believes what is there, says so, and knows it from then on, whatever act was the first.
func TestNewDatabase(t *testing.T) {
	t.Parallel()
	s := newShores(t, 32)
	life := func(do func(w *works)) string {
		var log bytes.Buffer
		at := s.At
		at.Log = slog.New(slog.NewTextHandler(&log, nil))
		w, err := at.open(t.Context(), func() string { return s.At.Token })
		if err != nil {
			t.Fatal(err)
		}
		defer w.engine.Close()
		do(w)
		return log.String()
	}
	latest := filepath.Join(s.At.Dir, "manifests", "manifests", name, "latest")
	const believed = "knows no manifest of the dataset: the one that is there is believed"
	var old []byte
	log := life(func(w *works) {
		w.run(t, runs.Sync)
		var err error
		if old, err = os.ReadFile(latest); err != nil {
			t.Fatal(err)
		}
		s.change("b/one.bin", "newer")
		w.run(t, runs.Sync)
	})
	if strings.Contains(log, believed) {
		t.Errorf("a first manifest is its own run's: %s", log)
	}
	lost, err := filepath.Glob(filepath.Join(s.At.Dir, "jobs.db*"))
	if err != nil || len(lost) == 0 {
		t.Fatal(lost, err)
	}
	for _, f := range lost {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	log = life(func(w *works) { w.verified(t, len(s.want)) })
	if n := strings.Count(log, believed); n != 1 {
		t.Errorf("said %d times: %s", n, log)
	}
	if err := os.WriteFile(latest, old, 0o600); err != nil {
		t.Fatal(err)
	}
	log = life(func(w *works) {
		if run := w.run(t, runs.Verify); run.State != jobs.Failed || !strings.Contains(run.Error, "the job database knows a newer one") {
			t.Errorf("%s: %s", run.State, run.Error)
		}
	})
	if strings.Contains(log, believed) {
		t.Error(fmt.Sprint("said again: ", log))
	}
}
