package storage_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/google/storage"
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
)

// drawer keeps sessions, as a job's state does.
type drawer struct {
	mu   sync.Mutex
	kept map[string]bridge.Secret
}

func (d *drawer) Load(_ context.Context, mark string) (bridge.Secret, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.kept[mark], nil
}

func (d *drawer) Save(_ context.Context, mark string, state bridge.Secret) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.kept == nil {
		d.kept = map[string]bridge.Secret{}
	}
	d.kept[mark] = state
	return nil
}

func inOrder(d *drawer) func(*storage.Options) { return func(o *storage.Options) { o.Sessions = d } }

func TestOrdered(t *testing.T) {
	t.Parallel()
	for name, n := range map[string]int{"a tail": 3*chunk + 17, "whole quanta": 3 * chunk, "a short last chunk": 2*chunk + quantum + 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t, storageapi.Bucket{Retention: time.Hour})
			d := &drawer{}
			s := f.store(inOrder(d))
			content, w, l := large(s, n)
			if !l.Ordered {
				t.Fatalf("layout %+v", l)
			}
			w.Headers.ContentType = "application/x-model"
			up := must[dataset.Upload](t)(s.Begin(t.Context(), w, l))
			if session := up.(storage.Resumable).Session(); session.Empty() || session != d.kept[mark] && session.Reveal() != d.kept[mark].Reveal() {
				t.Error("the session was not kept")
			}
			o, _, err := upload(t.Context(), up, l, content)
			if err != nil || !bytes.Equal(f.bytes(w.Name), content) || o.Metadata[dataset.Mark] != mark || o.Headers != w.Headers || len(o.MD5) == 0 {
				t.Fatalf("%+v, %v", o, err)
			}
			if !d.kept[mark].Empty() || len(f.cloud.Names(bucket)) != 1 {
				t.Errorf("left behind: %v", f.cloud.Names(bucket))
			}
		})
	}
}

// A process that has the session goes on where the one before was killed.
func TestOrderedGoesOn(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	d := &drawer{}
	content, w, l := large(f.store(inOrder(d)), 4*chunk+5)
	up := must[dataset.Upload](t)(f.store(inOrder(d)).Begin(t.Context(), w, l))
	for i := range 2 {
		c := l.Chunk(i, w.Size)
		must[dataset.Chunk](t)(up.Write(t.Context(), c, bytes.NewReader(content[c.Offset:c.Offset+c.Size])))
	}
	// The third breaks off in its middle.
	if _, err := up.Write(t.Context(), l.Chunk(2, w.Size), io.MultiReader(bytes.NewReader(content[2*chunk:2*chunk+700_000]), failing{})); code(err) != "source_broken" {
		t.Errorf("got %v", err)
	}
	again := must[dataset.Upload](t)(f.store(inOrder(d)).Begin(t.Context(), w, l))
	if done := again.Done(); len(done) != 2 || done[1].CRC32C != sum(content[chunk:2*chunk]) {
		t.Fatalf("done %+v", done)
	}
	if _, _, err := upload(t.Context(), again, l, content); err != nil || !bytes.Equal(f.bytes(w.Name), content) {
		t.Error(err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("broken") }

func TestOrderedSessionIsOver(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	d := &drawer{}
	s := f.store(inOrder(d))
	content, w, l := large(s, 2*chunk+5)
	first := must[dataset.Upload](t)(s.Begin(t.Context(), w, l))
	c := l.Chunk(0, w.Size)
	must[dataset.Chunk](t)(first.Write(t.Context(), c, bytes.NewReader(content[:chunk])))
	f.pass(8 * 24 * time.Hour)
	next := l.Chunk(1, w.Size)
	if _, err := first.Write(t.Context(), next, bytes.NewReader(content[chunk:2*chunk])); code(err) != "upload_session_gone" || !refusal(t, err).Retry {
		t.Errorf("a session of last week: %v", err)
	}
	up := must[dataset.Upload](t)(s.Begin(t.Context(), w, l))
	if len(up.Done()) != 0 {
		t.Error("a new session has chunks")
	}
	if _, _, err := upload(t.Context(), up, l, content); err != nil {
		t.Error(err)
	}
	other := must[dataset.Upload](t)(s.Begin(t.Context(), dataset.Write{Name: "y", Size: w.Size, Origin: mark}, l))
	if err := other.Abort(t.Context()); err != nil || !d.kept[mark].Empty() {
		t.Errorf("abort: %v", err)
	}
}

// Cloud Storage refuses the whole when the sum of it is another one, and the next attempt begins anew.
func TestOrderedWrongSum(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	d := &drawer{}
	s := f.store(inOrder(d))
	content, w, l := large(s, 2*chunk+5)
	up := must[dataset.Upload](t)(s.Begin(t.Context(), w, l))
	for i := range l.Chunks {
		c := l.Chunk(i, w.Size)
		must[dataset.Chunk](t)(up.Write(t.Context(), c, bytes.NewReader(content[c.Offset:c.Offset+c.Size])))
	}
	if _, err := up.Finish(t.Context(), nil, sum([]byte("else")), nil); code(err) != dataset.CodeMismatch {
		t.Errorf("got %v", err)
	}
	if _, err := s.Stat(t.Context(), w.Name); code(err) != dataset.CodeNotFound {
		t.Errorf("the object is there: %v", err)
	}
	if _, _, err := upload(t.Context(), must[dataset.Upload](t)(s.Begin(t.Context(), w, l)), l, content); err != nil {
		t.Error(err)
	}
}

func TestOrderedRefused(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store(inOrder(&drawer{}))
	_, w, l := large(s, 3*chunk)
	up := must[dataset.Upload](t)(s.Begin(t.Context(), w, l))
	if _, err := up.Write(t.Context(), l.Chunk(1, w.Size), strings.NewReader("")); code(err) != "chunk_out_of_order" {
		t.Errorf("got %v", err)
	}
	l.Size++
	if _, err := s.Begin(t.Context(), w, l); code(err) != "layout_refused" {
		t.Errorf("got %v", err)
	}
	must[int64](t)(f.cloud.Put(bucket, w.Name, nil, nil))
	w.Origin = strings.Repeat("0", 32)
	if _, err := s.Begin(t.Context(), w, s.Layout(w.Size, chunk)); code(err) != dataset.CodeExists {
		t.Errorf("over an object: %v", err)
	}
}

// trouble cuts connections before and after the far side acts, answers 503, and breaks bodies off, by a plan of random numbers.
func trouble(f *far, plan []int) {
	var mu sync.Mutex
	f.when(func(rw http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		if len(plan) == 0 {
			return false
		}
		what := plan[0]
		plan = plan[1:]
		switch what {
		case 1: // the request is lost
			panic(http.ErrAbortHandler)
		case 2:
			rw.WriteHeader(http.StatusServiceUnavailable)
			return true
		case 3: // the answer is lost
			f.google.ServeHTTP(&deaf{header: http.Header{}}, r)
			panic(http.ErrAbortHandler)
		}
		if what > 3 { // the body breaks off
			r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, int64(what)), cutOff{}))
			f.google.ServeHTTP(&deaf{header: http.Header{}}, r)
			panic(http.ErrAbortHandler)
		}
		return false
	})
}

