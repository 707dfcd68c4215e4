package runs_test

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/runs"
)

// huge is a source of objects of 5 TiB, none of which can be read. Seen is called when the one with a number was planned, and may end the listing.
type huge struct {
	dataset.Reader
	objects int
	seen    func(n int) error
}

func (h huge) List(_ context.Context, q dataset.Query) iter.Seq2[dataset.Object, error] {
	return func(yield func(dataset.Object, error) bool) {
		for n := range h.objects {
			if n >= 2 { // a plan reads one ahead
				if err := h.seen(n - 2); err != nil {
					yield(dataset.Object{}, err)
					return
				}
			}
			name := fmt.Sprintf("huge-%02d", n)
			if name > q.After && !yield(dataset.Object{Name: name, Size: 5 << 40, ETag: "e", Modified: time.Unix(1, 0)}, nil) {
				return
			}
		}
	}
}

// Planning objects of 5 TiB holds some pieces of one of them at a time: the others are in the database. It is not parallel, for the heap is measured.
func TestHugeIsPlannedInFlatMemory(t *testing.T) { //nolint:paralleltest // see above
	s := newShores(t, 51)
	w, err := s.At.open(t.Context(), func() string { return s.At.Token })
	if err != nil {
		t.Fatal(err)
	}
	defer w.engine.Close()
	var id string
	var before runtime.MemStats
	const objects = 3
	pieces := w.set.Target.Layout(5<<40, chunk).Chunks // a GiB has less than two of them
	w.set.Source = huge{w.set.Source, objects, func(n int) error {
		run, err := w.engine.Show(t.Context(), id)
		if err != nil {
			return err
		}
		if inMemory := int64(1+(n+1)*pieces) - run.Pages.Added; inMemory > 256 || inMemory < 0 {
			t.Errorf("after %d objects %d pages are in the database, and %d are not", n+1, run.Pages.Added, inMemory)
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		if m.HeapAlloc > before.HeapAlloc+2<<20 {
			t.Errorf("after %d objects the heap has %d bytes, before it had %d", n+1, m.HeapAlloc, before.HeapAlloc)
		}
		return w.engine.Cancel(t.Context(), id)
	}}
	runtime.GC()
	runtime.ReadMemStats(&before)
	if id, err = w.service.Start(t.Context(), runs.Sync, name, runs.Spec{}); err != nil {
		t.Fatal(err)
	}
	if run, err := w.until(t.Context(), id); err != nil || run.State != jobs.Cancelled {
		t.Errorf("%s: %s, %v", run.State, run.Error, err)
	}
}

// Large objects are shared by pages, and counted like all others: their bytes with the pieces, themselves with the run's end.
func TestPieces(t *testing.T) {
	t.Parallel()
	s := newShores(t, 52)
	s.At.Piece = 2 * chunk
	w, err := s.At.open(t.Context(), func() string { return s.At.Token })
	if err != nil {
		t.Fatal(err)
	}
	defer w.engine.Close()
	id, err := w.service.Start(t.Context(), runs.Sync, name, runs.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	run, err := w.until(t.Context(), id)
	if err != nil || run.State != jobs.Done {
		t.Fatalf("%s: %s, %v", run.State, run.Error, err)
	}
	pieces := 0
	for p, err := range w.engine.Pages(t.Context(), id) {
		if err != nil {
			t.Fatal(err)
		}
		if p.Kind == "piece" {
			pieces++
		}
	}
	if pieces != 3+2 {
		t.Errorf("%d pieces of 6 and of 4 chunks, two chunks each", pieces)
	}
	var bytes int64
	for _, data := range s.want {
		bytes += int64(len(data))
	}
	if got := run.Totals; got.Objects != int64(len(s.want)) || got.Objects != got.PlannedObjects || got.Bytes != bytes || got.Bytes != got.PlannedBytes {
		t.Errorf("%+v are counted of %d objects with %d bytes", got, len(s.want), bytes)
	}
	if tale := w.tales[len(w.tales)-1]; tale.Changed != int64(len(s.want)) || tale.ChangedBytes != bytes {
		t.Errorf("lineage was told of %d objects and %d bytes", tale.Changed, tale.ChangedBytes)
	}
	s.copied()
	w.verified(t, len(s.want))
}
