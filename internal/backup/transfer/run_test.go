package transfer_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/folder"
	"github.com/landbridge/landbridge/internal/manifest"
)

// signer signs manifests in tests.
type signer struct {
	private ed25519.PrivateKey
	id      string
	keys    manifest.Keys
}

func newSigner(t testing.TB) signer {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := manifest.NewKeys(public)
	if err != nil {
		t.Fatal(err)
	}
	s := signer{private: private, keys: keys}
	for id := range keys {
		s.id = id
	}
	return s
}

func (s signer) KeyID() string   { return s.id }
func (signer) Algorithm() string { return manifest.Ed25519 }
func (s signer) Sign(_ context.Context, digest []byte) ([]byte, error) {
	return ed25519.Sign(s.private, digest), nil
}

// text is n bytes that differ by name.
func text(name string, n int) []byte {
	b := make([]byte, n)
	x := checksum.Update(0, []byte(name)) | 1
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}

// seed writes objects into a store.
func seed(t testing.TB, w dataset.Writer, objects map[string][]byte) {
	t.Helper()
	for name, b := range objects {
		o := dataset.Write{Name: name, Size: int64(len(b)), Headers: dataset.Headers{ContentType: "application/x-" + fmt.Sprint(len(b))}}
		if _, err := w.Put(t.Context(), o, bytes.NewReader(b)); err != nil {
			t.Fatal(err)
		}
	}
}

// held is what a store holds, by its bytes.
func held(t testing.TB, r dataset.Reader) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for o, err := range r.List(context.WithoutCancel(t.Context()), dataset.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		body, err := r.Open(t.Context(), o, 0, o.Size)
		if err != nil {
			t.Fatal(err)
		}
		if all[o.Name], err = io.ReadAll(body); err != nil {
			t.Fatal(err)
		}
		_ = body.Close()
	}
	return all
}

func mixed() map[string][]byte {
	all := map[string][]byte{
		"empty": {}, "one": {1}, "ünï/cödé %41 ?#": text("u", 777), "deep/er/and/deeper": text("d", 1000),
		"large/exact": text("le", 4*chunk), "large/more": text("lm", 5*chunk+17), "medium": text("m", chunk-1), "whole": text("w", whole),
	}
	for i := range 12 {
		all[fmt.Sprintf("small/%03d", i)] = text(fmt.Sprint(i), 100+i*31)
	}
	return all
}

// Sizes small enough for every way of copying to be walked quickly.
const (
	whole = 4 << 10
	chunk = 16 << 10
)

func options(from dataset.Reader, to dataset.Writer, id string) transfer.Options {
	return transfer.Options{
		Source: from, Target: to, Run: id, Chunk: chunk, Whole: whole, Objects: 8, Streams: 4, KeepParts: true,
		Clock: func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) },
	}
}

// outcome is a run and the entries that it made.
type outcome struct {
	transfer.Report
	entries []dataset.Entry
}

func (o outcome) previous() iter.Seq2[dataset.Entry, error] {
	return func(yield func(dataset.Entry, error) bool) {
		for _, e := range o.entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// run plans, copies, writes the manifest, signs it, and reads it again.
func run(ctx context.Context, t testing.TB, o transfer.Options, p transfer.PlanOptions) (outcome, error) {
	t.Helper()
	var out bytes.Buffer
	m, err := manifest.NewWriter(&out, manifest.Header{Dataset: "d", Run: o.Run})
	if err != nil {
		t.Fatal(err)
	}
	report, err := transfer.New(o).Sync(ctx, p, m)
	if err != nil {
		return outcome{Report: report}, err
	}
	s := newSigner(t)
	if _, err := m.Close(ctx, s); err != nil {
		t.Fatal(err)
	}
	r, err := manifest.NewReader(&out, s.keys)
	if err != nil {
		t.Fatal(err)
	}
	got := outcome{Report: report}
	for e, err := range r.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		got.entries = append(got.entries, e)
	}
	return got, nil
}

func newFolder(t testing.TB) *folder.Folder {
	t.Helper()
	f, err := folder.New(folder.Options{Path: t.TempDir(), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// sound says that the target holds what the source does, and that the manifest says so too.
func sound(t *testing.T, o outcome, from, to dataset.Reader) {
	t.Helper()
	want := held(t, from)
	if got := held(t, to); !maps.EqualFunc(want, got, bytes.Equal) {
		t.Errorf("the source has %q, the target %q, or other bytes", slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)))
	}
	if len(o.entries) != len(want) {
		t.Errorf("%d entries for %d objects", len(o.entries), len(want))
	}
	for _, e := range o.entries {
		b := want[e.Name]
		if e.Size != int64(len(b)) || e.CRC32C != checksum.Of(checksum.Update(0, b)) {
			t.Errorf("entry of %q: %d bytes, %s", e.Name, e.Size, e.CRC32C)
		}
		now, err := to.Stat(t.Context(), e.Name)
		if err != nil || now.ETag != e.Target.ETag || now.Version != e.Target.Version {
			t.Errorf("entry of %q names %+v, and there is %+v, %v", e.Name, e.Target, now, err)
		}
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	stores := map[string]func() dataset.Writer{
		"memory": func() dataset.Writer { return newMemory("b") },
		"folder": func() dataset.Writer { return newFolder(t) },
	}
	for from, source := range stores {
		for to, target := range stores {
			for _, policy := range []transfer.MD5{transfer.MD5Never, transfer.MD5WhenCheap, transfer.MD5Always} {
				t.Run(fmt.Sprintf("%s to %s, md5 %s", from, to, policy), func(t *testing.T) {
					t.Parallel()
					s, d := source(), target()
					seed(t, s, mixed())
					o := options(s, d, "run-1")
					o.MD5 = policy
					first, err := run(t.Context(), t, o, transfer.PlanOptions{})
					if err != nil || first.Failed.Objects > 0 {
						t.Fatal(err, first.Results)
					}
					sound(t, first, s, d)
					if from == "folder" {
						o.MD5 = transfer.MD5Never // it keeps none
					}
					proofs(t, first, o.MD5, to == "folder")

					o.Run = "run-2"
					again, err := run(t.Context(), t, o, transfer.PlanOptions{Previous: first.previous()})
					if err != nil || again.Totals.Actions[transfer.Keep].Objects != int64(len(mixed())) {
						t.Errorf("nothing to do, and: %s, %v", again.Totals, err)
					}
					if diff := cmp.Diff(first.entries, again.entries); diff != "" {
						t.Error(diff)
					}
				})
			}
		}
	}
}

func proofs(t *testing.T, o outcome, policy transfer.MD5, reread bool) {
	t.Helper()
	for _, e := range o.entries {
		if got := strings.HasSuffix(string(e.Proof), "reread"); got != reread {
			t.Errorf("%q has the proof %q", e.Name, e.Proof)
		}
		large := e.Size > chunk
		if got := strings.Contains(string(e.Proof), "md5"); got != (policy == transfer.MD5Always || policy == transfer.MD5WhenCheap && !large) {
			t.Errorf("%q has the proof %q", e.Name, e.Proof)
		}
		if large != (len(e.Chunks) > 1) {
			t.Errorf("%q of %d bytes has %d chunks", e.Name, e.Size, len(e.Chunks))
		}
	}
	if !slices.IsSortedFunc(o.entries, func(a, b dataset.Entry) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("entries out of order")
	}
}
