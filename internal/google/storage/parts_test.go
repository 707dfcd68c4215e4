package storage_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/google/storage"
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
)

const chunk = 1 << 20

func large(s *storage.Store, n int) (content []byte, w dataset.Write, l dataset.Layout) {
	content = pattern(n)
	w = dataset.Write{Name: "large.bin", Size: int64(n), Origin: mark, If: dataset.If{Absent: true}}
	return content, w, s.Layout(w.Size, chunk)
}

func TestParts(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	content, w, l := large(s, 3*chunk+17)
	if l.Chunks != 4 || l.Ordered {
		t.Fatalf("layout %+v", l)
	}
	up := must[dataset.Upload](t)(s.Begin(t.Context(), w, l))
	o, chunks, err := upload(t.Context(), up, l, content)
	if err != nil {
		t.Fatal(err)
	}
	if o.CRC32C != sum(content) || o.Parts != 4 || o.Metadata[dataset.Mark] != mark || !bytes.Equal(f.bytes(w.Name), content) {
		t.Errorf("got %+v", o)
	}
	if diff := cmp.Diff([]string{w.Name}, f.cloud.Names(bucket)); diff != "" {
		t.Errorf("the parts are still there: %s", diff)
	}
	for i, c := range chunks {
		if c.Index != i || !strings.HasPrefix(c.Ref, ".landbridge/parts/"+mark+"/1048576/") {
			t.Errorf("chunk %+v", c)
		}
	}
}

// Another process finds the parts that the first one finished, and none of them is sent again.
func TestPartsAreFoundAgain(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	content, w, l := large(s, 4*chunk)
	up := must[dataset.Upload](t)(s.Begin(t.Context(), w, l))
	for _, i := range []int{0, 2} {
		c := l.Chunk(i, w.Size)
		must[dataset.Chunk](t)(up.Write(t.Context(), c, bytes.NewReader(content[c.Offset:c.Offset+c.Size])))
	}
	second := f.store()
	again := must[dataset.Upload](t)(second.Begin(t.Context(), w, l))
	done := again.Done()
	if len(done) != 2 || done[0].Index != 0 || done[1].Index != 2 || done[1].CRC32C != sum(content[2*chunk:3*chunk]) {
		t.Fatalf("done %+v", done)
	}
	before := f.count(isUpload)
	if _, _, err := upload(t.Context(), again, l, content); err != nil {
		t.Fatal(err)
	}
	if sent := f.count(isUpload) - before; sent != 2 || !bytes.Equal(f.bytes(w.Name), content) {
		t.Errorf("%d parts were sent", sent)
	}
}

func isUpload(r string) bool { return strings.HasPrefix(r, "POST /upload/") }

// Two processes that send the same part agree. One that finds it and writes it anew makes another generation, and who counted on the
// first one learns of it.
func TestPartsOfTwo(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	content, w, l := large(s, 2*chunk)
	first := must[dataset.Upload](t)(s.Begin(t.Context(), w, l))
	second := must[dataset.Upload](t)(s.Begin(t.Context(), w, l))
	c := l.Chunk(0, w.Size)
	one := must[dataset.Chunk](t)(first.Write(t.Context(), c, bytes.NewReader(content[:chunk])))
	two := must[dataset.Chunk](t)(second.Write(t.Context(), c, bytes.NewReader(content[:chunk])))
	if one != two {
		t.Errorf("%+v and %+v", one, two)
	}
	third := must[dataset.Upload](t)(f.store().Begin(t.Context(), w, dataset.Layout{Size: chunk, Chunks: 2}))
	changed := bytes.Clone(content[:chunk])
	changed[5]++
	got := must[dataset.Chunk](t)(third.Write(t.Context(), c, bytes.NewReader(changed)))
	if got.CRC32C != sum(changed) {
		t.Errorf("got %+v", got)
	}
	rest := l.Chunk(1, w.Size)
	last := must[dataset.Chunk](t)(first.Write(t.Context(), rest, bytes.NewReader(content[chunk:])))
	if _, err := first.Finish(t.Context(), []dataset.Chunk{one, last}, sum(content), nil); err == nil {
		t.Error("composed of a part that somebody else has replaced")
	}
}

