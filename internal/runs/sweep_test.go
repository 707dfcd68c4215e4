//go:build unix

package runs_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/runs"
	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
)

// Parts of copies that were replaced or deleted go a week later, and nothing that is needed: not when the process is killed in it, at whatever call.
// Evidence stays.
func TestSwept(t *testing.T) {
	t.Parallel()
	s := newShores(t, 71)
	s.At.KeepParts = true
	open := func() *works {
		w, err := s.At.open(t.Context(), func() string { return s.At.Token })
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = w.engine.Close() })
		return w
	}
	w := open()
	if run := w.run(t, runs.Sync); run.State != jobs.Done {
		t.Fatalf("%+v", run)
	}
	parts := func() (all []string) {
		for _, n := range s.google.Names(bucket) {
			if strings.HasPrefix(n, ".landbridge/parts/") {
				all = append(all, n)
			}
		}
		return all
	}
	old := parts()
	s.want["b/one.bin"] = slices.Concat(s.want["b/one.bin"], []byte("more"))
	if err := s.blobs.Apply(blobapi.Seed{Account: account, Container: container, Blob: "b/one.bin", Data: s.want["b/one.bin"]}); err != nil {
		t.Fatal(err)
	}
	s.put(".landbridge/evidence/1/b/one.bin", "evidence")
	s.put(".landbridge/handover/R.csv", "a list")
	if run, out := w.ask(t, runs.Sync, runs.Spec{}); run.State != jobs.Done || out.Swept.Objects != 0 {
		t.Fatalf("%+v", run)
	}
	all := parts()
	if len(all) <= len(old) || len(old) == 0 {
		t.Fatalf("parts %q, then %q", old, all)
	}
	_ = w.engine.Close()

	s.At.Ahead = 8 * 24 * time.Hour
	for n := range 3 {
		deletes := 0
		if killed := s.lifeUntil(func(r *http.Request) bool {
			if r.Method == http.MethodDelete {
				deletes++
			}
			return deletes == 1
		}, n == 0); !killed {
			if n == 0 {
				t.Fatal("nothing was removed")
			}
			break // those before have removed all, for they remove many at once
		}
	}
	s.calm()
	w = open()
	all2, err := w.engine.List(t.Context(), jobs.Query{Act: runs.Sync, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if run, err := w.until(t.Context(), all2[0].ID); err != nil || run.State != jobs.Done {
		t.Fatalf("%+v, %v", run, err)
	}
	left := parts()
	for _, n := range left {
		if slices.Contains(old, n) && !slices.Contains(all, n) {
			t.Errorf("%s is there still", n)
		}
	}
	if want := len(all) - 6; len(left) != want { // of b/one.bin as it was
		t.Errorf("%d parts are left, want %d of %d", len(left), want, len(all))
	}
	names := s.google.Names(bucket)
	if !slices.Contains(names, ".landbridge/evidence/1/b/one.bin") || slices.Contains(names, ".landbridge/handover/R.csv") {
		t.Errorf("%q", names)
	}
	s.copied()
	// Every part that is needed can still be mended with.
	m, err := w.manifests.Latest(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	for e, err := range w.manifests.Entries(t.Context(), m) {
		if err != nil {
			t.Fatal(err)
		}
		for _, ref := range e.Refs {
			part, generation, _ := strings.Cut(ref, "#")
			if o, err := w.set.Target.Stat(t.Context(), part); err != nil || o.Version != generation {
				t.Errorf("%s: %+v, %v", ref, o, err)
			}
		}
	}
}
