package folder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Layout implements dataset.Writer: a file has no limits of its own.
func (f *Folder) Layout(size, chunk int64) dataset.Layout {
	if size <= chunk {
		return dataset.Layout{Size: max(size, 1), Chunks: 1}
	}
	return dataset.Layout{Size: chunk, Chunks: int((size + chunk - 1) / chunk)}
}

// upload is a file that is being written: data, and a journal of the chunks in it, in a directory that is named by what it becomes, so
// that the next process finds it.
type upload struct {
	f      *Folder
	write  dataset.Write
	layout dataset.Layout
	dir    string
	final  string
	kept   string // where what is replaced is kept; "" when it is not
	data   *os.File
	mu     sync.Mutex
	log    *journal
}

// Begin implements dataset.Writer.
func (f *Folder) Begin(ctx context.Context, w dataset.Write, l dataset.Layout) (dataset.Upload, error) {
	u, err := f.begin(ctx, w, l, "")
	if err != nil {
		return nil, err
	}
	return u, nil
}

// begin opens the upload of a write that mends the object with this ETag, or none.
func (f *Folder) begin(ctx context.Context, w dataset.Write, l dataset.Layout, mends string) (*upload, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	final, err := f.path(w.Name)
	if err != nil {
		return nil, err
	}
	u := &upload{f: f, write: w, layout: l, final: final, dir: partial + "/" + key(w, l, mends)}
	return u, failed("begin", w.Name, u.open())
}

// key names what an upload becomes: the same bytes, cut the same way.
func key(w dataset.Write, l dataset.Layout, mends string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d %d %q", w.Name, w.Origin, w.Size, l.Size, mends))
	return hex.EncodeToString(sum[:16])
}

func (u *upload) open() error {
	if info, err := u.f.root.Lstat(u.dir + "/data"); err == nil && links(info) > 1 {
		// It is an object by now, whose process died before it cleared up: what is written here would be written into the object.
		if err := u.f.root.RemoveAll(u.dir); err != nil {
			return err
		}
	}
	if err := u.f.room(u.dir); err != nil {
		return err
	}
	var err error
	if u.data, err = u.f.root.OpenFile(u.dir+"/data", os.O_CREATE|os.O_RDWR, 0o640); err != nil {
		return err
	}
	if u.log, err = openJournal(u.f.root, u.dir+"/journal"); err != nil {
		_ = u.data.Close()
		return err
	}
	return u.f.syncDir(u.dir)
}

func (u *upload) close() {
	_ = u.data.Close()
	_ = u.log.close()
}

// Done implements dataset.Upload.
func (u *upload) Done() []dataset.Chunk {
	u.mu.Lock()
	defer u.mu.Unlock()
	var done []dataset.Chunk
	for index, crc := range u.log.done {
		if index < u.layout.Chunks {
			c := u.layout.Chunk(index, u.write.Size)
			c.CRC32C = checksum.Of(crc)
			done = append(done, c)
		}
	}
	slices.SortFunc(done, func(a, b dataset.Chunk) int { return a.Index - b.Index })
	return done
}

// Write implements dataset.Upload. A chunk counts when its bytes are on the disk and then its line in the journal is.
func (u *upload) Write(ctx context.Context, c dataset.Chunk, body io.Reader) (dataset.Chunk, error) {
	if err := u.note(func(j *journal) error { return j.begin(c.Index) }); err != nil {
		return c, failed("write", u.write.Name, err)
	}
	s := newSums(false)
	at := io.NewOffsetWriter(u.data, c.Offset)
	n, err := io.Copy(io.MultiWriter(at, s), io.LimitReader(live{ctx, body}, c.Size))
	switch {
	case err != nil:
		return c, failed("write", u.write.Name, err)
	case n != c.Size:
		return c, failed("write", u.write.Name, fmt.Errorf("chunk %d has %d bytes of %d: %w", c.Index, n, c.Size, io.ErrUnexpectedEOF))
	case !checksum.Of(s.crc).Agree(c.CRC32C):
		return c, refusal(dataset.CodeMismatch, u.write.Name, "has in chunk %d the CRC32C %s and shall have %s", c.Index, checksum.Of(s.crc), c.CRC32C)
	}
	if err := u.data.Sync(); err != nil {
		return c, failed("write", u.write.Name, err)
	}
	c.CRC32C = checksum.Of(s.crc)
	return c, failed("write", u.write.Name, u.note(func(j *journal) error { return j.end(c.Index, s.crc) }))
}

func (u *upload) note(change func(*journal) error) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return change(u.log)
}

// Finish implements dataset.Upload: the whole file is read again before it gets its name. A chunk that is not what was written counts
// no longer, so that another attempt writes it anew.
func (u *upload) Finish(ctx context.Context, chunks []dataset.Chunk, crc checksum.CRC, md5 []byte) (dataset.Object, error) {
	w := u.write
	w.CRC32C, w.MD5 = crc, md5
	if len(chunks) != u.layout.Chunks {
		return dataset.Object{}, refusal(dataset.CodeMismatch, w.Name, "has %d chunks, and %d were given", u.layout.Chunks, len(chunks))
	}
	if err := u.data.Truncate(w.Size); err != nil {
		return dataset.Object{}, failed("write", w.Name, err)
	}
	if err := prove(ctx, u.data, w); err != nil {
		return dataset.Object{}, errors.Join(err, u.dismiss(chunks))
	}
	o, err := u.f.publish(u.data, u.dir+"/data", u.final, w, u.kept)
	if err != nil {
		return o, err
	}
	u.close()
	return o, failed("clear up after", w.Name, u.f.root.RemoveAll(u.dir))
}

// dismiss strikes from the journal the chunks whose bytes are not the ones that were written.
func (u *upload) dismiss(chunks []dataset.Chunk) error {
	for _, c := range chunks {
		c = u.layout.Chunk(c.Index, u.write.Size)
		s := newSums(false)
		_, err := io.Copy(s, io.NewSectionReader(u.data, c.Offset, c.Size))
		if crc, known := u.log.done[c.Index]; err == nil && known && crc == s.crc {
			continue
		}
		if err := u.note(func(j *journal) error { return j.begin(c.Index) }); err != nil {
			return failed("write", u.write.Name, err)
		}
	}
	return nil
}

// Abort implements dataset.Upload.
func (u *upload) Abort(context.Context) error {
	u.close()
	return failed("abort", u.write.Name, u.f.root.RemoveAll(u.dir))
}
