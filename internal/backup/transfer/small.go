package transfer

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // what the source keeps beside its objects, not a defence
	"fmt"
	"io"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// small copies an object that is read whole: its sums are known before it is written, and it is written again without being read again.
// Of an MD5 that the target has refused nobody knows yet whether source or way is to blame: then it is read again, and hashed here.
func (c *Copier) small(ctx context.Context, i Item) (s sums, o dataset.Object, err error) {
	text, done, err := c.take(ctx, i.Source.Size)
	if err != nil {
		return s, o, err
	}
	defer done()
	claim := c.claim(i.Source)
	s, o, err = c.whole(ctx, i, text, claim)
	if claim != nil && codeOf(err) == dataset.CodeMismatch {
		s, o, err = c.whole(ctx, i, text, nil)
	}
	return s, o, err
}

// whole reads an object and writes it.
func (c *Copier) whole(ctx context.Context, i Item, text, claim []byte) (s sums, o dataset.Object, err error) {
	if s, err = c.readWhole(ctx, i.Source, text, claim); err != nil {
		return s, o, err
	}
	w := c.write(i)
	w.CRC32C, w.MD5 = s.crc, s.md5
	err = c.retry.Do(ctx, func(ctx context.Context) (err error) {
		body := lend(text)
		defer body.takeBack()
		o, err = c.Target.Put(ctx, w, body)
		if claim != nil && codeOf(err) == dataset.CodeMismatch {
			return once{err}
		}
		return err
	})
	if err != nil {
		o, err = c.landed(ctx, w, s.crc, err)
	}
	if err == nil && !o.CRC32C.Agree(s.crc) {
		err = c.undo(ctx, o, s)
	}
	return s.provenBy(o, claim), o, err
}

// claim is the MD5 that the source keeps of an object, where the target need only be told: Cloud Storage computes one of whatever it is sent
// in one request, refuses another than was declared, and answers with its own (https://cloud.google.com/storage/docs/data-validation). Nil
// is of an object whose MD5 is computed here, or by nobody.
func (c *Copier) claim(o dataset.Object) []byte {
	if c.MD5 == MD5Never || c.Target.Place().Store != dataset.Bucket {
		return nil
	}
	return o.MD5
}

// provenBy leaves a claim out that the target did not confirm.
func (s sums) provenBy(o dataset.Object, claim []byte) sums {
	if claim != nil && !bytes.Equal(o.MD5, claim) {
		s.md5 = nil
	}
	return s
}

// tries is how often an object that does not agree with its sums is read, unless it is the same twice.
const tries = 6

// readWhole reads an object and holds it against the sums that the source keeps. What does not agree is read again: if it is the same
// then, the source is damaged; if not, it was the way.
func (c *Copier) readWhole(ctx context.Context, o dataset.Object, text, claim []byte) (sums, error) {
	var s sums
	read := func() error {
		return c.retry.Do(ctx, func(ctx context.Context) error {
			b, err := c.open(ctx, o, 0, o.Size, nil)
			if err != nil {
				return err
			}
			_, err = io.ReadFull(b, text)
			if err = b.end(err); err != nil {
				return err
			}
			s = sums{crc: b.sum(), md5: claim}
			if claim == nil {
				s.md5 = c.md5(o, text)
			}
			return nil
		})
	}
	for before, n := (checksum.CRC{}), 0; n < tries; before, n = s.crc, n+1 {
		if err := read(); err != nil || s.agree(o) {
			return s, err
		}
		if before == s.crc {
			break
		}
	}
	return s, c.sourceDamaged(o, s)
}

// md5 is the MD5 of a whole object, when it can be held against something.
func (c *Copier) md5(o dataset.Object, text []byte) []byte {
	if len(o.MD5) == 0 || c.MD5 == MD5Never {
		return nil
	}
	sum := md5.Sum(text) //nolint:gosec // as above
	return sum[:]
}

// agree holds the sums against the ones that the source keeps.
func (s sums) agree(o dataset.Object) bool {
	return s.crc.Agree(o.CRC32C) && (s.md5 == nil || len(o.MD5) == 0 || bytes.Equal(s.md5, o.MD5))
}

// CodeSource is of an object whose source holds other bytes than its own sums are of.
const CodeSource = "source_damaged"

// sourceDamaged says that the source itself is not what it says it is.
func (c *Copier) sourceDamaged(o dataset.Object, s sums) error {
	e := mismatch(hopTo(c.Source), fmt.Sprintf("%q is not what its source says it is: it has the CRC32C %s and the MD5 %x; the source keeps %s and %x", o.Name, s.crc, s.md5, o.CRC32C, o.MD5))
	e.Code, e.Retry = CodeSource, false
	e.Hint = "restore it from a recovery point, or write its right sums; it was not copied"
	return e
}

// undo removes an object that the target holds with other bytes than were sent.
func (c *Copier) undo(ctx context.Context, o dataset.Object, s sums) error {
	err := mismatch(hopTo(c.Target), fmt.Sprintf("%q was sent with the CRC32C %s, and the target holds %s; it was removed", o.Name, s.crc, o.CRC32C))
	if failed := c.retry.Do(ctx, func(ctx context.Context) error { return c.gone(c.Target.Delete(ctx, o)) }); failed != nil {
		err.Text = fmt.Sprintf("%q was sent with the CRC32C %s, and the target holds %s, and it cannot be removed", o.Name, s.crc, o.CRC32C)
		err.Cause = failed
	}
	return err
}