func TestPartOfOtherBytesIsNotKept(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	content, w, l := large(s, 2*chunk)
	up := must[dataset.Upload](t)(s.Begin(t.Context(), w, l))
	// Somebody's part with other bytes lies there, unknown to this upload.
	must[int64](t)(f.cloud.Put(bucket, fmt.Sprintf(".landbridge/parts/%s/%d/%06d", mark, l.Size, 0), pattern(100), nil))
	c := l.Chunk(0, w.Size)
	write := func() error {
		_, err := up.Write(t.Context(), c, bytes.NewReader(content[:chunk]))
		return err
	}
	if err := write(); code(err) != dataset.CodeMismatch || !refusal(t, err).Retry {
		t.Errorf("got %v", err)
	}
	if err := write(); err != nil {
		t.Errorf("the second attempt: %v", err)
	}
	c.CRC32C = sum([]byte("else"))
	if err := write(); code(err) != dataset.CodeMismatch {
		t.Errorf("a sum that is known: %v", err)
	}
}

// A tree: 70 parts make three branches and a top.
func TestComposeTree(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	const n, size = 70, 1000
	content := pattern(n*size - 7)
	w := dataset.Write{Name: "x", Size: int64(len(content)), Origin: mark, KeepParts: true}
	l := dataset.Layout{Size: size, Chunks: n}
	up := must[dataset.Upload](t)(s.Begin(t.Context(), w, l))
	o, _, err := upload(t.Context(), up, l, content)
	if err != nil || !bytes.Equal(f.bytes("x"), content) || o.Parts != n {
		t.Fatalf("%+v, %v", o, err)
	}
	if composes := f.count(func(r string) bool { return strings.HasSuffix(r, "/compose") }); composes != 4 {
		t.Errorf("%d composes", composes)
	}
	if names := f.cloud.Names(bucket); len(names) != n+1 {
		t.Errorf("%d names, the parts and the object are %d", len(names), n+1)
	}
	if err := up.Abort(t.Context()); err != nil || len(f.cloud.Names(bucket)) != 1 {
		t.Errorf("after the parts were removed: %v, %v", f.cloud.Names(bucket), err)
	}
}

// The answer to a compose is lost: the next attempt finds the object, and does not take it for somebody else's.
func TestFinishTwice(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	content, w, l := large(s, 2*chunk)
	w.KeepParts = true
	up := must[dataset.Upload](t)(s.Begin(t.Context(), w, l))
	_, chunks, err := upload(t.Context(), up, l, content)
	if err != nil {
		t.Fatal(err)
	}
	o, err := up.Finish(t.Context(), chunks, sum(content), nil)
	if err != nil || o.CRC32C != sum(content) {
		t.Errorf("%+v, %v", o, err)
	}
	w.Origin = strings.Repeat("f", 32)
	up = must[dataset.Upload](t)(s.Begin(t.Context(), w, l))
	if _, _, err := upload(t.Context(), up, l, content); code(err) != dataset.CodeExists {
		t.Errorf("another origin's: %v", err)
	}
}

func TestFinishOfWrongSum(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	content, w, l := large(s, 2*chunk)
	up := must[dataset.Upload](t)(s.Begin(t.Context(), w, l))
	if _, err := up.Finish(t.Context(), nil, sum(content), nil); code(err) != "chunks_missing" {
		t.Errorf("without chunks: %v", err)
	}
	_, chunks, err := upload(t.Context(), up, l, content)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := up.Finish(t.Context(), chunks, sum([]byte("else")), nil); code(err) != dataset.CodeMismatch {
		t.Errorf("another sum: %v", err)
	}
}

