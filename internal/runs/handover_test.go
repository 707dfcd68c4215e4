package runs_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/runs"
	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
)

// hands bring what a list names when they are first asked for it, and write over nothing.
type hands struct {
	s     *shores
	fails int    // orders that end badly
	meet  func() // happens before they begin
	after func() // happens when they have ended

	mu        sync.Mutex
	lists     map[string]string // by run
	orders    []string          // the tickets, each with the spent one before it
	cancelled []string
}

func (*hands) List(w io.Writer, names iter.Seq2[string, error]) error {
	out := csv.NewWriter(w)
	for name, err := range names {
		if err != nil {
			return err
		}
		if err := out.Write([]string{name}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (h *hands) Start(_ context.Context, run, list string, spent []byte) ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lists[run] = list
	h.orders = append(h.orders, string(spent)+">"+string(rune('a'+len(h.orders))))
	return []byte(h.orders[len(h.orders)-1]), nil
}

func (h *hands) Follow(_ context.Context, run string, ticket []byte) (runs.Delivery, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := runs.Delivery{Began: time.Now().Add(-time.Second)}
	if n := slices.Index(h.orders, string(ticket)); n < h.fails {
		out.Ended = time.Now()
		return out, &bridge.Error{Kind: bridge.Unreachable, Code: "FAILED", Text: "the transfer failed"}
	}
	if h.meet != nil {
		h.meet()
	}
	text, err := h.s.google.Bytes(bucket, h.lists[run])
	if err != nil {
		return out, err
	}
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return out, err
	}
	for _, line := range lines {
		if slices.Contains(h.s.google.Names(bucket), line[0]) {
			continue
		}
		if _, err := h.s.google.Put(bucket, line[0], h.s.want[line[0]], nil); err != nil {
			return out, err
		}
		out.Objects++
	}
	out.Ended = time.Now()
	if h.after != nil {
		h.after()
	}
	return out, nil
}

func (h *hands) Cancel(_ context.Context, _ string, ticket []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cancelled = append(h.cancelled, string(ticket))
	return nil
}

// handing is a dataset that is copied by order.
func handing(t *testing.T, seed uint64) (*works, *hands, *shores) {
	t.Helper()
	s := newShores(t, seed)
	w, err := s.At.open(t.Context(), func() string { return s.At.Token })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.engine.Close() })
	h := &hands{s: s, lists: map[string]string{}}
	w.set.Courier = h
	return w, h, s
}

func (s *shores) change(name, text string) {
	s.Helper()
	s.want[name] = []byte(text)
	if err := s.blobs.Apply(blobapi.Seed{Account: account, Container: container, Blob: name, Data: []byte(text)}); err != nil {
		s.Fatal(err)
	}
}

func (s *shores) put(name, text string) {
	s.Helper()
	if _, err := s.google.Put(bucket, name, []byte(text), nil); err != nil {
		s.Fatal(err)
	}
}

// What somebody writes under an ordered name while the order is under way is left alone, whatever its size; what the source has changed since is
// brought as it is now.
func TestHandedOverBesideSomebody(t *testing.T) {
	t.Parallel()
	w, h, s := handing(t, 21)
	s.want["blocks"] = []byte("theirs not")
	seed := blobapi.Seed{Account: account, Container: container, Blob: "blocks", Data: s.want["blocks"], BlockSize: 4} // no store keeps a sum of it
	if err := s.blobs.Apply(seed); err != nil {
		t.Fatal(err)
	}
	theirs := map[string]string{"blocks": "of a thing", "parts/000.csv": "somebody's", "parts/001.csv": "somebody's too"}
	h.meet = func() {
		for name, text := range theirs {
			s.put(name, text)
		}
	}
	h.after = func() {
		s.change("parts/001.csv", "changed beside theirs")
		s.change("parts/002.csv", "changed since")
	}
	run := w.run(t, runs.Sync)
	var out runs.Synced
	if err := json.Unmarshal(run.Result, &out); err != nil || run.State != jobs.Done {
		t.Fatalf("%s: %v %s", run.State, run.Error, run.Result)
	}
	for name, text := range theirs {
		if got, err := s.google.Bytes(bucket, name); err != nil || string(got) != text {
			t.Errorf("%s is now %q: %v", name, got, err)
		}
	}
	if got, err := s.google.Bytes(bucket, "parts/002.csv"); err != nil || string(got) != "changed since" {
		t.Errorf("what has changed since is %.20q: %v", got, err)
	}
	var failed []string
	for _, f := range out.Failures {
		failed = append(failed, f.Name+": "+f.Text)
	}
	for _, want := range []string{`blocks: `, "parts/000.csv: handed over, and somebody else wrote what is there"} {
		if !strings.Contains(strings.Join(failed, "\n"), want) {
			t.Errorf("no %q in %q", want, failed)
		}
	}
}

// A list that somebody changed is not believed: nothing is written by it.
func TestListChangedMeanwhile(t *testing.T) {
	t.Parallel()
	for seed, tt := range map[uint64]struct {
		change func(s *shores, run string) error
		text   string
	}{
		22: {func(s *shores, run string) error {
			_, err := s.google.Put(bucket, ".landbridge/handover/"+run+".jsonl", []byte(`{"name":"parts/000.csv","size":7}`), nil)
			return err
		}, "when it was handed over, and is sha256:"},
		23: {func(s *shores, run string) error {
			return s.google.Remove(bucket, ".landbridge/handover/"+run+".jsonl")
		}, ".jsonl, is gone"},
	} {
		w, h, s := handing(t, seed)
		h.meet = func() { s.put("parts/000.csv", "theirs!") }
		h.after = func() {
			for run := range h.lists {
				if err := tt.change(s, run); err != nil {
					t.Error(err)
				}
			}
		}
		run := w.run(t, runs.Sync)
		if run.State != jobs.Failed || !strings.Contains(run.Error, tt.text) {
			t.Errorf("%s: %s; want %q", run.State, run.Error, tt.text)
		}
		if got, err := s.google.Bytes(bucket, "parts/000.csv"); err != nil || string(got) != "theirs!" {
			t.Errorf("%q, %v", got, err)
		}
	}
}

// A retry after an order that ended badly gives another one, and only one.
func TestRetriedOrder(t *testing.T) {
	t.Parallel()
	w, h, s := handing(t, 24)
	h.fails = 1
	run := w.run(t, runs.Sync)
	if run.State != jobs.Failed || !strings.Contains(run.Error, "the transfer failed") {
		t.Fatalf("%s: %s", run.State, run.Error)
	}
	if err := w.engine.Retry(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	again, err := w.until(t.Context(), run.ID)
	if err != nil || again.State != jobs.Done {
		t.Fatalf("%s: %s, %v", again.State, again.Error, err)
	}
	if want := []string{">a", ">a>b"}; !slices.Equal(h.orders, want) {
		t.Errorf("orders %q, want %q", h.orders, want)
	}
	s.copied()
}
