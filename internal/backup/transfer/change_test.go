package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// hooked is a store that does something else first, once for each call that is named.
type hooked struct {
	*memory
	open, put, begin func(ctx context.Context, name string) error
}

func (h *hooked) Open(ctx context.Context, o dataset.Object, offset, length int64) (io.ReadCloser, error) {
	if h.open != nil {
		if err := h.open(ctx, o.Name); err != nil {
			return nil, err
		}
	}
	return h.memory.Open(ctx, o, offset, length)
}

func (h *hooked) Put(ctx context.Context, w dataset.Write, body io.Reader) (dataset.Object, error) {
	if h.put != nil {
		if err := h.put(ctx, w.Name); err != nil {
			return dataset.Object{}, err
		}
	}
	return h.memory.Put(ctx, w, body)
}

func (h *hooked) Begin(ctx context.Context, w dataset.Write, l dataset.Layout) (dataset.Upload, error) {
	if h.begin != nil {
		if err := h.begin(ctx, w.Name); err != nil {
			return nil, err
		}
	}
	return h.memory.Begin(ctx, w, l)
}

// sizes are one object for each way of copying.
func sizes() map[string]int {
	return map[string]int{"small": 100, "medium": chunk - 5, "large": 3*chunk + 5}
}

func TestSourceChangesWhileCopied(t *testing.T) {
	t.Parallel()
	for way, size := range sizes() {
		for _, c := range []struct {
			times int
			good  bool
		}{{1, true}, {50, false}} {
			t.Run(fmt.Sprint(way, " ", c.times), func(t *testing.T) {
				t.Parallel()
				from, to := &hooked{memory: newMemory("a")}, newMemory("b")
				seed(t, from.memory, map[string][]byte{way: text("old", size)})
				left := atomic.Int64{}
				left.Store(int64(c.times))
				from.open = func(ctx context.Context, name string) error {
					if left.Add(-1) >= 0 {
						seed(t, from.memory, map[string][]byte{name: text(fmt.Sprint(left.Load()), size)})
					}
					return nil
				}
				got, err := run(t.Context(), t, options(from, to, "r"), transfer.PlanOptions{})
				if err != nil {
					t.Fatal(err)
				}
				from.open = nil
				if c.good {
					sound(t, got, from, to)
					return
				}
				if got.Failed.Objects != 1 || codeOf(got.Results[0].Err) != dataset.CodeChanged || len(held(t, to)) > 0 {
					t.Errorf("%+v", got.Report)
				}
			})
		}
	}
}

func TestTargetChangedByAnother(t *testing.T) {
	t.Parallel()
	theirs := []byte("theirs")
	for way, size := range sizes() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			from, to := newMemory("a"), &hooked{memory: newMemory("b")}
			seed(t, from, map[string][]byte{way: text("new", size)})
			meanwhile := sync.OnceFunc(func() { seed(t, to.memory, map[string][]byte{way: theirs}) })
			to.put = func(context.Context, string) error { meanwhile(); return nil }
			to.begin = to.put
			got, err := run(t.Context(), t, options(from, to, "r"), transfer.PlanOptions{})
			if err != nil || got.Failed.Objects != 1 || codeOf(got.Results[0].Err) != dataset.CodeExists {
				t.Fatalf("%+v, %v", got.Report, err)
			}
			if e := got.Results[0].Err; !strings.Contains(e.Error(), "written by somebody else meanwhile, and is left as it is") || bridge.HintOf(e) == "" {
				t.Error(e)
			}
			if !bytes.Equal(held(t, to)[way], theirs) {
				t.Error("what somebody else wrote was overwritten")
			}
			again, err := run(t.Context(), t, options(from, to, "r2"), transfer.PlanOptions{})
			if err != nil || again.Actions[transfer.Conflict].Objects != 1 || len(again.entries) != 0 {
				t.Errorf("%+v, %v", again.Report, err)
			}
		})
	}
}