// Cloud Storage itself makes a wrong composite: it is deleted, and nobody gets it.
func TestWrongCompositeIsDeleted(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	content, w, l := large(s, 2*chunk)
	f.when(func(rw http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/compose") {
			return false
		}
		generation, err := f.cloud.Put(bucket, w.Name, []byte("wrong"), nil)
		if err != nil {
			t.Error(err)
		}
		_, _ = fmt.Fprintf(rw, `{"name":%q,"generation":"%d","size":"5","crc32c":%q}`, w.Name, generation, sum([]byte("wrong")))
		return true
	})
	up := must[dataset.Upload](t)(s.Begin(t.Context(), w, l))
	if _, _, err := upload(t.Context(), up, l, content); code(err) != dataset.CodeMismatch {
		t.Errorf("got %v", err)
	}
	if _, err := s.Stat(t.Context(), w.Name); code(err) != dataset.CodeNotFound {
		t.Errorf("the wrong object: %v", err)
	}
}

func TestLayouts(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	for _, c := range []struct {
		size, chunk int64
		want        dataset.Layout
	}{
		{0, 64 << 20, dataset.Layout{Size: 1, Chunks: 1}},
		{5, 64 << 20, dataset.Layout{Size: 5, Chunks: 1}},
		{64 << 20, 64 << 20, dataset.Layout{Size: 64 << 20, Chunks: 1}},
		{64<<20 + 1, 64 << 20, dataset.Layout{Size: 64 << 20, Chunks: 2}},
		{10 << 20, 0, dataset.Layout{Size: 10 << 20, Chunks: 1}},
		{10 << 20, 1, dataset.Layout{Size: 1 << 20, Chunks: 10}},
	} {
		if got := s.Layout(c.size, c.chunk); got != c.want {
			t.Errorf("%d in %d: %+v", c.size, c.chunk, got)
		}
	}
	if most := s.Layout(5<<40, 64<<20); most.Chunks > 10_000 || most.Chunks < 9_000 || most.Size%quantum != 0 || int64(most.Chunks)*most.Size < 5<<40 {
		t.Errorf("5 TiB: %+v", most)
	}
	if _, err := s.Begin(t.Context(), dataset.Write{Name: "x", Size: 2}, dataset.Layout{Size: 1, Chunks: 2}); code(err) != "origin_missing" {
		t.Errorf("without an origin: %v", err)
	}
}

// damaged puts a large object with retained parts, and lets a byte of it rot.
func damaged(t *testing.T, f *far, s *storage.Store) (o dataset.Object, w dataset.Write, l dataset.Layout, chunks []dataset.Chunk, content []byte) {
	t.Helper()
	content, w, l = large(s, 4*chunk+99)
	w.KeepParts = true
	o, chunks, err := upload(t.Context(), must[dataset.Upload](t)(s.Begin(t.Context(), w, l)), l, content)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.cloud.Rot(bucket, w.Name, 2*chunk+5); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(f.bytes(w.Name), content) {
		t.Fatal("nothing rots")
	}
	return o, w, l, chunks, content
}

