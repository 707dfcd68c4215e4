package runs_test

import (
	"context"
	"encoding/json"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/backup/restore"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/folder"
	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/keyring"
	"github.com/landbridge/landbridge/internal/manifest"
	"github.com/landbridge/landbridge/internal/protect"
	"github.com/landbridge/landbridge/internal/runs"
)

// vault has one point, and brings two files of it to a staging directory at once.
type vault struct {
	protect.Restorer
	staging string
	asked   int
	state   protect.JobState // of the restore's job
	theirs  string           // a file that somebody puts into the staging when the vault is done with it
	kept    time.Time        // since when versions are read in place; zero is never
	mu      sync.Mutex
	records []string
}

// Record keeps what the audit log is told.
func (v *vault) Record(_ context.Context, r bridge.Record) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.records = append(v.records, string(r.Event)+" "+r.Data.Act+" "+r.Data.Outcome)
	return nil
}

func (*vault) Points(context.Context, protect.Item, protect.Range) iter.Seq2[protect.Point, error] {
	return func(yield func(protect.Point, error) bool) {
		yield(protect.Point{ID: "p", Name: "p", Time: time.Now().Add(-time.Hour), Copies: []protect.Copy{{Tier: protect.InVault}}}, nil)
	}
}

func (v *vault) Ranges(context.Context, protect.Item, protect.Range) iter.Seq2[protect.Range, error] {
	return func(yield func(protect.Range, error) bool) {
		if !v.kept.IsZero() {
			yield(protect.Range{From: v.kept, To: v.kept.Add(time.Hour)}, nil)
		}
	}
}

func (*vault) Validate(context.Context, protect.Request) (protect.Operation, error) {
	return protect.Operation{Act: protect.Validate, Phase: protect.Done}, nil
}

func (v *vault) Restore(context.Context, protect.Request) (protect.Operation, error) {
	v.asked++
	for _, name := range []string{"one", "two"} {
		if err := os.WriteFile(filepath.Join(v.staging, name), []byte("of the point: "+name), 0o600); err != nil {
			return protect.Operation{}, err
		}
	}
	if v.theirs != "" {
		later := time.Now().Add(time.Hour)
		if err := os.WriteFile(filepath.Join(v.staging, v.theirs), nil, 0o600); err != nil {
			return protect.Operation{}, err
		}
		if err := os.Chtimes(filepath.Join(v.staging, v.theirs), later, later); err != nil {
			return protect.Operation{}, err
		}
	}
	return protect.Operation{Act: protect.Restore, Phase: protect.Done, State: v.state}, nil
}

func (*vault) Follow(_ context.Context, o protect.Operation) (protect.Operation, error) {
	return o, nil
}

// staging is a directory as a container: it is there when something is in it.
type staging struct{ *folder.Folder }

func (s staging) names() ([]string, error) {
	var names []string
	entries, err := os.ReadDir(s.Place().Name)
	for _, e := range entries {
		if e.Name() != ".landbridge" {
			names = append(names, e.Name())
		}
	}
	return names, err
}

func (s staging) Exists(context.Context) (bool, error) {
	names, err := s.names()
	return len(names) > 0, err
}

func (staging) Create(context.Context) error { return nil }

func (s staging) Remove(context.Context) (bool, error) {
	names, err := s.names()
	return len(names) == 0, err
}

