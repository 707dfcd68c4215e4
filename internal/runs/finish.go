package runs

import (
	"context"
	"fmt"
	"iter"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/manifest"
)

// Synced is the result of a sync.
type Synced struct {
	Manifest string          `json:"manifest"` // sha256:HEX
	Objects  int64           `json:"objects"`  // of the dataset
	Bytes    int64           `json:"bytes"`
	Plan     transfer.Totals `json:"plan"`
	Failed   int64           `json:"failed"`
	Swept    transfer.Count  `json:"swept,omitzero"` // parts of older copies that nothing needs any more
	// Failures are the first of those that could not be copied.
	Failures []Failure `json:"failures,omitempty"`
}

// Failure is an object that could not be copied, and what to do.
type Failure struct {
	Name string `json:"name"`
	Text string `json:"text"`
	Hint string `json:"hint,omitempty"`
}

// mostFailures are kept in a result.
const mostFailures = 100

// finish is the last page of a sync: the manifest before and what the pages did make the next one.
func (s *Service) finish(ctx context.Context, j *jobs.Job) error {
	spec, d, err := s.open(ctx, j)
	if err != nil {
		return err
	}
	defer s.forget(j.Run.ID)
	var out Synced
	so, begun, err := plannedOf(j.Value(ctx, valuePlan))
	if err != nil {
		return err
	}
	if !begun {
		return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopJobs, Code: "plan_lost", Text: "the totals of the plan are not there"}
	}
	out.Plan = so.Totals
	before, err := s.latest(ctx, d.book())
	if err != nil {
		return err
	}
	large, made, err := s.whole(ctx, j, d)
	if err != nil {
		return err
	}
	var newest head
	changed := counted(inOrder(large, outcomes(j.Results(ctx))), &out)
	if before.header.Run == j.Run.ID { // an attempt before this one has written it, and was killed then
		for _, err := range changed {
			if err != nil {
				return err
			}
		}
		newest = headOf(before.stored)
		out.Objects, out.Bytes = before.objects, before.bytes
	} else {
		// What pages did is told of the manifest that the plan began from. Into a later one of another run it would bring back entries that are over.
		var trailer manifest.Trailer
		newest, trailer, err = s.write(ctx, j, d, spec, before, so.Before, merged(before.entries(ctx), changed))
		if err != nil {
			return err
		}
		out.Objects, out.Bytes = trailer.Objects, trailer.Bytes
	}
	out.Manifest = newest.Digest
	out.Swept = s.sweep(ctx, d)
	var result any = out
	var damage int64
	if j.Run.Act == Restore {
		back, err := s.returned(ctx, j, d, out)
		if err != nil {
			return err
		}
		result, damage = back, back.Damaged
	}
	t := s.tale(j, d, spec)
	t.Damaged = damage
	t.Manifest, t.Previous, t.Objects, t.Bytes = out.Manifest, before.digest, out.Objects, out.Bytes
	t.Changed, t.ChangedBytes = j.Run.Totals.Objects+made, j.Run.Totals.Bytes
	if out.Failed > 0 {
		t.Failed = fmt.Sprintf("%d objects could not be copied", out.Failed)
	}
	if err := s.end(ctx, j, t); err != nil {
		return err
	}
	return j.Tx(ctx, func(tx *jobs.Tx) error {
		if err := tx.SetResult(result); err != nil {
			return err
		}
		if err := newest.remember(tx, d.book()); err != nil {
			return err
		}
		return tx.Complete(nil, jobs.Totals{Objects: made, Damaged: damage})
	})
}

// write writes the manifest after one, which is refused when that is not the one that the run was planned from.
func (s *Service) write(ctx context.Context, j *jobs.Job, d *Dataset, spec Spec, before *book, from string, entries iter.Seq2[dataset.Entry, error]) (head, manifest.Trailer, error) {
	h := manifest.Header{
		Dataset: d.book(), Run: j.Run.ID, Source: d.Source.Place(), Target: d.Target.Place(), At: spec.At, RecoveryPoint: spec.RecoveryPoint,
		Created: s.o.Clock().UTC(), Previous: from, Sequence: before.header.Sequence + 1, ChunkSize: d.Copy.Chunk,
	}
	trailer, err := s.o.Manifests.Write(ctx, h, entries)
	return head{Run: h.Run, Digest: trailer.Digest(), Sequence: h.Sequence}, trailer, err
}

// outcomes are those of every page, in the order of names.
func outcomes(pages iter.Seq2[jobs.Page, error]) iter.Seq2[outcome, error] {
	return func(yield func(outcome, error) bool) {
		for page, err := range pages {
			if err != nil {
				yield(outcome{}, err)
				return
			}
			if page.Kind != pageCopy {
				continue
			}
			all, err := unpack[outcome](page.Result)
			if err != nil {
				yield(outcome{}, err)
				return
			}
			for _, o := range all {
				if !yield(o, nil) {
					return
				}
			}
		}
	}
}

// counted counts the failures that pass.
func counted(in iter.Seq2[outcome, error], out *Synced) iter.Seq2[outcome, error] {
	return func(yield func(outcome, error) bool) {
		for o, err := range in {
			if o.Failed != "" {
				if out.Failed++; len(out.Failures) < mostFailures {
					out.Failures = append(out.Failures, Failure{o.Name, o.Failed, o.Hint})
				}
			}
			if !yield(o, err) {
				return
			}
		}
	}
}

// merged is the manifest before with what a run has changed: both are in the order of names.
func merged(before iter.Seq2[dataset.Entry, error], changed iter.Seq2[outcome, error]) iter.Seq2[dataset.Entry, error] {
	return func(yield func(dataset.Entry, error) bool) {
		next, stop := iter.Pull2(changed)
		defer stop()
		o, err, more := next()
		if before != nil {
			for e, entryErr := range before {
				for ; more && err == nil && entryErr == nil && o.Name < e.Name; o, err, more = next() {
					if o.Entry != nil && !yield(*o.Entry, nil) {
						return
					}
				}
				if err == nil {
					err = entryErr
				}
				if err != nil {
					yield(dataset.Entry{}, err)
					return
				}
				keep := &e
				if more && o.Name == e.Name {
					if o.Failed == "" {
						keep = o.Entry
					}
					o, err, more = next()
				}
				if keep != nil && !yield(*keep, nil) {
					return
				}
			}
		}
		for ; more && err == nil; o, err, more = next() {
			if o.Entry != nil && !yield(*o.Entry, nil) {
				return
			}
		}
		if err != nil {
			yield(dataset.Entry{}, err)
		}
	}
}