// A source that holds other bytes than its sums are of is told, and not copied.
func TestSourceDamaged(t *testing.T) {
	t.Parallel()
	for way, size := range sizes() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			from, to := newMemory("a"), newMemory("b")
			seed(t, from, map[string][]byte{way: text("good", size)})
			from.held[way].text[size/2] ^= 1
			got, err := run(t.Context(), t, options(from, to, "r"), transfer.PlanOptions{})
			if err != nil || got.Failed.Objects != 1 || codeOf(got.Results[0].Err) != transfer.CodeSource || bridge.KindOf(got.Results[0].Err) != bridge.Damaged {
				t.Fatalf("%+v, %v", got.Report, err)
			}
			if len(held(t, to)) > 0 {
				t.Error("damaged bytes were copied")
			}
		})
	}
}

func fails(code string, retry bool, status int, after time.Duration) error {
	return &bridge.Error{Kind: bridge.Unreachable, Code: code, Text: "no", Retry: retry, Status: status, RetryAfter: after}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what     string
		err      error
		fails    int // calls that fail before one goes well
		calls    int
		ok       bool
		min, max time.Duration
	}{
		{"goes well", nil, 0, 1, true, 0, 0},
		{"no other attempt helps", fails("denied", false, 403, 0), 9, 1, false, 0, 0},
		{"twice", fails("busy", true, 503, 0), 2, 3, true, 375 * time.Millisecond, 750 * time.Millisecond},
		{"as long as the store asks", fails("busy", true, 429, time.Minute), 1, 2, true, time.Minute, time.Minute},
		{"enough", fails("busy", true, 503, 0), 99, 4, false, 875 * time.Millisecond, 1750 * time.Millisecond},
		{"a token that expired", fails("expired", false, 401, 0), 1, 2, true, 0, time.Second},
		{"a token that does not help", fails("expired", false, 401, 0), 99, 2, false, 0, time.Second},
		{"a body that ends early", io.ErrUnexpectedEOF, 1, 2, true, 0, time.Second},
		{"something else", errors.New("else"), 9, 1, false, 0, 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := transfer.NewRetrier(transfer.RetryOptions{Attempts: 4})
				calls, began := 0, time.Now()
				err := r.Do(t.Context(), func(context.Context) error {
					if calls++; calls <= c.fails {
						return c.err
					}
					return nil
				})
				if took := time.Since(began); calls != c.calls || (err == nil) != c.ok || took < c.min || took > c.max {
					t.Errorf("%d calls, %v, after %v", calls, err, took)
				}
			})
		})
	}
}

// When a store is down, the budget is soon spent, however many objects wait for it.
func TestRetryBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := transfer.NewRetrier(transfer.RetryOptions{Budget: 20})
		var calls atomic.Int64
		for range 100 {
			_ = r.Do(t.Context(), func(context.Context) error {
				calls.Add(1)
				return fails("down", true, 503, 0)
			})
		}
		if calls.Load() != 120 {
			t.Errorf("%d calls for a hundred objects", calls.Load())
		}
	})
}

func TestBandwidth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		from, to := newMemory("a"), newMemory("b")
		seed(t, from, mixed())
		total := 0
		for _, b := range mixed() {
			total += len(b)
		}
		o := options(from, to, "r")
		o.Bandwidth = 10_000
		began := time.Now()
		got, err := run(t.Context(), t, o, transfer.PlanOptions{})
		if err != nil || got.Failed.Objects > 0 {
			t.Fatal(err, got.Results)
		}
		want := time.Duration(total-10_000) * time.Second / 10_000
		if took := time.Since(began); took < want || took > want+2*time.Second {
			t.Errorf("%d bytes took %v, want %v", total, took, want)
		}
	})
}