// restoring is a dataset of two directories that a vault protects.
func restoring(t *testing.T) (w *works, v *vault, target string) {
	t.Helper()
	open := func(dir string) *folder.Folder {
		f, err := folder.New(folder.Options{Path: dir, Create: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	dir := t.TempDir()
	ring, err := keyring.Open(filepath.Join(dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	public, err := ring.PublicKeys()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := manifest.NewKeys(public...)
	if err != nil {
		t.Fatal(err)
	}
	target, v = filepath.Join(dir, "target"), &vault{staging: filepath.Join(dir, "staging")}
	set := &runs.Dataset{Name: name, Source: open(filepath.Join(dir, "source")), Target: open(target)}
	box := staging{open(v.staging)}
	w = &works{set: set, manifests: manifest.NewStore(manifest.StoreOptions{
		Place: open(filepath.Join(dir, "manifests")), Signer: func(context.Context) (manifest.Signer, error) { return ring, nil },
		Keys: func(context.Context) (manifest.Verifier, error) { return keys, nil },
	})}
	w.service = runs.New(runs.Options{
		Manifests: w.manifests, Dataset: func(context.Context, string) (*runs.Dataset, error) { return set, nil }, Recorder: v, Clock: time.Now,
		Place:  func(context.Context, dataset.Place) (dataset.Reader, func(), error) { return box, func() {}, nil },
		Vaults: func() (runs.Vaults, error) { return v, nil },
		Protection: func(context.Context, string) (runs.Protection, error) {
			return runs.Protection{Item: protect.Item{ID: "i", Name: "i", Workload: protect.Blobs}, Staging: restore.Staging{ID: "/accounts/staging"}}, nil
		},
	})
	if w.engine, err = jobs.Open(t.Context(), jobs.Options{Dir: dir, Clock: time.Now, Worker: "worker", Kinds: w.service.Kinds(), Ended: w.service.Ended}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.engine.Close() })
	w.service.Use(w.engine)
	return w, v, target
}

func held(t *testing.T, dir string) string {
	t.Helper()
	var names []string
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if e.Name() != ".landbridge" {
			names = append(names, e.Name())
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}

func TestStagingIsCleaned(t *testing.T) {
	t.Parallel()
	w, v, target := restoring(t)
	if run := w.run(t, runs.Restore); run.State != jobs.Done || held(t, target) != "one two" || held(t, v.staging) != "" {
		t.Errorf("%s %s: target %q, staging %q", run.State, run.Error, held(t, target), held(t, v.staging))
	}
}

// What is newer than the restore was not brought by it.
func TestStagingKeepsWhatIsNotTheRestores(t *testing.T) {
	t.Parallel()
	w, v, _ := restoring(t)
	v.theirs = "theirs"
	if run := w.run(t, runs.Restore); run.State != jobs.Done || held(t, v.staging) != "theirs" {
		t.Errorf("%s %s: staging %q", run.State, run.Error, held(t, v.staging))
	}
}

// A vault that ended with warnings has not said that what it left out was not there.
func TestRestoreWithWarningsRemovesNothing(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		state protect.JobState
		want  string
	}{{protect.Succeeded, "one two"}, {protect.Warned, "one three two"}} {
		w, v, target := restoring(t)
		v.state = tc.state
		if err := os.WriteFile(filepath.Join(w.set.Source.Place().Name, "three"), []byte("of today"), 0o600); err != nil {
			t.Fatal(err)
		}
		if run := w.run(t, runs.Sync); run.State != jobs.Done {
			t.Fatal(run.Error)
		}
		run := w.run(t, runs.Restore)
		var back runs.Returned
		if err := json.Unmarshal(run.Result, &back); err != nil || run.State != jobs.Done {
			t.Fatalf("%s %s, %v", run.State, run.Error, err)
		}
		if got := held(t, target); got != tc.want || back.Partly != (tc.state == protect.Warned) {
			t.Errorf("%s: target %q, partly %v", tc.state, got, back.Partly)
		}
	}
}

// What did not come over is in the staging alone.
func TestStagingStaysUntilAllCameOver(t *testing.T) {
	t.Parallel()
	w, v, target := restoring(t)
	if err := os.WriteFile(filepath.Join(target, "one"), []byte("somebody else's"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := w.run(t, runs.Restore)
	var back runs.Returned
	if err := json.Unmarshal(run.Result, &back); err != nil || run.State != jobs.Done || back.Failed != 1 {
		t.Fatalf("%s %s: %s, %v", run.State, run.Error, run.Result, err)
	}
	if held(t, v.staging) != "one two" || !strings.HasPrefix(back.Left, "blob://staging/") {
		t.Errorf("staging %q, left %q", held(t, v.staging), back.Left)
	}
}

func TestStagingOfSomebodyElse(t *testing.T) {
	t.Parallel()
	w, v, _ := restoring(t)
	if err := os.WriteFile(filepath.Join(v.staging, "theirs"), []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := w.run(t, runs.Restore)
	if run.State != jobs.Failed || !strings.Contains(run.Error, "already, and a vault restores into none that is there") {
		t.Errorf("%s: %s", run.State, run.Error)
	}
	if want := []string{string(bridge.EventBegun) + " restore ", string(bridge.EventEnded) + " restore failed"}; !slices.Equal(v.records, want) {
		t.Errorf("records %q, want %q", v.records, want)
	}
	if v.asked != 0 || held(t, v.staging) != "theirs" {
		t.Errorf("the vault was asked %d times; staging %q", v.asked, held(t, v.staging))
	}
}

// young is a source whose files came into being at a time.
type young struct {
	dataset.Reader
	born time.Time
}

func (y young) List(ctx context.Context, q dataset.Query) iter.Seq2[dataset.Object, error] {
	if !q.At.IsZero() && q.At.Before(y.born) {
		return func(func(dataset.Object, error) bool) {}
	}
	q.At = time.Time{}
	return y.Reader.List(ctx, q)
}

// Where a bad file was not there yet, nothing was good.
func TestLastGoodOfAFileThatNeverWas(t *testing.T) {
	t.Parallel()
	w, v, _ := restoring(t)
	v.kept = time.Now().Add(-2 * time.Hour)
	if err := os.WriteFile(filepath.Join(w.set.Source.Place().Name, "bad.zip"), []byte("no zip at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.set.Source = young{w.set.Source, v.kept.Add(30 * time.Minute)}
	id, err := w.service.Start(t.Context(), runs.Restore, name, runs.Spec{LastGood: true})
	if err != nil {
		t.Fatal(err)
	}
	run, err := w.until(t.Context(), id)
	if err != nil || run.State != jobs.Failed || !strings.Contains(run.Error, `"bad.zip" was never good`) {
		t.Errorf("%s %s: %v", run.State, run.Error, err)
	}
}
