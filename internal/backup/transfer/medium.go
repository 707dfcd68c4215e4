package transfer

import (
	"context"
	"crypto/md5" //nolint:gosec // what the source keeps beside its objects, not a defence
	"hash"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// medium copies an object in one request that streams: it is one chunk, and too large for a buffer. The source's own CRC32C goes ahead
// where it keeps one; else the target's is held against what was read. So does its MD5, where the target looks at it.
func (c *Copier) medium(ctx context.Context, i Item) (s sums, o dataset.Object, err error) {
	w := c.write(i)
	claim := c.claim(i.Source)
	w.CRC32C, w.MD5 = i.Source.CRC32C, claim
	for before, n := (checksum.CRC{}), 0; n < tries; before, n = s.crc, n+1 {
		err = c.retry.Do(ctx, func(ctx context.Context) (err error) {
			s, o, err = c.stream(ctx, i.Source, w, claim)
			return err
		})
		claim = nil // one that was refused is looked at here
		switch {
		case err == nil && o.CRC32C.Agree(s.crc) && s.agree(i.Source):
			return s, o, nil
		case err == nil:
			err = c.undo(ctx, o, s)
			w.If = dataset.If{Absent: true} // as what it replaced is gone
		case codeOf(err) != dataset.CodeMismatch:
			if o, err = c.landed(ctx, w, i.Source.CRC32C, err); err != nil {
				return s, o, err
			}
			return c.found(ctx, i, o)
		}
		if !s.agree(i.Source) && before == s.crc {
			return s, o, c.sourceDamaged(i.Source, s)
		}
	}
	return s, o, err
}

// stream makes one attempt. What it has read it says also of one that the target refused for its sum.
func (c *Copier) stream(ctx context.Context, from dataset.Object, w dataset.Write, claim []byte) (s sums, o dataset.Object, err error) {
	if err := c.streams.Acquire(ctx, 1); err != nil {
		return s, o, err
	}
	defer c.streams.Release(1)
	h := c.hash(from, c.MD5 != MD5Never && claim == nil)
	defer h.stop()
	b, err := c.open(ctx, from, 0, from.Size, h.writer())
	if err != nil {
		return s, o, err
	}
	o, err = c.Target.Put(ctx, w, b)
	err = b.end(err)
	if codeOf(err) == dataset.CodeMismatch {
		err = once{err}
	}
	s = sums{crc: b.sum(), md5: h.sum()}
	if err == nil && claim != nil {
		s.md5 = claim
	}
	return s.provenBy(o, claim), o, err
}

// hash is an MD5 beside the way of the bytes; nil, which does nothing, when the source keeps none or it is not wanted.
func (c *Copier) hash(o dataset.Object, wanted bool) *aside {
	if !wanted || len(o.MD5) == 0 {
		return nil
	}
	return newAside(func() hash.Hash { return md5.New() }) //nolint:gosec // as above
}
