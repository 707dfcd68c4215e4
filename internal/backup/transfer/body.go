package transfer

import (
	"context"
	"io"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// body is a range of a source object on its way: it is hashed, slowed down and counted while it passes.
type body struct {
	c    *Copier
	ctx  context.Context
	r    io.ReadCloser
	also io.Writer // hashes the same bytes; nil for none
	crc  uint32
	n    int64
	err  error // of the source, which the target's own error may hide

	mu   sync.Mutex // an HTTP client may go on reading when its call has failed
	over bool       // so it gets nothing any more
}

// open opens a range of exactly the bytes that o names.
func (c *Copier) open(ctx context.Context, o dataset.Object, offset, length int64, also io.Writer) (*body, error) {
	r, err := c.Source.Open(ctx, o, offset, length)
	if err != nil {
		return nil, err
	}
	return &body{c: c, ctx: ctx, r: r, also: also}, nil
}

func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return 0, errTakenBack
	}
	return b.read(p)
}

func (b *body) read(p []byte) (int, error) {
	if b.c.limit != nil {
		p = p[:min(len(p), b.c.limit.Burst())]
	}
	n, err := b.r.Read(p)
	if err != nil && err != io.EOF {
		b.err = err
	}
	if n == 0 {
		return n, err
	}
	p = p[:n]
	b.crc = checksum.Update(b.crc, p)
	b.n += int64(n)
	if b.also != nil {
		_, _ = b.also.Write(p) // a hash never fails
	}
	b.c.Progress(Progress{Bytes: int64(n)})
	if b.c.limit != nil {
		if slow := b.c.limit.WaitN(b.ctx, n); slow != nil {
			b.err = slow
			return n, slow
		}
	}
	return n, err
}

// end closes the body and returns what is wrong with the call that read it: what the source said, else what the target said. A source
// says only at the end that it changed meanwhile, so the end is read.
func (b *body) end(err error) error {
	if err != nil {
		_ = b.r.Close() // ends a read that still goes on
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	if err == nil && b.err == nil {
		var one [1]byte
		if n, last := b.read(one[:]); n > 0 || last != io.EOF { //nolint:errorlint // io.Reader's contract is this very value
			err = last
		}
	}
	if closing := b.r.Close(); err == nil {
		err = closing
	}
	if b.err != nil {
		err = b.err
	}
	if err != nil {
		b.c.Progress(Progress{Bytes: -b.n})
	}
	return err
}

// sum is the CRC32C of what has passed.
func (b *body) sum() checksum.CRC { return checksum.Of(b.crc) }

// hopTo is the hop of a store.
func hopTo(r dataset.Reader) bridge.Hop {
	switch r.Place().Store {
	case dataset.Bucket:
		return bridge.HopBucket
	case dataset.Folder:
		return bridge.HopFolder
	case dataset.Blob, dataset.Files:
	}
	return bridge.HopStorage
}

// mismatch says that bytes are not the ones that they shall be.
func mismatch(hop bridge.Hop, text string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Damaged, Hop: hop, Code: dataset.CodeMismatch, Text: text, Retry: true}
}
