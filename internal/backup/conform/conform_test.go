package conform_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/landbridge/landbridge/internal/backup/conform"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/folder"
)

// bad is a store that breaks its contract in the ways that are set.
type bad struct {
	*folder.Folder
	list   func(iter.Seq2[dataset.Object, error]) iter.Seq2[dataset.Object, error]
	write  func(*dataset.Write)
	open   func(*dataset.Object, io.Reader) io.Reader
	delete func(*dataset.Object)
	finish func(chunks []dataset.Chunk, crc *checksum.CRC)
	done   func([]dataset.Chunk) []dataset.Chunk
	at     func(*dataset.Query)
}

func (b *bad) List(ctx context.Context, q dataset.Query) iter.Seq2[dataset.Object, error] {
	if b.at != nil {
		b.at(&q)
	}
	all := b.Folder.List(ctx, q)
	if b.list != nil {
		return b.list(all)
	}
	return all
}

func (b *bad) Put(ctx context.Context, w dataset.Write, body io.Reader) (dataset.Object, error) {
	if b.write != nil {
		b.write(&w)
	}
	return b.Folder.Put(ctx, w, body)
}

func (b *bad) Open(ctx context.Context, o dataset.Object, offset, length int64) (io.ReadCloser, error) {
	if b.open == nil {
		return b.Folder.Open(ctx, o, offset, length)
	}
	b.open(&o, nil)
	r, err := b.Folder.Open(ctx, o, offset, length)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{b.open(&o, r), r}, nil
}

func (b *bad) Delete(ctx context.Context, o dataset.Object) error {
	if b.delete != nil {
		if now, err := b.Stat(ctx, o.Name); err == nil {
			b.delete(&now)
			o = now
		}
	}
	return b.Folder.Delete(ctx, o)
}

func (b *bad) Begin(ctx context.Context, w dataset.Write, l dataset.Layout) (dataset.Upload, error) {
	if b.write != nil {
		b.write(&w)
	}
	up, err := b.Folder.Begin(ctx, w, l)
	return &badUpload{up, b}, err
}

type badUpload struct {
	dataset.Upload
	b *bad
}

func (u *badUpload) Done() []dataset.Chunk {
	if u.b.done != nil {
		return u.b.done(u.Upload.Done())
	}
	return u.Upload.Done()
}

func (u *badUpload) Finish(ctx context.Context, chunks []dataset.Chunk, crc checksum.CRC, md5 []byte) (dataset.Object, error) {
	if u.b.finish != nil {
		u.b.finish(chunks, &crc)
	}
	return u.Upload.Finish(ctx, chunks, crc, md5)
}

