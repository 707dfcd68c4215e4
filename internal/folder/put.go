package folder

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // what stores keep beside their objects, not a defence
	"crypto/rand"
	"errors"
	"hash"
	"io"
	"os"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Put implements dataset.Writer. The sum of the object that comes back is of bytes that were read again from the file.
func (f *Folder) Put(ctx context.Context, w dataset.Write, body io.Reader) (dataset.Object, error) {
	final, err := f.path(w.Name)
	if err != nil {
		return dataset.Object{}, err
	}
	if err := f.room(partial); err != nil {
		return dataset.Object{}, failed("write", w.Name, err)
	}
	temp := partial + "/put-" + rand.Text()
	file, err := f.root.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o640)
	if err != nil {
		return dataset.Object{}, failed("write", w.Name, err)
	}
	defer f.root.Remove(temp) //nolint:errcheck // gone already when all went well
	defer file.Close()
	if w.CRC32C, err = fill(ctx, file, w, body); err != nil {
		return dataset.Object{}, failed("write", w.Name, err)
	}
	if err := prove(ctx, file, w); err != nil {
		return dataset.Object{}, err
	}
	return f.publish(file, temp, final, w, "")
}

// room makes a directory of our own when it is not there yet.
func (f *Folder) room(dir string) error {
	if _, err := f.root.Lstat(dir); err == nil {
		return nil
	}
	return f.makeDir(dir)
}

// fill writes the body to the file, holds it against the sums that are known, and returns its CRC32C.
func fill(ctx context.Context, file *os.File, w dataset.Write, body io.Reader) (checksum.CRC, error) {
	none := checksum.CRC{}
	s := newSums(w.MD5 != nil)
	n, err := io.Copy(io.MultiWriter(file, s), io.LimitReader(live{ctx, body}, w.Size+1))
	switch {
	case err != nil:
		return none, err
	case n < w.Size:
		return none, refusal(dataset.CodeMismatch, w.Name, "shall have %d bytes, and its body ended after %d", w.Size, n)
	case n > w.Size:
		return none, refusal(dataset.CodeMismatch, w.Name, "shall have %d bytes, and its body has more", w.Size)
	}
	return checksum.Of(s.crc), s.agree(w)
}

// sums are those of bytes that pass.
type sums struct {
	crc uint32
	md5 hash.Hash // nil when nobody wants to know
}

func newSums(withMD5 bool) *sums {
	s := &sums{}
	if withMD5 {
		s.md5 = md5.New() //nolint:gosec // as above
	}
	return s
}

func (s *sums) Write(p []byte) (int, error) {
	s.crc = checksum.Update(s.crc, p)
	if s.md5 != nil {
		s.md5.Write(p)
	}
	return len(p), nil
}

func (s *sums) agree(w dataset.Write) error {
	if got := checksum.Of(s.crc); !got.Agree(w.CRC32C) {
		return refusal(dataset.CodeMismatch, w.Name, "has the CRC32C %s and shall have %s", got, w.CRC32C)
	}
	if s.md5 != nil && !bytes.Equal(s.md5.Sum(nil), w.MD5) {
		return refusal(dataset.CodeMismatch, w.Name, "has the MD5 %x and shall have %x", s.md5.Sum(nil), w.MD5)
	}
	return nil
}

// prove syncs the file with its note, reads it again from the disk, and holds what is there against the sums of what was written.
func prove(ctx context.Context, file *os.File, w dataset.Write) error {
	if err := errors.Join(annotate(file, w), file.Sync()); err != nil {
		return failed("write", w.Name, err)
	}
	forget(file)
	s := newSums(w.MD5 != nil)
	n, err := io.Copy(s, live{ctx, io.NewSectionReader(file, 0, w.Size)})
	if err != nil {
		return failed("read again", w.Name, err)
	}
	if n != w.Size {
		return refusal(dataset.CodeMismatch, w.Name, "was written with %d bytes, and %d are there", w.Size, n)
	}
	return s.agree(w)
}

// publish makes a file that is whole and proven the object. Where kept is not "", what it replaces is kept there.
func (f *Folder) publish(file *os.File, temp, final string, w dataset.Write, kept string) (dataset.Object, error) {
	info, err := file.Stat()
	if err != nil {
		return dataset.Object{}, failed("write", w.Name, err)
	}
	if err := f.replace(temp, final, kept, w); err != nil {
		return dataset.Object{}, err
	}
	o := object(file, info)
	o.Name, o.CRC32C = w.Name, w.CRC32C
	return o, nil
}

// live reads until the context ends.
type live struct {
	ctx context.Context
	io.Reader
}

func (l live) Read(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	return l.Reader.Read(p)
}
