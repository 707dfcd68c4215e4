package runs

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/backup/check"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/jobs"
)

// Repaired is the result of a repair.
type Repaired struct {
	Verified Verified       `json:"verified"` // what was found before
	Manifest string         `json:"manifest"` // the one after
	Mended   []check.Mended `json:"mended,omitempty"`
	Failed   int64          `json:"failed"`
	Failures []Failure      `json:"failures,omitempty"`
	Crossed  int64          `json:"crossed"` // bytes that came from the source
	Local    int64          `json:"local"`   // bytes of the copy that were read to keep what is good of it
}

// repair finds what is damaged, by every byte, and mends it. What an attempt before this one has mended is found to be whole.
func (s *Service) repair(ctx context.Context, j *jobs.Job) error {
	spec, d, err := s.open(ctx, j)
	if err != nil {
		return err
	}
	if err := s.began(ctx, j, d, spec); err != nil {
		return err
	}
	var out Repaired
	var findings []check.Finding
	if out.Verified, findings, err = s.look(ctx, j, d, true); err != nil {
		return err
	}
	touched, err := s.touched(ctx, d, findings)
	if err != nil {
		return err
	}
	changed, err := s.mend(ctx, j, d, append(findings, touched...), &out)
	if err != nil {
		return err
	}
	before, err := s.needed(ctx, d.book())
	if err != nil {
		return err
	}
	newest := headOf(before.stored)
	if len(changed) > 0 {
		if newest, _, err = s.write(ctx, j, d, spec, before, out.Verified.Manifest, merged(before.entries(ctx), each(changed))); err != nil {
			return err
		}
	}
	out.Manifest = newest.Digest
	t := s.tale(j, d, spec)
	t.Manifest, t.Previous, t.Objects, t.Bytes = out.Manifest, before.digest, out.Verified.Report.Objects, out.Verified.Report.Bytes
	t.Changed, t.ChangedBytes, t.Damaged, t.Deep = int64(len(changed)), out.Crossed, out.Verified.Damaged, true
	if out.Failed > 0 {
		t.Failed = objects(out.Failed) + " could not be mended"
	}
	if err := s.end(ctx, j, t); err != nil {
		return err
	}
	return j.Tx(ctx, func(tx *jobs.Tx) error {
		if err := tx.SetResult(out); err != nil {
			return err
		}
		if err := newest.remember(tx, d.book()); err != nil {
			return err
		}
		return tx.Complete(nil, jobs.Totals{Objects: int64(len(changed)), Bytes: out.Crossed + out.Local, Damaged: out.Verified.Damaged})
	})
}

// touched are the objects that were written again since with the bytes that they had: a deep look finds nothing of them, and their entries must
// be renewed.
func (s *Service) touched(ctx context.Context, d *Dataset, deep []check.Finding) ([]check.Finding, error) {
	book, err := s.needed(ctx, d.book())
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, f := range deep {
		known[f.Name] = true
	}
	var out []check.Finding
	_, err = check.Verify(ctx, check.VerifyOptions{Target: d.Target, Entries: book.entries(ctx), Found: func(f check.Finding) error {
		if !known[f.Name] && f.Damage == check.Touched {
			out = append(out, f)
		}
		return nil
	}})
	return out, err
}

// mend repairs what can be repaired, one object after the other: damage is rare.
func (s *Service) mend(ctx context.Context, j *jobs.Job, d *Dataset, findings []check.Finding, out *Repaired) ([]outcome, error) {
	var changed []outcome
	o := check.RepairOptions{Source: d.Source, Target: d.Target, Clock: s.o.Clock, Run: j.Run.ID, KeepParts: d.Copy.KeepParts}
	for _, f := range findings {
		if f.Damage == check.Extra {
			continue
		}
		m, err := check.Repair(ctx, o, f)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil && retryable(err) {
			return nil, err
		}
		out.Crossed += m.Crossed
		out.Local += m.Local
		if err != nil {
			if out.Failed++; len(out.Failures) < mostFailures {
				out.Failures = append(out.Failures, Failure{f.Name, err.Error(), bridge.HintOf(err)})
			}
			continue
		}
		entry := m.Entry
		changed = append(changed, outcome{Name: f.Name, Entry: &entry})
		if !m.Unharmed && len(out.Mended) < mostFindings {
			out.Mended = append(out.Mended, m)
		}
	}
	slices.SortFunc(changed, func(a, b outcome) int { return strings.Compare(a.Name, b.Name) })
	return changed, nil
}

func each(all []outcome) iter.Seq2[outcome, error] {
	return func(yield func(outcome, error) bool) {
		for _, o := range all {
			if !yield(o, nil) {
				return
			}
		}
	}
}
