package transfer

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// large copies an object by chunks: those that the target holds already, from whatever process, are not sent again. When the chunks do
// not make the object's sum, nobody knows which is wrong, and all are sent anew.
func (c *Copier) large(ctx context.Context, i Item, l dataset.Layout) (s sums, o dataset.Object, err error) {
	w := c.write(i)
	for before, n := (checksum.CRC{}), 0; n < tries; before, n = s.crc, n+1 {
		s, o, err = c.assemble(ctx, i, w, l)
		again := codeOf(err) == dataset.CodeMismatch || codeOf(err) == CodeSource
		if !again || codeOf(err) == CodeSource && before == s.crc {
			break
		}
	}
	return s, o, err
}

// assemble writes the chunks that are missing and makes the object of all. What turns out wrong is thrown away.
func (c *Copier) assemble(ctx context.Context, i Item, w dataset.Write, l dataset.Layout) (sums, dataset.Object, error) {
	up, err := c.begin(ctx, w, l)
	if err != nil {
		o, err := c.landed(ctx, w, i.Source.CRC32C, err)
		if err != nil {
			return sums{}, o, err
		}
		return c.found(ctx, i, o)
	}
	s, err := c.fill(ctx, i.Source, up, l, 0, l.Chunks)
	if err != nil {
		return s, dataset.Object{}, err
	}
	if !s.agree(i.Source) {
		return s, dataset.Object{}, c.discard(ctx, up, c.sourceDamaged(i.Source, s))
	}
	var o dataset.Object
	err = c.retry.Do(ctx, func(ctx context.Context) (err error) {
		o, err = up.Finish(ctx, s.chunks, s.crc, s.md5)
		if e, ok := asError(err); ok && e.Code == dataset.CodeMismatch {
			return once{err} // the same chunks make the same object
		}
		return err
	})
	if codeOf(err) == dataset.CodeMismatch {
		return s, o, c.discard(ctx, up, err)
	}
	if err != nil {
		o, err = c.landed(ctx, w, s.crc, err)
	}
	return s, o, err
}

func (c *Copier) begin(ctx context.Context, w dataset.Write, l dataset.Layout) (dataset.Upload, error) {
	var up dataset.Upload
	err := c.retry.Do(ctx, func(ctx context.Context) (err error) {
		up, err = c.Target.Begin(ctx, w, l)
		return err
	})
	return up, err
}

// discard removes what was sent and passes the reason on.
func (c *Copier) discard(ctx context.Context, up dataset.Upload, why error) error {
	if err := c.retry.Do(ctx, up.Abort); err != nil {
		return err
	}
	return why
}

// fill sends the chunks from first to before last that are not there, many at once unless they must be in order, and returns all.
func (c *Copier) fill(parent context.Context, o dataset.Object, up dataset.Upload, l dataset.Layout, first, last int) (sums, error) {
	chunks := make([]dataset.Chunk, last-first)
	missing := l.Chunks
	for _, d := range up.Done() {
		if d.Index >= first && d.Index < last {
			chunks[d.Index-first] = d
			missing--
		}
	}
	inOrder := l.Ordered || c.MD5 == MD5Always && len(o.MD5) > 0
	md5 := c.hash(o, c.MD5 != MD5Never && inOrder && missing == l.Chunks && last-first == l.Chunks)
	defer md5.stop()

	group, ctx := errgroup.WithContext(parent)
	group.SetLimit(c.Streams)
	if inOrder {
		group.SetLimit(1)
	}
	for n := range chunks {
		if chunks[n].CRC32C.Known || ctx.Err() != nil {
			continue
		}
		group.Go(func() (err error) {
			if err := c.streams.Acquire(ctx, 1); err != nil {
				return err
			}
			defer c.streams.Release(1)
			chunks[n], err = c.chunk(ctx, o, up, l.Chunk(first+n, o.Size), md5)
			return err
		})
	}
	if err := errors.Join(group.Wait(), parent.Err()); err != nil {
		return sums{}, err
	}
	return sums{crc: combined(chunks), md5: md5.sum(), layout: l, chunks: chunks}, nil
}

// chunk sends one chunk, from source to target without holding it.
func (c *Copier) chunk(ctx context.Context, o dataset.Object, up dataset.Upload, ch dataset.Chunk, md5 *aside) (dataset.Chunk, error) {
	var sent dataset.Chunk
	md5.mark()
	err := c.retry.Do(ctx, func(ctx context.Context) error {
		b, err := c.open(ctx, o, ch.Offset, ch.Size, md5.writer())
		if err != nil {
			return err
		}
		sent, err = up.Write(ctx, ch, b)
		err = b.end(err)
		if err == nil && sent.CRC32C != b.sum() {
			err = mismatch(hopTo(c.Target), fmt.Sprintf("chunk %d of %q is in the target with other bytes than were sent", ch.Index, o.Name))
		}
		if err != nil {
			md5.rewind()
		}
		return err
	})
	return sent, err
}

// combined is the CRC32C that chunks one after the other make.
func combined(chunks []dataset.Chunk) checksum.CRC {
	var sum uint32
	for _, ch := range chunks {
		sum = checksum.Combine(sum, ch.CRC32C.Sum, ch.Size)
	}
	return checksum.Of(sum)
}
