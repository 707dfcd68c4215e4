package runs

import (
	"context"
	"iter"
	"sync/atomic"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/jobs"
)

// copy does the items of a page. An object that cannot be copied does not hold up the others: it is an outcome, and the run's end says so. What
// may go better later is tried again with the whole page; what is done by then is found in the target.
func (s *Service) copy(ctx context.Context, j *jobs.Job) error {
	_, d, err := s.open(ctx, j)
	if err != nil {
		return err
	}
	items, err := unpack[transfer.Item](j.Page.Body)
	if err != nil {
		return err
	}
	c, retries := s.counting(ctx, j, d)
	if j.Page.Attempts > 1 {
		if items, err = again(ctx, c, items); err != nil {
			return err
		}
	}
	out, totals, err := doAll(ctx, c, items)
	if err != nil {
		return err
	}
	totals.Retries = retries.Load()
	result, err := pack(out)
	if err != nil {
		return err
	}
	return j.Tx(ctx, func(tx *jobs.Tx) error { return tx.Complete(result, totals) })
}

// counting is a copier that tells the page of its progress, and counts what it tried again.
func (s *Service) counting(ctx context.Context, j *jobs.Job, d *Dataset) (*transfer.Copier, *atomic.Int64) {
	var retries atomic.Int64
	return s.copier(ctx, j.Run.ID, d).Reporting(func(p transfer.Progress) {
		retries.Add(p.Retries)
		j.Progress(jobs.Totals{Objects: p.Objects, Bytes: p.Bytes, Retries: p.Retries})
	}), &retries
}

// again looks for what an earlier attempt has brought: it is adopted, and not copied twice.
func again(ctx context.Context, c *transfer.Copier, items []transfer.Item) ([]transfer.Item, error) {
	place, n := c.Source.Place(), 0
	_, end := utf8.DecodeLastRuneInString(items[0].Name)
	after := items[0].Name[:len(items[0].Name)-end] // the greatest name that is surely before the first
	for o, err := range c.Target.List(ctx, dataset.Query{After: after}) {
		if err != nil {
			return nil, err
		}
		for n < len(items) && items[n].Name < o.Name {
			n++
		}
		if n == len(items) {
			break
		}
		i := &items[n]
		brought := o.Size == i.Source.Size && o.Metadata[dataset.Mark] == dataset.MarkOf(place, i.Source)
		if o.Name == i.Name && brought && (i.Action == transfer.Create || i.Action == transfer.Replace) {
			i.Action, i.Target = transfer.Adopt, o
		}
	}
	return items, nil
}

// doAll does items, as many at once as the copier is to. What no other attempt would help is an outcome; anything else ends the page.
func doAll(ctx context.Context, c *transfer.Copier, items []transfer.Item) ([]outcome, jobs.Totals, error) {
	var totals jobs.Totals
	out := make([]outcome, 0, len(items))
	err := c.Copy(ctx, stream(items), func(r transfer.Result) error {
		o := outcome{Name: r.Item.Name, Entry: r.Entry}
		switch {
		case r.Err != nil && (retryable(r.Err) || ctx.Err() != nil):
			return r.Err
		case r.Err != nil:
			o.Entry, o.Failed, o.Hint = nil, r.Err.Error(), bridge.HintOf(r.Err)
		case r.Item.Action == transfer.Conflict:
			o.Entry, o.Failed, o.Hint = nil, r.Item.Reason, "move it away, or exclude it, and sync again"
		case r.Item.Action == transfer.Delete:
		default:
			totals.Objects++
			if r.Item.Action == transfer.Create || r.Item.Action == transfer.Replace {
				totals.Bytes += r.Item.Source.Size
			}
		}
		out = append(out, o)
		return nil
	})
	return out, totals, err
}

func stream(items []transfer.Item) iter.Seq2[transfer.Item, error] {
	return func(yield func(transfer.Item, error) bool) {
		for _, i := range items {
			if !yield(i, nil) {
				return
			}
		}
	}
}
