package runs

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/jobs"
)

// Planned is what a sync would do: its dry run.
type Planned struct {
	Totals    transfer.Totals
	Conflicts int64
}

// Plan tells what a sync would do, item by item, and does nothing.
func (s *Service) Plan(ctx context.Context, name string, spec Spec, each func(transfer.Item) error) (transfer.Totals, error) {
	var totals transfer.Totals
	d, err := s.o.Dataset(ctx, name)
	if err != nil {
		return totals, err
	}
	for i, err := range s.items(ctx, d, spec, "") {
		if err != nil {
			return totals, err
		}
		totals.Add(i, d.Source.Place())
		if err := each(i); err != nil {
			return totals, err
		}
	}
	return totals, nil
}

// items is the plan, from the first name after this one.
func (s *Service) items(ctx context.Context, d *Dataset, spec Spec, after string) iter.Seq2[transfer.Item, error] {
	return func(yield func(transfer.Item, error) bool) {
		previous, err := s.latest(ctx, d.Name)
		if err != nil {
			yield(transfer.Item{}, err)
			return
		}
		itemsSince(ctx, d, spec, previous, after)(yield)
	}
}

// itemsSince is the plan that follows a manifest.
func itemsSince(ctx context.Context, d *Dataset, spec Spec, previous *book, after string) iter.Seq2[transfer.Item, error] {
	return func(yield func(transfer.Item, error) bool) {
		filter, err := d.Filter, error(nil)
		if len(spec.Include) > 0 {
			filter, err = transfer.NewFilter(spec.Include, nil)
		}
		if err == nil && d.Mirror && previous.objects > 0 && after == "" {
			err = someThere(ctx, d, spec)
		}
		if err != nil {
			yield(transfer.Item{}, err)
			return
		}
		o := transfer.PlanOptions{
			Source: d.Source, Target: d.Target, Query: dataset.Query{After: after, At: spec.At}, Filter: filter, Mirror: d.Mirror,
			Previous: since(previous.entries(ctx), after),
		}
		for i, err := range transfer.Plan(ctx, o) {
			if !yield(i, err) {
				return
			}
		}
	}
}

// someThere refuses a source that lists nothing where a mirror of it would be emptied: a wrong time, a lost right or somebody's deed is
// likelier than a dataset of nothing, and the copy may be all that is left.
func someThere(ctx context.Context, d *Dataset, spec Spec) error {
	for _, err := range transfer.NewRetrier(transfer.RetryOptions{}).List(ctx, d.Source, dataset.Query{At: spec.At}) {
		return err
	}
	return &bridge.Error{
		Kind: bridge.Refused, Code: "source_empty", Text: d.Source.Place().String() + " lists no object at all, and a mirror of it would delete every one of " + d.Target.Place().String(),
		Hint: "look at the source and at the time that was asked for; if the copy shall go, delete it yourself",
	}
}

// since leaves out the entries up to a name.
func since(entries iter.Seq2[dataset.Entry, error], after string) iter.Seq2[dataset.Entry, error] {
	if entries == nil || after == "" {
		return entries
	}
	return func(yield func(dataset.Entry, error) bool) {
		for e, err := range entries {
			if (err != nil || e.Name > after) && !yield(e, err) {
				return
			}
		}
	}
}

// The keys of a sync's values.
const (
	valueAfter  = "after"  // the last name that is in a page
	valueTotals = "totals" // of the plan so far
	valueBefore = "before" // digest of the manifest that the plan began from
)