type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// deaf takes an answer that nobody hears.
type deaf struct{ header http.Header }

func (d *deaf) Header() http.Header         { return d.header }
func (d *deaf) Write(p []byte) (int, error) { return len(p), nil }
func (d *deaf) WriteHeader(int)             {}

// Whatever breaks, and however often the process is killed: with retries the bytes are these, or there is no object.
func TestUploadsUnderTrouble(t *testing.T) {
	t.Parallel()
	for name, ordered := range map[string]bool{"in order": true, "in parts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t, storageapi.Bucket{})
			rapid.Check(t, func(rt *rapid.T) {
				n := rapid.IntRange(quantum+1, 4*quantum).Draw(rt, "size")
				d := &drawer{}
				options := []func(*storage.Options){}
				if ordered {
					options = append(options, inOrder(d))
				}
				s := f.store(options...)
				content, w, _ := large(s, n)
				l := dataset.Layout{Size: quantum, Chunks: (n + quantum - 1) / quantum, Ordered: ordered}
				w.Origin = strings.Repeat(string(rune('a'+rapid.IntRange(0, 5).Draw(rt, "origin"))), 32)
				w.Name = rapid.StringMatching(`[a-z]{1,12}`).Draw(rt, "name")
				w.If = dataset.If{}
				w.KeepParts = rapid.Bool().Draw(rt, "keep")
				trouble(f, rapid.SliceOfN(rapid.OneOf(rapid.Just(0), rapid.IntRange(1, 3), rapid.IntRange(4, 2*quantum)), 0, 12).Draw(rt, "plan"))
				for attempt := 0; ; attempt++ {
					err := func() error {
						up, err := s.Begin(t.Context(), w, l)
						if err != nil {
							return err
						}
						_, _, err = upload(t.Context(), up, l, content)
						return err
					}()
					if err == nil {
						break
					}
					if e := refusal(t, err); !e.Retry || attempt > 20 {
						rt.Fatalf("attempt %d: %s %v", attempt, e.Code, e)
					}
				}
				if !bytes.Equal(f.bytes(w.Name), content) {
					rt.Fatal("other bytes")
				}
			})
		})
	}
}
