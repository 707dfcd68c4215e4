package runs

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"iter"
	"os"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// spool is a local file that will be an object.
type spool struct {
	*os.File
	size   int64
	sum    uint32
	digest hash.Hash
}

func newSpool() (*spool, error) {
	file, err := os.CreateTemp("", "handover-*")
	if err != nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Code: "file_failed", Text: "cannot make a temporary file for the list of objects", Cause: err}
	}
	return &spool{File: file, digest: sha256.New()}, nil
}

func (f *spool) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	f.size += int64(n)
	f.sum = checksum.Update(f.sum, p[:n])
	_, _ = f.digest.Write(p[:n]) // never fails
	return n, err
}

func (f *spool) close() {
	_ = f.Close()
	_ = os.Remove(f.Name())
}

// names are those of the objects in it.
func (f *spool) names() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		in := json.NewDecoder(bufio.NewReader(io.NewSectionReader(f.File, 0, f.size)))
		for {
			var l listed
			err := in.Decode(&l)
			if errors.Is(err, io.EOF) || !yield(l.Name, err) || err != nil {
				return
			}
		}
	}
}

// put makes it an object, in place of what is there.
func (f *spool) put(ctx context.Context, to dataset.Writer, name, kind string) error {
	w := dataset.Write{Name: name, Size: f.size, CRC32C: checksum.Of(f.sum), Headers: dataset.Headers{ContentType: kind}}
	switch before, err := to.Stat(ctx, name); {
	case err == nil:
		w.If = dataset.Replaces(before)
	case codeOf(err) == dataset.CodeNotFound:
		w.If.Absent = true
	default:
		return err
	}
	_, err := to.Put(ctx, w, io.NewSectionReader(f.File, 0, f.size))
	return err
}
