package transfer

import (
	"context"
	"errors"
	"io"

	"github.com/landbridge/landbridge/internal/bridge"
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

// found is what is known of a copy that is there. The sums of its chunks are, when the store kept the parts.
func (c *Copier) found(ctx context.Context, i Item, o dataset.Object) (sums, dataset.Object, error) {
	s := sums{crc: o.CRC32C}
	if !s.crc.Known {
		crc, err := c.reread(ctx, o)
		if err != nil {
			return s, o, err
		}
		s.crc = crc
	}
	if len(i.Source.MD5) > 0 && string(o.MD5) == string(i.Source.MD5) {
		s.md5 = o.MD5
	}
	l := c.Layout(i.Source)
	if l.Chunks < 2 || o.Metadata[dataset.Mark] == "" {
		return s, o, nil
	}
	i.Target = o
	up, err := c.begin(ctx, c.write(i), l)
	if err != nil {
		return s, o, err
	}
	if done := up.Done(); len(done) == l.Chunks && combined(done) == s.crc {
		s.layout, s.chunks = l, done
	}
	return s, o, nil
}

// once is an error that no other attempt helps, whatever it says itself.
type once struct{ error }

func (o once) Unwrap() error { return o.error }

// asError is the first of our errors in a chain.
func asError(err error) (*bridge.Error, bool) { return errors.AsType[*bridge.Error](err) }

// reread is the CRC32C of what a target holds that keeps none.
func (c *Copier) reread(ctx context.Context, o dataset.Object) (crc checksum.CRC, err error) {
	err = c.retry.Do(ctx, func(ctx context.Context) error {
		r, err := c.Target.Open(ctx, o, 0, o.Size)
		if err != nil {
			return err
		}
		b := &body{c: c, ctx: ctx, r: r}
		_, err = io.Copy(io.Discard, b)
		crc = b.sum()
		return b.end(err)
	})
	return crc, err
}
