package manifest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/folder"
	"github.com/landbridge/landbridge/internal/manifest"
)

func seq(all []dataset.Entry) iter.Seq2[dataset.Entry, error] {
	return func(yield func(dataset.Entry, error) bool) {
		for _, e := range all {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// breaking is a place whose every body breaks after some bytes, and whose answers are lost now and then.
type breaking struct {
	dataset.Writer
	calls int
}

func (b *breaking) Open(ctx context.Context, o dataset.Object, offset, length int64) (io.ReadCloser, error) {
	r, err := b.Writer.Open(ctx, o, offset, length)
	if err != nil || length < 1000 {
		return r, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(r, max(777, length/3)), r}, nil
}

func (b *breaking) Put(ctx context.Context, w dataset.Write, body io.Reader) (dataset.Object, error) {
	o, err := b.Writer.Put(ctx, w, body)
	if b.calls++; b.calls%2 == 0 && strings.HasSuffix(w.Name, "latest") {
		return o, &bridge.Error{Kind: bridge.Unreachable, Code: "reset", Retry: true}
	}
	return o, err
}

func newStore(t *testing.T, k key, dir string) (*manifest.Store, *breaking) {
	t.Helper()
	f, err := folder.New(folder.Options{Path: dir, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	place := &breaking{Writer: f}
	return manifest.NewStore(manifest.StoreOptions{Place: place, Signer: k.signer, Keys: k.verifier, Temp: t.TempDir(), Retry: again}), place
}

func (k key) signer(context.Context) (manifest.Signer, error)     { return k, nil }
func (k key) verifier(context.Context) (manifest.Verifier, error) { return k.keys, nil }

// again is three attempts at what may go better.
func again(ctx context.Context, call func(context.Context) error) (err error) {
	for range 3 {
		err = call(ctx)
		if e, ok := errors.AsType[*bridge.Error](err); !errors.Is(err, io.ErrUnexpectedEOF) && (!ok || !e.Retry) {
			break
		}
	}
	return err
}

func TestStore(t *testing.T) {
	t.Parallel()
	k := edKey(t)
	dir := t.TempDir()
	s, _ := newStore(t, k, dir)
	h := header
	h.Previous = ""
	if _, err := s.Latest(t.Context(), "train"); codeOf(err) != dataset.CodeNotFound {
		t.Errorf("nothing is there: %v", err)
	}
	var digests []string
	for n := range 3 {
		h.Run = fmt.Sprintf("run-%d", n)
		trailer, err := s.Write(t.Context(), h, seq(entries(50+n)))
		if err != nil {
			t.Fatal(err)
		}
		stored, err := s.Latest(t.Context(), "train")
		if err != nil || stored.Trailer.Digest() != trailer.Digest() || stored.Header.Run != h.Run || stored.Header.Previous != h.Previous {
			t.Errorf("%+v, %v", stored, err)
		}
		h.Previous = trailer.Digest()
		digests = append(digests, h.Previous)
	}
	count := 0
	one, err := s.Check(t.Context(), "train", "run-1")
	if err != nil {
		t.Fatal(err)
	}
	for e, err := range s.Entries(t.Context(), one) {
		if err != nil || e.Name == "" {
			t.Fatal(err)
		}
		count++
	}
	var runs []string
	for r, err := range s.Runs(t.Context(), "train") {
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, r)
	}
	if count != 51 || !slices.Equal(runs, []string{"run-0", "run-1", "run-2"}) {
		t.Errorf("%d entries, runs %q", count, runs)
	}
	h.Run, h.Previous = "run-3", digests[0]
	if _, err := s.Write(t.Context(), h, seq(entries(1))); codeOf(err) != manifest.CodeOvertaken || !strings.Contains(err.Error(), `"run-2"`) {
		t.Errorf("a run that follows an older one: %v", err)
	}
}

// A manifest that is sent in chunks.
func TestStoreLarge(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t, edKey(t), t.TempDir())
	h := header
	h.Previous = ""
	if _, err := s.Write(t.Context(), h, seq(entries(45_000))); err != nil {
		t.Fatal(err)
	}
	if m, err := s.Latest(t.Context(), "train"); err != nil || m.Trailer.Objects != 45_000 {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestStoreRefuses(t *testing.T) {
	t.Parallel()
	k := edKey(t)
	dir := t.TempDir()
	s, _ := newStore(t, k, dir)
	h := header
	h.Previous = ""
	if _, err := s.Write(t.Context(), h, seq(entries(5))); err != nil {
		t.Fatal(err)
	}
	h.Run, h.Dataset = "../up", "train"
	if _, err := s.Write(t.Context(), h, seq(nil)); codeOf(err) != "name_refused" {
		t.Errorf("a run that leads elsewhere: %v", err)
	}
	other := header
	other.Dataset, other.Previous = "other", ""
	if _, err := s.Write(t.Context(), other, seq(entries(3))); err != nil {
		t.Fatal(err)
	}
	file := func(name string) string { return filepath.Join(dir, "manifests", "train", name) }
	for _, c := range []struct {
		what, name, want string
		spoil            func(text []byte) []byte
	}{
		{"another dataset's manifest", "run-2.jsonl", `manifest of run "run-2" of dataset "other"`, func([]byte) []byte {
			text, _ := os.ReadFile(filepath.Join(dir, "manifests", "other", "run-2.jsonl"))
			return text
		}},
		{"half a manifest", "run-2.jsonl", "truncated", func(b []byte) []byte { return b[:len(b)-100] }},
		{"a pointer to another digest", "latest", "has the digest", func(b []byte) []byte { return []byte(`{"run":"run-2","digest":"sha256:00"}`) }},
		{"a pointer to nothing", "latest", "does not name a run", func([]byte) []byte { return []byte("{}") }},
	} {
		good, err := os.ReadFile(file(c.name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file(c.name), c.spoil(good), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Latest(t.Context(), "train"); err == nil || !strings.Contains(err.Error(), c.want) || bridge.KindOf(err) != bridge.Damaged {
			t.Errorf("%s: %v, want %q", c.what, err, c.want)
		}
		if err := os.WriteFile(file(c.name), good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// forgetful is a place that gives what is under a name now, whatever it is asked for.
type forgetful struct{ dataset.Writer }

func (f forgetful) Open(ctx context.Context, o dataset.Object, offset, length int64) (io.ReadCloser, error) {
	now, err := f.Stat(ctx, o.Name)
	if err != nil {
		return nil, err
	}
	return f.Writer.Open(ctx, now, offset, length)
}

// A manifest in the place of the one that was checked is not read as if it were that one, though the same key has signed both, for the same run.
func TestEntriesOfAnotherManifest(t *testing.T) {
	t.Parallel()
	k := edKey(t)
	dir, elsewhere := t.TempDir(), t.TempDir()
	s, place := newStore(t, k, dir)
	other, _ := newStore(t, k, elsewhere)
	h := header
	h.Previous = ""
	if _, err := s.Write(t.Context(), h, seq(entries(5))); err != nil {
		t.Fatal(err)
	}
	h.Created = h.Created.Add(time.Second) // as long, and not the same
	if _, err := other.Write(t.Context(), h, seq(entries(5))); err != nil {
		t.Fatal(err)
	}
	checked, err := s.Latest(t.Context(), "train")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join("manifests", "train", h.Run+".jsonl")
	text, err := os.ReadFile(filepath.Join(elsewhere, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
		t.Fatal(err)
	}
	end := func() (err error) {
		for _, err = range s.Entries(t.Context(), checked) {
			if err != nil {
				return err
			}
		}
		return nil
	}
	if err := end(); codeOf(err) != dataset.CodeChanged {
		t.Errorf("the place has other bytes: %v", err)
	}
	place.Writer = forgetful{place.Writer}
	if err := end(); codeOf(err) != manifest.CodeAltered || !strings.Contains(err.Error(), "was "+checked.Digest()+" when it was checked") {
		t.Errorf("the place does not say so: %v", err)
	}
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e.Code
	}
	return ""
}

// A key that is rotated signs the next manifest, and never one that was begun.
func TestStoreAsksForTheKeyOfEachManifest(t *testing.T) {
	t.Parallel()
	first, second := edKey(t), edKey(t)
	s, _ := newStore(t, first, t.TempDir())
	asked := 0
	s.Signer = func(context.Context) (manifest.Signer, error) {
		if asked++; asked == 1 {
			return first, nil
		}
		return second, nil
	}
	both := manifest.Keys{}
	maps.Copy(both, first.keys)
	maps.Copy(both, second.keys)
	s.Keys = func(context.Context) (manifest.Verifier, error) { return both, nil }
	h := header
	h.Previous = ""
	for n, want := range []key{first, second} {
		h.Run = fmt.Sprintf("run-%d", n)
		trailer, err := s.Write(t.Context(), h, seq(nil))
		if err != nil || trailer.Key != want.KeyID() || asked != n+1 {
			t.Errorf("run %d: signed by %s, want %s; asked %d times: %v", n, trailer.Key, want.KeyID(), asked, err)
		}
		if _, err := s.Latest(t.Context(), h.Dataset); err != nil {
			t.Error(err)
		}
		h.Previous = trailer.Digest()
	}
}
