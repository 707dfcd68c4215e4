package runs

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

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
		previous, err := s.latest(ctx, d.book())
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
		mirrored := d.Mirror && previous.objects > 0
		if err == nil && after == "" && (mirrored || !spec.At.IsZero()) {
			err = someThere(ctx, d, spec, mirrored)
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

// someThere refuses a source that lists nothing where a mirror of it would be emptied, or a time of the past was asked for: a wrong time, a lost
// right or somebody's deed is likelier than a dataset of nothing, and the copy may be all that is left.
func someThere(ctx context.Context, d *Dataset, spec Spec, mirrored bool) error {
	for _, err := range transfer.NewRetrier(transfer.RetryOptions{}).List(ctx, d.Source, dataset.Query{At: spec.At}) {
		return err
	}
	text, hint := d.Source.Place().String()+" lists no object at all", "look at the source and at the time that was asked for"
	if !spec.At.IsZero() {
		text += " as of " + spec.At.UTC().Format(time.RFC3339)
	}
	if mirrored {
		text += ", and a mirror of it would delete every one of " + d.Target.Place().String()
		hint += "; if the copy shall go, delete it yourself"
	}
	return &bridge.Error{Kind: bridge.Refused, Code: "source_empty", Text: text, Hint: hint}
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

// valuePlan is under which a sync keeps how far its plan is.
const valuePlan = "plan"

// planned is how far a plan is.
type planned struct {
	After   string          `json:"after"`  // the last name that was seen, and is in a page if it is to be
	Before  string          `json:"before"` // digest of the manifest that the plan began from
	Divided divided         `json:"divided,omitzero"`
	Totals  transfer.Totals `json:"totals"`
}

// plannedOf is how far a run's plan is, and whether it was begun.
func plannedOf(text []byte, err error) (p planned, begun bool, _ error) {
	if err != nil || len(text) == 0 {
		return p, false, err
	}
	return p, true, json.Unmarshal(text, &p)
}

// plan is the first page of a sync. It adds the others as it goes; begun again it goes on where it was.
func (s *Service) plan(ctx context.Context, j *jobs.Job) error {
	spec, d, err := s.open(ctx, j)
	if err != nil {
		return err
	}
	if handed, err := s.handOver(ctx, j, d, spec); handed || err != nil {
		return err
	}
	so, begun, err := plannedOf(j.Value(ctx, valuePlan))
	if err != nil {
		return err
	}
	p := planning{planned: so, j: j, c: s.copier(ctx, j.Run.ID, d), from: d.Source.Place(), piece: s.o.Piece}
	if !begun && j.Run.Act == Sync && !byOrder(j, d, spec) { // a restore has said so before it chose, an order before it was given
		if err := s.began(ctx, j, d, spec); err != nil {
			return err
		}
	}
	previous, err := s.latest(ctx, d.book())
	if err != nil {
		return err
	}
	if !begun {
		p.Before = previous.digest
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
	for i, err := range itemsSince(ctx, d, spec, previous, p.After) {
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
	planned
	j     *jobs.Job
	c     *transfer.Copier
	from  dataset.Place
	piece int64 // how much of one object a page copies
	page  pages
	ready []jobs.NewPage
	batch int         // how many pages the next transaction takes
	delta jobs.Totals // planned since the last transaction
}

// mostAtOnce is how many pages are added in one transaction. The first is added alone and each batch is twice the one before: copying begins
// long before a large plan ends.
const mostAtOnce = 32

func (p *planning) add(ctx context.Context, i transfer.Item) error {
	if i.Name != p.Divided.Name { // else it was counted with its first pieces
		p.count(i)
	}
	done, err := p.split(ctx, i)
	if err != nil {
		return err
	}
	p.After = i.Name
	if done || i.Action == transfer.Keep || i.Action == transfer.Skip { // the manifest keeps what it has of it
		return nil
	}
	if !p.page.add(i) {
		return nil
	}
	if err := p.fill(); err != nil || len(p.ready) < p.batch {
		return err
	}
	p.batch = min(2*len(p.ready), mostAtOnce)
	return p.write(ctx, false)
}

func (p *planning) count(i transfer.Item) {
	p.Totals.Add(i, p.from)
	switch i.Action {
	case transfer.Create, transfer.Replace:
		p.delta.PlannedObjects++
		p.delta.PlannedBytes += i.Size()
	case transfer.Adopt:
		p.delta.PlannedObjects++
	case transfer.Keep, transfer.Skip, transfer.Delete, transfer.Conflict:
	}
}

// flush writes all that is gathered.
func (p *planning) flush(ctx context.Context) error {
	if err := p.fill(); err != nil {
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
	so, err := json.Marshal(p.planned)
	if err != nil {
		return err
	}
	err = p.j.Tx(ctx, func(tx *jobs.Tx) error {
		if err := tx.Add(p.ready...); err != nil {
			return err
		}
		if err := tx.Put(valuePlan, so); err != nil {
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
	if err == nil && spec.To != "" {
		d, err = s.elsewhere(ctx, j.Run.ID, d, spec.To)
	}
	if err == nil && j.Run.Act == Restore {
		d, err = s.returning(ctx, j, d, &spec)
	}
	return spec, d, err
}
