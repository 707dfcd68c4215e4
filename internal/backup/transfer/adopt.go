package transfer

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// adopt makes the entry of a copy that is in the target already, and in no manifest: of a run that was killed, or brought by other means.
func (c *Copier) adopt(ctx context.Context, i Item) (*dataset.Entry, error) {
	s, o, err := c.found(ctx, i, i.Target)
	if err != nil {
		return nil, err
	}
	return c.entry(i.Source, o, s), nil
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
		return s, o, nil
	}
	i.Target = o
	var err error
	if s.chunks, err = c.kept(ctx, i, s.layout); err == nil && s.chunks == nil {
		s.chunks, err = c.reread(ctx, o, s.layout)
	}
	if err != nil {
		return s, o, err
	}
	if crc := combined(s.chunks); !crc.Agree(s.crc) {
		return s, o, mismatch(hopTo(c.Target), fmt.Sprintf("%q has the CRC32C %s by its store, and its bytes have %s", o.Name, s.crc, crc))
	}
	s.crc = combined(s.chunks)
	return s, o, nil
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

// reread hashes what the target holds, chunk by chunk.
func (c *Copier) reread(ctx context.Context, o dataset.Object, l dataset.Layout) ([]dataset.Chunk, error) {
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
				r, err := c.Target.Open(ctx, o, chunks[n].Offset, chunks[n].Size)
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
