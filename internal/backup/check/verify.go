package check

import (
	"context"
	"iter"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/landbridge/landbridge/internal/dataset"
)

// VerifyOptions say what is held against what. Target and Entries are needed.
type VerifyOptions struct {
	Target  dataset.Reader
	Entries iter.Seq2[dataset.Entry, error] // of the manifest, in order
	// Deep reads every byte; without it only what the store's listing tells is looked at.
	Deep bool
	// Workers is how many ranges are read at once; 8 when zero.
	Workers int
	// Structure judges the format of a file whose sums agree, for Deep; nil judges none. It gets a reader of ranges, and returns "" for a file
	// that holds together or is of no format that it knows.
	Structure func(ctx context.Context, name string, size int64, read ReadAt) (string, error)
	// Found is called for each finding, in no order when Deep, from one goroutine at a time.
	Found func(Finding) error
	// Progress, when not nil, is told of what was looked at, now and then.
	Progress func(objects, bytes int64)
}

// ReadAt reads a range of one object.
type ReadAt func(ctx context.Context, p []byte, offset int64) (int, error)

// Verify compares the manifest with the place. Both are read as streams, side by side: what it needs does not grow with their number. An error
// is one of reading the manifest or the listing; damage is no error.
func Verify(ctx context.Context, o VerifyOptions) (Report, error) {
	if o.Workers <= 0 {
		o.Workers = 8
	}
	if o.Found == nil {
		o.Found = func(Finding) error { return nil }
	}
	v := &verifier{VerifyOptions: o, report: Report{Deep: o.Deep}}
	group, inner := errgroup.WithContext(ctx)
	v.group, v.gate = group, make(chan struct{}, o.Workers)
	err := v.walk(inner)
	if later := group.Wait(); err == nil || inner.Err() != nil && later != nil {
		err = later
	}
	if err == nil {
		err = ctx.Err()
	}
	v.tell(true)
	return v.report, err
}

// walk merges the two sorted streams.
func (v *verifier) walk(ctx context.Context) error {
	objects, stop := iter.Pull2(ahead(v.Target.List(ctx, dataset.Query{})))
	defer stop()
	o, err, more := objects()
	for e, entryErr := range v.Entries {
		if entryErr != nil {
			return entryErr
		}
		for ; more && err == nil && o.Name < e.Name; o, err, more = objects() {
			if err := v.extra(o); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
		found := more && o.Name == e.Name
		if err := v.object(ctx, e, o, found); err != nil {
			return err
		}
		if found {
			o, err, more = objects()
		}
	}
	for ; more && err == nil; o, err, more = objects() {
		if err := v.extra(o); err != nil {
			return err
		}
	}
	return err
}

func (v *verifier) extra(o dataset.Object) error {
	if strings.HasPrefix(o.Name, ".landbridge/") {
		return nil // parts, evidence and half-done work of our own
	}
	return v.found(Finding{Name: o.Name, Damage: Extra, Size: o.Size, Found: o, Text: "no manifest knows it"})
}

// object looks at one object of the manifest.
func (v *verifier) object(ctx context.Context, e dataset.Entry, o dataset.Object, found bool) error {
	v.counted(e.Size)
	if !found {
		return v.found(Finding{Name: e.Name, Damage: Missing, Size: e.Size, Entry: e})
	}
	f, ok := compare(e, o)
	switch {
	case v.Deep && (ok || f.Damage == Touched || f.Damage == Replaced && o.Size == e.Size):
		return v.read(ctx, e, o, f)
	case ok:
		return nil
	}
	return v.found(f)
}

// ahead reads a stream in a goroutine of its own, so that the listing's next page is under way while the last one is compared.
func ahead(in iter.Seq2[dataset.Object, error]) iter.Seq2[dataset.Object, error] {
	type item struct {
		object dataset.Object
		err    error
	}
	const batch = 512
	return func(yield func(dataset.Object, error) bool) {
		batches, done := make(chan []item, 4), make(chan struct{})
		defer close(done)
		go func() {
			defer close(batches)
			full := make([]item, 0, batch)
			send := func() bool {
				select {
				case batches <- full:
					full = make([]item, 0, batch)
					return true
				case <-done:
					return false
				}
			}
			for o, err := range in {
				if full = append(full, item{o, err}); len(full) == batch && !send() {
					return
				}
			}
			if len(full) > 0 {
				send()
			}
		}()
		for b := range batches {
			for _, i := range b {
				if !yield(i.object, i.err) {
					return
				}
			}
		}
	}
}