// plan is the first page of a sync. It adds the others as it goes; begun again it goes on where it was.
func (s *Service) plan(ctx context.Context, j *jobs.Job) error {
	spec, d, err := s.open(ctx, j)
	if err != nil {
		return err
	}
	if handed, err := s.handOver(ctx, j, d, spec); handed || err != nil {
		return err
	}
	p := planning{s: s, j: j, c: s.copier(j.Run.ID, d), from: d.Source.Place()}
	if err := p.restore(ctx); err != nil {
		return err
	}
	if p.after == "" && j.Run.Act == Sync && !byOrder(j, d, spec) { // a restore has said so before it chose, an order before it was given
		if err := s.began(ctx, j, d, spec); err != nil {
			return err
		}
	}
	previous, err := s.latest(ctx, d.Name)
	if err != nil {
		return err
	}
	if p.after == "" {
		p.before = previous.digest
	}
	handed, err := orderOf(j.Value(ctx, valueOrder))
	if err != nil {
		return err
	}
	order, err := s.ordered(ctx, j.Run.ID, d, handed)
	if err != nil {
		return err
	}
	defer order.done()
	for i, err := range itemsSince(ctx, d, spec, previous, p.after) {
		if err == nil {
			i, err = order.arrived(i)
		}
		if err != nil {
			return err
		}
		if err := p.add(ctx, i); err != nil {
			return err
		}
	}
	if err := p.fill(); err != nil {
		return err
	}
	return p.write(ctx, true)
}

// planning is a plan while its pages are made.
type planning struct {
	s      *Service
	j      *jobs.Job
	c      *transfer.Copier
	from   dataset.Place
	page   pages
	ready  []jobs.NewPage
	after  string // the last name that was seen
	before string // digest of the manifest that was begun from
	totals transfer.Totals
	delta  jobs.Totals // planned since the last transaction
}

func (p *planning) restore(ctx context.Context) error {
	after, err := p.j.Value(ctx, valueAfter)
	if err != nil || len(after) == 0 {
		return err
	}
	totals, err := p.j.Value(ctx, valueTotals)
	if err != nil {
		return err
	}
	before, err := p.j.Value(ctx, valueBefore)
	if err != nil {
		return err
	}
	p.after, p.before = string(after), string(before)
	return json.Unmarshal(totals, &p.totals)
}

// batch is how many pages are added in one transaction.
const batch = 32

func (p *planning) add(ctx context.Context, i transfer.Item) error {
	p.totals.Add(i, p.from)
	p.after = i.Name
	switch i.Action {
	case transfer.Keep, transfer.Skip:
		return nil // the manifest keeps what it has of it
	case transfer.Create, transfer.Replace, transfer.Adopt:
		p.delta.PlannedObjects++
	case transfer.Delete, transfer.Conflict:
	}
	if i.Action == transfer.Create || i.Action == transfer.Replace {
		p.delta.PlannedBytes += i.Size()
	}
	if done, err := p.split(i); done || err != nil {
		return err
	}
	if !p.page.add(i) {
		return nil
	}
	if err := p.fill(); err != nil || len(p.ready) < batch {
		return err
	}
	return p.write(ctx, false)
}

// fill makes a page of what is gathered.
func (p *planning) fill() error {
	if len(p.page.items) == 0 {
		return nil
	}
	body, err := p.page.take()
	p.ready = append(p.ready, jobs.NewPage{Kind: pageCopy, Body: body})
	return err
}

// write adds the pages that are ready, and remembers how far the plan has come, in one transaction.
func (p *planning) write(ctx context.Context, end bool) error {
	totals, err := json.Marshal(p.totals)
	if err != nil {
		return err
	}
	err = p.j.Tx(ctx, func(tx *jobs.Tx) error {
		if err := tx.Add(p.ready...); err != nil {
			return err
		}
		if err := tx.Put(valueAfter, []byte(p.after)); err != nil {
			return err
		}
		if err := tx.Put(valueTotals, totals); err != nil {
			return err
		}
		if err := tx.Put(valueBefore, []byte(p.before)); err != nil {
			return err
		}
		if !end {
			tx.Count(p.delta)
			return nil
		}
		return tx.Complete(nil, p.delta)
	})
	p.ready, p.delta = nil, jobs.Totals{}
	return err
}

// open reads what a run was asked for, and opens its dataset.
func (s *Service) open(ctx context.Context, j *jobs.Job) (Spec, *Dataset, error) {
	var spec Spec
	if err := json.Unmarshal(j.Run.Spec, &spec); err != nil {
		return spec, nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopJobs, Code: "spec_unreadable", Text: fmt.Sprintf("what run %s was asked for cannot be read", j.Run.ID), Cause: err}
	}
	d, err := s.o.Dataset(ctx, j.Run.Dataset)
	if err == nil && j.Run.Act == Restore {
		d, err = s.returning(ctx, j, d, &spec)
	}
	return spec, d, err
}
