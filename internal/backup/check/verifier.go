package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// verifier is one verification.
type verifier struct {
	VerifyOptions
	group *errgroup.Group
	gate  chan struct{} // one place for each range that is being read

	mu     sync.Mutex
	report Report
	told   int64
}

func (v *verifier) found(f Finding) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.report.count(f)
	return v.Found(f)
}

// every is after how many objects progress is told.
const every = 1000

func (v *verifier) counted(size int64) {
	v.mu.Lock()
	v.report.Objects++
	v.report.Bytes += size
	v.mu.Unlock()
	v.tell(false)
}

func (v *verifier) tell(end bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.Progress != nil && (end || v.report.Objects >= v.told+every) {
		v.told = v.report.Objects
		v.Progress(v.report.Objects, v.report.Bytes)
	}
}

// reading is one object whose bytes are being read.
type reading struct {
	entry dataset.Entry
	found dataset.Object
	doubt Finding // what the metadata said, if anything

	mu      sync.Mutex
	left    int // chunks that are not read yet
	bad     []int
	trouble error
}

// read reads every chunk of an object, each by whichever worker is free, and gives the verdict with the last one.
func (v *verifier) read(ctx context.Context, e dataset.Entry, o dataset.Object, doubt Finding) error {
	layout := e.Layout()
	r := &reading{entry: e, found: o, doubt: doubt, left: layout.Chunks}
	for i := range layout.Chunks {
		select {
		case v.gate <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		v.group.Go(func() error {
			defer func() { <-v.gate }()
			good, err := v.chunk(ctx, r, layout.Chunk(i, e.Size))
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if !r.done(i, good, err) {
				return nil
			}
			return v.verdict(ctx, r)
		})
	}
	return nil
}

// done notes a chunk, and says whether it was the last.
func (r *reading) done(index int, good bool, err error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil && r.trouble == nil {
		r.trouble = err
	}
	if !good {
		r.bad = append(r.bad, index)
	}
	r.left--
	return r.left == 0
}

// chunk reads one chunk and compares its sum with the manifest's. An entry without chunks has one, with the object's sum.
func (v *verifier) chunk(ctx context.Context, r *reading, c dataset.Chunk) (bool, error) {
	sum, n, err := Sum(ctx, v.Target, r.found, c)
	v.mu.Lock()
	v.report.Read += n
	v.mu.Unlock()
	return err == nil && sum == wanted(r.entry, c.Index).Sum, err
}

// wanted is a chunk's sum in the manifest.
func wanted(e dataset.Entry, index int) checksum.CRC {
	if len(e.Chunks) == 0 {
		return e.CRC32C
	}
	return e.Chunks[index]
}

// Sum reads a chunk of an object and returns its CRC32C, trying three times where the store says that another may help.
func Sum(ctx context.Context, from dataset.Reader, o dataset.Object, c dataset.Chunk) (sum uint32, n int64, err error) {
	if c.Size == 0 {
		return 0, 0, nil
	}
	for range 3 {
		sum, n, err = sumOnce(ctx, from, o, c)
		e, ok := errors.AsType[*bridge.Error](err)
		if err == nil || ctx.Err() != nil || ok && !e.Retry {
			return sum, n, err
		}
		if ok && bridge.Wait(ctx, e.RetryAfter) != nil {
			return sum, n, err
		}
	}
	return sum, n, err
}

func sumOnce(ctx context.Context, from dataset.Reader, o dataset.Object, c dataset.Chunk) (uint32, int64, error) {
	body, err := from.Open(ctx, o, c.Offset, c.Size)
	if err != nil {
		return 0, 0, err
	}
	defer body.Close()
	sum := summing{}
	n, err := io.Copy(&sum, io.LimitReader(body, c.Size))
	if err == nil && n < c.Size {
		err = io.ErrUnexpectedEOF
	}
	return sum.crc, n, err
}

// summing is a writer that only hashes.
type summing struct{ crc uint32 }

func (s *summing) Write(p []byte) (int, error) {
	s.crc = checksum.Update(s.crc, p)
	return len(p), nil
}

// verdict says what the bytes of an object are.
func (v *verifier) verdict(ctx context.Context, r *reading) error {
	f := Finding{Name: r.entry.Name, Size: r.entry.Size, Entry: r.entry, Found: r.found}
	slices.Sort(r.bad)
	code := ""
	if e, ok := errors.AsType[*bridge.Error](r.trouble); ok {
		code = e.Code
	}
	switch {
	case code == dataset.CodeNotFound || code == dataset.CodeChanged:
		f.Damage, f.Text = Touched, "was changed while it was read"
	case r.trouble != nil:
		f.Damage, f.Text = Unreadable, r.trouble.Error()
	case len(r.bad) > 0:
		f.Chunks = r.bad
		f.Damage, f.Text = Rotten, fmt.Sprintf("%d of %d chunks have other bytes", len(r.bad), r.entry.Layout().Chunks)
		if r.doubt.Damage == Replaced {
			f.Damage = Replaced
		}
	case v.Structure != nil:
		text, err := v.structure(ctx, r)
		if err != nil || text == "" {
			return err
		}
		f.Damage, f.Text = Malformed, text
	default:
		return nil // whoever touched it: every byte is what it was
	}
	return v.found(f)
}

func (v *verifier) structure(ctx context.Context, r *reading) (string, error) {
	return v.Structure(ctx, r.entry.Name, r.entry.Size, Ranges(v.Target, r.found))
}

// Ranges reads ranges of one object.
func Ranges(from dataset.Reader, o dataset.Object) ReadAt {
	return func(ctx context.Context, p []byte, offset int64) (int, error) {
		body, err := from.Open(ctx, o, offset, int64(len(p)))
		if err != nil {
			return 0, err
		}
		defer body.Close()
		return io.ReadFull(body, p)
	}
}
