package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// adopt makes the entry of a copy that is in the target already, and in no manifest: of a run that was killed, or brought by other means.
// A copy of ours that is not what it shall be is brought anew; what other hands brought is left alone.
func (c *Copier) adopt(ctx context.Context, i Item) (*dataset.Entry, error) {
	if i.Compare {
		if err := c.sum(ctx, &i); err != nil {
			return nil, err
		}
	}
	s, o, err := c.found(ctx, i, i.Target)
	if codeOf(err) == dataset.CodeMismatch && i.Compare {
		return nil, &bridge.Error{
			Kind: bridge.Refused, Hop: hopTo(c.Target), Code: dataset.CodeExists, Cause: err,
			Text: fmt.Sprintf("%q in the target has other bytes than the source, and no run of ours brought it: it is left as it is", i.Name),
			Hint: "move it away, or exclude it, and run again",
		}
	}
	if codeOf(err) == dataset.CodeMismatch {
		return c.copy(ctx, i)
	}
	if err != nil {
		return nil, err
	}
	return c.entry(i.Source, o, s), nil
}

// sum reads the source for the sum that its store does not keep.
func (c *Copier) sum(ctx context.Context, i *Item) error {
	whole := dataset.Layout{Size: max(i.Source.Size, 1), Chunks: 1}
	chunks, err := c.reread(ctx, c.Source, i.Source, whole)
	if err == nil {
		i.Source.CRC32C = combined(chunks)
	}
	return err
}

// found is what is known of a copy that is there. Sums that neither the store nor its kept parts tell are those of the bytes, read again.
func (c *Copier) found(ctx context.Context, i Item, o dataset.Object) (sums, dataset.Object, error) {
	s := sums{crc: o.CRC32C, layout: dataset.Layout{Size: max(o.Size, 1), Chunks: 1}}
	if len(i.Source.MD5) > 0 && bytes.Equal(o.MD5, i.Source.MD5) {
		s.md5 = o.MD5
	}
	if ours := o.Metadata[dataset.Mark] != ""; ours {
		s.layout = c.Layout(i.Source)
	}
	if s.layout.Chunks == 1 && s.crc.Known {
		return s, o, c.isOf(i.Source, o, s.crc)
	}
	i.Target = o
	var err error
	if s.chunks, err = c.kept(ctx, i, s.layout); err != nil {
		return s, o, err
	}
	if s.chunks == nil || !s.crc.Known { // the parts may be sound, and the object not
		read, err := c.reread(ctx, c.Target, o, s.layout)
		if err != nil {
			return s, o, err
		}
		if s.chunks == nil || combined(read) != combined(s.chunks) {
			s.chunks = read
		}
	}
	s.crc = combined(s.chunks)
	return s, o, errors.Join(c.isOf(o, o, s.crc), c.isOf(i.Source, o, s.crc))
}

// isOf is nil when the bytes of a copy have the sum that one of its stores keeps, or none keeps one.
func (c *Copier) isOf(kept, o dataset.Object, crc checksum.CRC) error {
	if crc.Agree(kept.CRC32C) {
		return nil
	}
	return mismatch(hopTo(c.Target), fmt.Sprintf("%q shall have the CRC32C %s, and the copy in the target has %s", o.Name, kept.CRC32C, crc))
}

// kept are the chunks of an object whose parts the store kept; nil when it did not.
func (c *Copier) kept(ctx context.Context, i Item, l dataset.Layout) ([]dataset.Chunk, error) {
	if l.Chunks == 1 {
		return nil, nil
	}
	up, err := c.begin(ctx, c.write(i), l)
	if err != nil {
		return nil, err
	}
	switch done := up.Done(); len(done) {
	case l.Chunks:
		return done, nil
	case 0:
		return nil, c.retry.Do(ctx, up.Abort) // nothing is left behind for having asked
	}
	return nil, nil
}

// reread hashes what a store holds, chunk by chunk.
func (c *Copier) reread(ctx context.Context, from dataset.Reader, o dataset.Object, l dataset.Layout) ([]dataset.Chunk, error) {
	chunks := make([]dataset.Chunk, l.Chunks)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(c.Streams)
	for n := range chunks {
		group.Go(func() error {
			if err := c.streams.Acquire(ctx, 1); err != nil {
				return err
			}
			defer c.streams.Release(1)
			chunks[n] = l.Chunk(n, o.Size)
			return c.retry.Do(ctx, func(ctx context.Context) error {
				r, err := from.Open(ctx, o, chunks[n].Offset, chunks[n].Size)
				if err != nil {
					return err
				}
				defer r.Close()
				var sum running
				_, err = io.Copy(&sum, r)
				chunks[n].CRC32C = checksum.Of(uint32(sum))
				return err
			})
		})
	}
	return chunks, group.Wait()
}

// running is a CRC32C of what is written to it.
type running uint32

func (r *running) Write(p []byte) (int, error) {
	*r = running(checksum.Update(uint32(*r), p))
	return len(p), nil
}