// Many workers share one object, each with a store and a copier of its own; the one that finishes it finds every chunk.
func TestPieces(t *testing.T) {
	t.Parallel()
	from, to := newMemory("a"), newMemory("b")
	seed(t, from, map[string][]byte{"huge": text("huge", 10*chunk+3)})
	o, err := from.Stat(t.Context(), "huge")
	if err != nil {
		t.Fatal(err)
	}
	item := transfer.Item{Action: transfer.Create, Name: "huge", Source: o}
	var group sync.WaitGroup
	for first := 0; first < 11; first += 3 {
		group.Go(func() {
			if err := transfer.New(options(from, to, "r")).CopyPiece(t.Context(), item, first, min(first+3, 11)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	c := transfer.New(options(from, to, "r"))
	if chunks, yes := c.Divisible(o); chunks != 11 || !yes {
		t.Error(chunks, yes)
	}
	r := c.Do(t.Context(), item)
	if r.Err != nil || len(r.Entry.Chunks) != 11 {
		t.Fatal(r)
	}
	sound(t, outcome{entries: []dataset.Entry{*r.Entry}}, from, to)
	for what, n := range to.written {
		if n != 1 {
			t.Errorf("%s was stored %d times", what, n)
		}
	}
	for _, bad := range [][2]int{{0, 0}, {-1, 3}, {9, 12}} {
		if err := c.CopyPiece(t.Context(), item, bad[0], bad[1]); codeOf(err) != "piece_refused" {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// What would befall every other object too ends the run.
func TestHopeless(t *testing.T) {
	t.Parallel()
	from, to := newMemory("a"), &hooked{memory: newMemory("b")}
	seed(t, from, mixed())
	full := &bridge.Error{Kind: bridge.Unreachable, Code: dataset.CodeFull, Text: "no room"}
	to.put = func(context.Context, string) error { return full }
	if _, err := run(t.Context(), t, options(from, to, "r"), transfer.PlanOptions{}); !errors.Is(err, full) {
		t.Error(err)
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		from := newMemory("a")
		seed(t, from, mixed())
		var objects, moved, retries, total atomic.Int64
		for _, b := range mixed() {
			total.Add(int64(len(b)))
		}
		o := options(&faulty{Writer: from, chaos: newChaos(3, 0.2)}, newMemory("b"), "r")
		o.Progress = func(p transfer.Progress) {
			objects.Add(p.Objects)
			moved.Add(p.Bytes)
			retries.Add(p.Retries)
		}
		if got, err := run(t.Context(), t, o, transfer.PlanOptions{}); err != nil || got.Failed.Objects > 0 {
			t.Fatal(err, got.Results)
		}
		if objects.Load() != int64(len(mixed())) || moved.Load() != total.Load() || retries.Load() == 0 {
			t.Errorf("%d objects, %d bytes of %d, %d retries", objects.Load(), moved.Load(), total.Load(), retries.Load())
		}
	})
}

// A target that keeps no CRC32C is believed what it was given, and read again when a run finds only its mark. What has rotted since is
// brought anew.
func TestTargetWithoutSums(t *testing.T) {
	t.Parallel()
	from, to := newMemory("a"), newMemory("b")
	to.noSums = true
	seed(t, from, mixed())
	first, err := run(t.Context(), t, options(from, to, "r"), transfer.PlanOptions{})
	if err != nil || first.Failed.Objects > 0 {
		t.Fatal(err, first.Results)
	}
	sound(t, first, from, to)
	for _, rotten := range []string{"small/003", "large/more", "medium"} {
		to.held[rotten].text[50] ^= 1
	}
	again, err := run(t.Context(), t, options(from, to, "r"), transfer.PlanOptions{}) // as if the manifest had been lost
	if err != nil || again.Failed.Objects > 0 || again.Actions[transfer.Adopt].Objects != int64(len(mixed())) {
		t.Fatal(err, again.Results)
	}
	sound(t, again, from, to)
}

func TestMirror(t *testing.T) {
	t.Parallel()
	from, to := newMemory("a"), newMemory("b")
	seed(t, from, map[string][]byte{"stays": {1}, "goes": {2}})
	first, err := run(t.Context(), t, options(from, to, "r1"), transfer.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	seed(t, to, map[string][]byte{"another's": {3}})
	delete(from.held, "goes")
	kept, err := run(t.Context(), t, options(from, to, "r2"), transfer.PlanOptions{Previous: first.previous()})
	if err != nil || len(held(t, to)) != 3 || len(kept.entries) != 2 {
		t.Errorf("%q, %v", held(t, to), err)
	}
	gone, err := run(t.Context(), t, options(from, to, "r3"), transfer.PlanOptions{Previous: kept.previous(), Mirror: true})
	if err != nil || len(held(t, to)) != 2 || len(gone.entries) != 1 {
		t.Errorf("%q, %v", held(t, to), err)
	}
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e.Code
	}
	return ""
}
