package transfer

import (
	"context"
	"iter"

	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/manifest"
)

// window is how many results may wait for one before them.
const window = 4096

// Copy carries out items, many at once, and gives out what came of each in their order. It ends when the items do, when each returns an
// error, or when every other item would fail alike: no right, no room.
func (c *Copier) Copy(ctx context.Context, items iter.Seq2[Item, error], each func(Result) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	queue := make(chan *pending, window)
	var broken error
	go func() {
		defer close(queue)
		broken = c.start(ctx, items, queue)
	}()
	var failed error
	for p := range queue { // to its end, so that nothing goes on behind the caller's back
		r := p.wait()
		if failed == nil {
			if failed = each(r); failed == nil && hopeless(r.Err) {
				failed = r.Err
			}
			if failed != nil {
				cancel()
			}
		}
	}
	if failed != nil {
		return failed
	}
	return broken
}

// start begins items in order, as many at once as may be. Workers go from item to item: to grow a new one's stack to the depth of a call is
// a good part of what a small object costs.
func (c *Copier) start(ctx context.Context, items iter.Seq2[Item, error], queue chan<- *pending) error {
	work, workers := make(chan *pending), 0
	defer close(work)
	for i, err := range items {
		if err != nil {
			return err
		}
		p := &pending{result: Result{Item: i}}
		switch i.Action {
		case Keep, Skip, Conflict:
			p.result = c.Do(ctx, i)
		case Create, Replace, Adopt, Delete:
			if err := c.slots.Acquire(ctx, 1); err != nil {
				return err
			}
			p.done = make(chan struct{})
			if workers < c.Objects {
				workers++
				go c.work(ctx, work)
			}
			work <- p // at once: there are as many workers as slots
		}
		queue <- p
	}
	return ctx.Err()
}

// work carries out items, each of which comes with a slot.
func (c *Copier) work(ctx context.Context, items <-chan *pending) {
	for p := range items {
		p.result = c.Do(ctx, p.result.Item)
		close(p.done)
		c.slots.Release(1)
	}
}

// pending is a result that is there, or will be when done is closed. It is large, and queues of it are many: one for each page of a run.
type pending struct {
	result Result
	done   chan struct{} // nil of one that is there
}

func (p *pending) wait() Result {
	if p.done != nil {
		<-p.done
	}
	return p.result
}

// hopeless says that the next object would fail for the same reason.
func hopeless(err error) bool {
	switch codeOf(err) {
	case dataset.CodeUnauthorized, dataset.CodeFull:
		return true
	}
	return false
}

// Report is what came of a run.
type Report struct {
	Totals           // of the plan
	Failed  Count    // of it
	Results []Result // that failed, and conflicts: the first thousand
}

const maxResults = 1000

// Sync plans, copies, and adds the entries to a manifest, in one process and without a job engine. The caller closes the manifest, when
// there is no error; that some objects failed is none, and is in the report.
func (c *Copier) Sync(ctx context.Context, p PlanOptions, m *manifest.Writer) (Report, error) {
	p.Source, p.Target, p.Retry = c.Source, c.Target, c.retry
	var report Report
	err := c.Copy(ctx, Plan(ctx, p), func(r Result) error {
		report.Add(r.Item, c.Source.Place())
		if r.Err != nil {
			report.Failed.Objects++
			report.Failed.Bytes += r.Item.Size()
		}
		if (r.Err != nil || r.Item.Action == Conflict) && len(report.Results) < maxResults {
			report.Results = append(report.Results, r)
		}
		if r.Entry == nil {
			return nil
		}
		return m.Add(*r.Entry)
	})
	return report, err
}
