// Package transfer brings the objects of one place to another: what is to be done (Plan), and the doing of it (Copier).
//
// Sorted listings and the manifest of the run before enter; an entry or a failure for each object leaves. It must never overwrite what
// somebody else wrote, hold a large object in memory, or remember anything: what was done is found again in the target itself, by the
// mark that each copy bears and by the chunks that the store kept.
package transfer

import (
	"context"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// MD5 says of which objects the MD5 is computed, where the source keeps one to hold it against. It costs about 1.3 ns a byte; nothing where
// the target computes it (claim).
type MD5 string

// The policies.
const (
	MD5Never     MD5 = "never"
	MD5WhenCheap MD5 = "when_cheap" // of objects that are read in order anyway
	MD5Always    MD5 = "always"     // the chunks of a large object then go one after the other
)

// Options configure a Copier. What is zero has the default that is given.
type Options struct {
	Source dataset.Reader
	Target dataset.Writer
	Clock  bridge.Clock
	// Run is written into the entries that this run makes.
	Run string
	// Chunk is the size of the pieces of large objects, as far as the target has no limits of its own; 32 MiB.
	Chunk int64
	// Whole is up to which size an object is read into memory, so that its sums are known before it is written; 4 MiB.
	Whole int64
	// Objects is how many are copied at once; 64.
	Objects int
	// Streams is how many chunks, of all large objects together, are on their way at once; 8.
	Streams int
	// Memory bounds the buffers of objects that are read whole, in bytes; 64 MiB.
	Memory int64
	// Bandwidth bounds what is read from the source, in bytes a second; 0 is no bound.
	Bandwidth int64
	// MD5 is when_cheap unless it is said.
	MD5 MD5
	// KeepParts leaves the parts of large objects in the target, so that they can be mended part by part.
	KeepParts bool
	Retry     RetryOptions
	// Progress is told what was done since the last call, from many goroutines; bytes are negative when an attempt came to nothing.
	Progress func(Progress)
}

// Progress is a step forward.
type Progress struct {
	Objects int64
	Bytes   int64 // read from the source
	Retries int64
}

// Copier copies objects from one place to another. Its methods may be called from many goroutines, and share its bounds.
type Copier struct {
	Options
	retry   *Retrier
	slots   *semaphore.Weighted // of objects
	memory  *semaphore.Weighted
	streams *semaphore.Weighted
	limit   *rate.Limiter // nil for no bound
	pool    *pool
}

// New returns a copier. It does nothing yet.
func New(o Options) *Copier {
	o.Chunk = or(o.Chunk, 32<<20)
	o.Whole = min(or(o.Whole, 4<<20), o.Chunk)
	o.Objects = or(o.Objects, 64)
	o.Streams = or(o.Streams, 8)
	o.Memory = max(or(o.Memory, 64<<20), o.Whole)
	o.MD5 = or(o.MD5, MD5WhenCheap)
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	c := &Copier{
		Options: o, retry: NewRetrier(o.Retry), pool: &pool{},
		slots: semaphore.NewWeighted(int64(o.Objects)), memory: semaphore.NewWeighted(o.Memory), streams: semaphore.NewWeighted(int64(o.Streams)),
	}
	if o.Bandwidth > 0 {
		c.limit = rate.NewLimiter(rate.Limit(o.Bandwidth), int(min(o.Bandwidth, 256<<10)))
	}
	return c.Reporting(o.Progress)
}

// Reporting is the same copier with the same bounds, and tells its progress to another: one page of many that share a copier.
func (c *Copier) Reporting(progress func(Progress)) *Copier {
	own := *c
	own.Progress = progress
	told := c.Retry.Told
	own.retry = c.retry.telling(func(err error) {
		progress(Progress{Retries: 1})
		if told != nil {
			told(err)
		}
	})
	return &own
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// Layout is how the copy of an object is cut.
func (c *Copier) Layout(o dataset.Object) dataset.Layout { return c.Target.Layout(o.Size, c.Chunk) }

// Do carries out one item, whatever it is: an entry for the manifest, or an error. A deletion, a skip and a conflict make no entry.
func (c *Copier) Do(ctx context.Context, i Item) Result {
	r := Result{Item: i}
	switch i.Action {
	case Create, Replace:
		r.Entry, r.Err = c.copy(ctx, i)
	case Adopt:
		r.Entry, r.Err = c.adopt(ctx, i)
	case Delete:
		r.Err = c.retry.Do(ctx, func(ctx context.Context) error { return c.gone(c.Target.Delete(ctx, i.Target)) })
	case Keep, Skip, Conflict:
	}
	if r.Err == nil {
		c.Progress(Progress{Objects: 1})
	}
	if r.Entry == nil && stands(i, r.Err) {
		r.Entry = i.Entry
	}
	return r
}

// stands says whether the target still holds what the manifest of the run before says of it, when the item made no entry of its own.
func stands(i Item, err error) bool {
	if i.Action == Delete {
		return err != nil
	}
	return codeOf(err) != dataset.CodeExists // then it is somebody else's by now
}

// gone forgives that what shall be deleted is not there.
func (c *Copier) gone(err error) error {
	if codeOf(err) == dataset.CodeNotFound {
		return nil
	}
	return err
}
