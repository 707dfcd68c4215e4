package runs

import (
	"context"
	"hash/fnv"

	"github.com/landbridge/landbridge/internal/backup/check"
	"github.com/landbridge/landbridge/internal/backup/restore"
	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/jobs"
)

// defaultSample is how many objects a drill brings back when nobody says.
const defaultSample = 20

// drill restores a sample to a place of its own beside the target, verifies it by every byte, removes it, and says how long that took and how old
// the bytes were. One page: begun again, it goes on with the vault and copies the sample anew.
func (s *Service) drill(ctx context.Context, j *jobs.Job) error {
	spec, d, err := s.open(ctx, j)
	if err != nil {
		return err
	}
	defer s.forget(j.Run.ID)
	state, err := s.chosen(ctx, j, d, spec)
	if err != nil {
		return err
	}
	if err := s.untilRestored(ctx, j, &state); err != nil {
		return err
	}
	from, err := s.returning(ctx, j, d, &spec)
	if err != nil {
		return err
	}
	scratch, err := s.scratch(ctx, d, j.Run.ID)
	if err != nil {
		return err
	}
	sample, err := pick(ctx, from.Source, dataset.Query{At: spec.At}, or(spec.Sample, defaultSample), j.Run.ID)
	if err != nil {
		return err
	}
	out := Returned{Sample: int64(len(sample))}
	b := &restored{s: s, verify: func(ctx context.Context) error {
		return s.trial(ctx, j, from, scratch, sample, &out)
	}}
	if err := s.steps(ctx, j, &state, b, restore.Cleaned); err != nil {
		return err
	}
	out.Way, out.At, out.RecoveryPoint = state.Choice.Way, state.Choice.At, state.Choice.Point.Name
	out.Took, out.Age = state.Measure()
	t := s.tale(j, d, spec)
	t.Changed, t.ChangedBytes, t.Damaged, t.Deep = out.Sample, out.Bytes, out.Damaged, true
	if err := s.end(ctx, j, t); err != nil {
		return err
	}
	return j.Tx(ctx, func(tx *jobs.Tx) error {
		if err := tx.SetResult(out); err != nil {
			return err
		}
		return tx.Complete(nil, jobs.Totals{Objects: out.Sample, Bytes: out.Bytes, Damaged: out.Damaged})
	})
}

// scratch is a place of the drill's own, hidden below the target: no listing of the dataset shows it.
func (s *Service) scratch(ctx context.Context, d *Dataset, run string) (dataset.Writer, error) {
	p := d.Target.Place()
	p.Prefix += ".landbridge/drill/" + run + "/"
	return s.writable(ctx, run, p)
}

// pick chooses a sample over the whole of a listing, the same for the same seed: the objects whose names hash lowest.
func pick(ctx context.Context, from dataset.Reader, q dataset.Query, n int, seed string) ([]dataset.Object, error) {
	type drawn struct {
		o    dataset.Object
		rank uint64
	}
	var best []drawn
	for o, err := range from.List(ctx, q) {
		if err != nil {
			return nil, err
		}
		if o.Unreadable != "" || o.Tier == "Archive" {
			continue
		}
		h := fnv.New64a()
		_, _ = h.Write([]byte(seed + "\x00" + o.Name))
		one := drawn{o, h.Sum64()}
		if len(best) < n {
			best = append(best, one)
			continue
		}
		worst := 0
		for i := range best {
			if best[i].rank > best[worst].rank {
				worst = i
			}
		}
		if one.rank < best[worst].rank {
			best[worst] = one
		}
	}
	out := make([]dataset.Object, len(best))
	for i, b := range best {
		out[i] = b.o
	}
	return out, nil
}

// trial copies the sample, reads it again and removes it.
func (s *Service) trial(ctx context.Context, j *jobs.Job, from *Dataset, scratch dataset.Writer, sample []dataset.Object, out *Returned) error {
	o := from.Copy
	o.Source, o.Target, o.Run, o.Clock, o.KeepParts = from.Source, scratch, j.Run.ID, s.o.Clock, false
	c := transfer.New(o).Reporting(func(p transfer.Progress) {
		j.Progress(jobs.Totals{Objects: p.Objects, Bytes: p.Bytes, Retries: p.Retries})
	})
	out.Damaged, out.Bytes = 0, 0
	for _, object := range sample {
		item := transfer.Item{Action: transfer.Create, Name: object.Name, Source: object}
		if now, err := scratch.Stat(ctx, object.Name); err == nil { // of an attempt before this one
			if err := scratch.Delete(ctx, now); err != nil {
				return err
			}
		}
		r := c.Do(ctx, item)
		if r.Err != nil {
			return r.Err
		}
		good, err := whole(ctx, scratch, *r.Entry)
		if err != nil {
			return err
		}
		if !good {
			out.Damaged++
		}
		out.Bytes += object.Size
		if err := scratch.Delete(ctx, r.Entry.Object()); err != nil {
			return err
		}
	}
	return nil
}

// whole reads every byte of a copy.
func whole(ctx context.Context, from dataset.Reader, e dataset.Entry) (bool, error) {
	sum, _, err := check.Sum(ctx, from, e.Object(), dataset.Chunk{Size: e.Size})
	return sum == e.CRC32C.Sum, err
}

func or(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}