func TestMend(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bucket storageapi.Bucket
		kept   string
	}{
		"kept as a noncurrent generation":   {storageapi.Bucket{Versioned: true}, "gs://copies/large.bin#"},
		"kept as a soft-deleted generation": {storageapi.Bucket{SoftDelete: time.Hour}, "gs://copies/large.bin#"},
		"kept as a copy":                    {storageapi.Bucket{}, "gs://copies/.landbridge/evidence/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t, c.bucket)
			s := f.store()
			o, w, l, chunks, content := damaged(t, f, s)
			rotten := f.bytes(w.Name)
			before := f.count(isUpload)
			good := append(chunks[:2:2], chunks[3:]...)
			up, kept, err := f.store().Mend(t.Context(), o, w, l, good)
			if err != nil || !strings.HasPrefix(kept, c.kept) || !strings.Contains(kept, o.Version) {
				t.Fatalf("kept %q, %v", kept, err)
			}
			mended, again, err := upload(t.Context(), up, l, content)
			if err != nil || !bytes.Equal(f.bytes(w.Name), content) || mended.Version == o.Version {
				t.Fatalf("%+v, %v", mended, err)
			}
			if sent := f.count(isUpload) - before; sent != 1 {
				t.Errorf("%d parts were sent", sent)
			}
			if again[2].Ref == chunks[2].Ref || again[1].Ref != chunks[1].Ref {
				t.Errorf("refs %v", again)
			}
			if name, ok := strings.CutPrefix(kept, "gs://copies/.landbridge"); ok && !bytes.Equal(f.bytes(".landbridge"+name), rotten) {
				t.Error("the evidence is not what was damaged")
			}
			if c.bucket.Versioned && !bytes.Equal(readAll(t, s, o), rotten) {
				t.Error("the damaged generation is not there")
			}
			// What was mended can be mended again.
			if _, _, err := s.Mend(t.Context(), mended, w, l, again[:3]); err != nil {
				t.Errorf("again: %v", err)
			}
		})
	}
}

func TestMendRefused(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	o, w, l, chunks, _ := damaged(t, f, s)
	mend := func(o dataset.Object, good []dataset.Chunk) error {
		_, _, err := s.Mend(t.Context(), o, w, l, good)
		return err
	}
	none := chunks[0]
	none.Ref = ""
	if err := mend(o, []dataset.Chunk{none}); code(err) != dataset.CodeNotFound {
		t.Errorf("no ref: %v", err)
	}
	if err := f.cloud.Remove(bucket, strings.Split(chunks[1].Ref, "#")[0]); err != nil {
		t.Fatal(err)
	}
	if err := mend(o, chunks[:2]); code(err) != dataset.CodeNotFound {
		t.Errorf("a part is gone: %v", err)
	}
	up, _, err := s.Mend(t.Context(), o, w, l, chunks[:1])
	if err != nil {
		t.Fatal(err)
	}
	must[int64](t)(f.cloud.Put(bucket, w.Name, []byte("somebody else's"), nil))
	if err := mend(o, chunks[:1]); code(err) != dataset.CodeChanged {
		t.Errorf("changed before: %v", err)
	}
	content := pattern(int(w.Size))
	if _, _, err := upload(t.Context(), up, l, content); code(err) != dataset.CodeChanged {
		t.Errorf("changed meanwhile: %v", err)
	}
	if got := string(f.bytes(w.Name)); got != "somebody else's" {
		t.Errorf("%d bytes of ours", len(got))
	}
}

// Who may not ask what the bucket keeps gets a copy.
func TestMendWithoutBucketsGet(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{Versioned: true})
	s := f.store()
	o, w, l, chunks, _ := damaged(t, f, s)
	if err := f.world.Unbind("gs://"+bucket, "roles/storage.bucketViewer", "user:copier"); err != nil {
		t.Fatal(err)
	}
	_, kept, err := s.Mend(t.Context(), o, w, l, chunks[:2])
	if err != nil || !strings.HasPrefix(kept, "gs://copies/.landbridge/evidence/"+o.Version) {
		t.Errorf("%q, %v", kept, err)
	}
}

// The body is the caller's again when Write returns, also after an early refusal.
func TestBodyIsNotReadAfterwards(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	f.when(func(rw http.ResponseWriter, _ *http.Request) bool {
		rw.WriteHeader(http.StatusServiceUnavailable) // before the body
		return true
	})
	for range 20 {
		body := &watched{}
		_, err := s.Put(t.Context(), dataset.Write{Name: "x", Size: 64 << 20}, body)
		body.returned = true // the race detector sees a read after this
		if err == nil {
			t.Fatal("no error")
		}
	}
}

type watched struct{ returned bool }

func (w *watched) Read(p []byte) (int, error) {
	if w.returned {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}