// What is there already is nobody's scratch: an operator may have named a place that is in use.
func TestLeavesWhatIsThere(t *testing.T) {
	t.Parallel()
	f, err := folder.New(folder.Options{Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := conform.Cases()
	at := slices.IndexFunc(all, func(c conform.Case) bool { return c.Name == "create only" })
	if _, err := f.Put(t.Context(), dataset.Write{Name: "create-only/theirs", Size: 8}, strings.NewReader("precious")); err != nil {
		t.Fatal(err)
	}
	r := conform.Target{Writer: f}.Check(t.Context(), all[at])
	if r.Err == nil || !strings.Contains(r.Err.Error(), `nothing below "create-only/", where this case writes and removes what is there; nothing was touched; got: ["create-only/theirs"]`) {
		t.Error(r.Err)
	}
	if _, err := f.Stat(t.Context(), "create-only/theirs"); err != nil {
		t.Error(err)
	}
}

// Each way to break the contract is found by the case that is there for it, and the error says what was expected.
func TestFindsDeviations(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what  string
		spoil func(*bad)
		found string
		says  string
	}{
		{"lists backwards", func(b *bad) {
			b.list = func(all iter.Seq2[dataset.Object, error]) iter.Seq2[dataset.Object, error] {
				return func(yield func(dataset.Object, error) bool) {
					var back []dataset.Object
					for o := range all {
						back = append(back, o)
					}
					slices.Reverse(back)
					for _, o := range back {
						if !yield(o, nil) {
							return
						}
					}
				}
			}
		}, "order of a list", "the list in byte order"},
		{"ignores After", func(b *bad) { b.at = func(q *dataset.Query) { q.After = "" } }, "list by prefix and after", "to list"},
		{"overwrites", func(b *bad) { b.write = func(w *dataset.Write) { w.If = dataset.If{} } }, "create only", "creating what is there to be refused"},
		{"overwrites what was changed", func(b *bad) { b.write = func(w *dataset.Write) { w.If.ETag = "" } }, "replace only what was seen", "replacing what was not seen"},
		{"believes any sum", func(b *bad) { b.write = func(w *dataset.Write) { w.CRC32C = checksum.CRC{} } }, "a wrong CRC32C", "another CRC32C to be refused"},
		{"believes any MD5", func(b *bad) { b.write = func(w *dataset.Write) { w.MD5 = nil } }, "a wrong MD5", "another MD5"},
		{"loses the mark", func(b *bad) { b.write = func(w *dataset.Write) { w.Origin = "" } }, "mark, headers and metadata", "the mark and the metadata"},
		{"loses headers", func(b *bad) { b.write = func(w *dataset.Write) { w.Headers = dataset.Headers{} } }, "mark, headers and metadata", "the headers"},
		{"reads what is there now", func(b *bad) {
			b.open = func(o *dataset.Object, r io.Reader) io.Reader { o.ETag = ""; return r }
		}, "read what was replaced", "the old bytes, or a refusal"},
		{"ends early without a word", func(b *bad) {
			b.open = func(_ *dataset.Object, r io.Reader) io.Reader {
				if r == nil {
					return nil
				}
				return quiet{r}
			}
		}, "a range past the end", "an error for 20 bytes"},
		{"deletes anything", func(b *bad) { b.delete = func(*dataset.Object) {} }, "delete only what was seen", "deleting what was not seen"},
		{"finishes whatever it has", func(b *bad) {
			b.finish = func(_ []dataset.Chunk, crc *checksum.CRC) { *crc = checksum.CRC{} }
		}, "finish with a wrong CRC32C", "finishing with another CRC32C"},
		{"forgets chunks", func(b *bad) { b.done = func([]dataset.Chunk) []dataset.Chunk { return nil } }, "go on where another process stopped", "2 chunks to be found again"},
		{"tells wrong sums of chunks", func(b *bad) {
			b.done = func(all []dataset.Chunk) []dataset.Chunk {
				for i := range all {
					all[i].CRC32C.Sum++
				}
				return all
			}
		}, "go on where another process stopped", "chunk 0 to be found with its size"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			f, err := folder.New(folder.Options{Path: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			b := &bad{Folder: f}
			c.spoil(b)
			r := conform.Target{Writer: b}.Check(t.Context(), named(t, c.found))
			if r.Err == nil || !strings.Contains(r.Err.Error(), c.says) || !strings.HasPrefix(r.Err.Error(), "expected ") {
				t.Errorf("case %q: %v, want %q", c.found, r.Err, c.says)
			}
		})
	}
}

// quiet ends with io.EOF, whatever happened.
type quiet struct{ io.Reader }

func (q quiet) Read(p []byte) (int, error) {
	n, err := q.Reader.Read(p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}

func named(t *testing.T, name string) conform.Case {
	t.Helper()
	for _, c := range conform.Cases() {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no case %q", name)
	return conform.Case{}
}

func TestNamesAreOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range conform.Cases() {
		if seen[c.Name] {
			t.Errorf("two cases are called %q", c.Name)
		}
		seen[c.Name] = true
	}
}

// A deviation that is known is skipped with its reason; one that is gone is reported.
func TestKnown(t *testing.T) {
	t.Parallel()
	f, err := folder.New(folder.Options{Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	spoiled := &bad{Folder: f, write: func(w *dataset.Write) { w.MD5 = nil }}
	known := map[string]string{"a wrong MD5": "keeps none"}
	if r := (conform.Target{Writer: spoiled, Known: known}).Check(t.Context(), named(t, "a wrong MD5")); r.Err != nil || r.Skipped != "keeps none" {
		t.Error(r)
	}
	if r := (conform.Target{Writer: f, Known: known}).Check(t.Context(), named(t, "a wrong MD5")); r.Err == nil || !strings.Contains(r.Err.Error(), "take it off the list") {
		t.Error(r)
	}
}

// busy is a store that refuses every second call.
type busy struct {
	*folder.Folder
	calls atomic.Int64
}

func (b *busy) turn() error {
	if b.calls.Add(1)%2 == 1 {
		return &bridge.Error{Kind: bridge.Unreachable, Code: "rateLimitExceeded", Text: "too many changes of one object", Retry: true}
	}
	return nil
}

func (b *busy) Put(ctx context.Context, w dataset.Write, body io.Reader) (dataset.Object, error) {
	if err := b.turn(); err != nil {
		return dataset.Object{}, err
	}
	return b.Folder.Put(ctx, w, body)
}

func (b *busy) Delete(ctx context.Context, o dataset.Object) error {
	if err := b.turn(); err != nil {
		return err
	}
	return b.Folder.Delete(ctx, o)
}

func (b *busy) Begin(ctx context.Context, w dataset.Write, l dataset.Layout) (dataset.Upload, error) {
	if err := b.turn(); err != nil {
		return nil, err
	}
	return b.Folder.Begin(ctx, w, l)
}

// A store that is busy is asked again, as an operator's own bucket must be.
func TestBusyStore(t *testing.T) {
	t.Parallel()
	f, err := folder.New(folder.Options{Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	patience := func(ctx context.Context, call func(context.Context) error) (err error) {
		for range 8 {
			err = call(ctx)
			if e, ok := errors.AsType[*bridge.Error](err); !ok || !e.Retry {
				break
			}
		}
		return err
	}
	target := conform.Target{Writer: &busy{Folder: f}, Retry: patience}
	for _, c := range conform.Cases() {
		if r := target.Check(t.Context(), c); r.Err != nil {
			t.Errorf("%s: %v", c.Name, r.Err)
		}
	}
}

// readOnly is a store that is only read; its objects come another way.
type readOnly struct{ dataset.Reader }

func TestReadOnly(t *testing.T) {
	t.Parallel()
	f, err := folder.New(folder.Options{Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	target := conform.Target{Reader: readOnly{f}, Seed: func(ctx context.Context, name string, body []byte) (dataset.Object, error) {
		return f.Put(ctx, dataset.Write{Name: name, Size: int64(len(body))}, strings.NewReader(string(body)))
	}}
	ran := 0
	for _, c := range conform.Cases() {
		r := target.Check(t.Context(), c)
		if r.Err != nil {
			t.Errorf("%s: %v", c.Name, r.Err)
		}
		if r.Skipped == "" {
			ran++
		}
	}
	if ran < 20 {
		t.Errorf("only %d cases are of reading", ran)
	}
	r := target.Check(t.Context(), named(t, "create only"))
	if r.Skipped != "the store has no writer" {
		t.Error(r)
	}
}
