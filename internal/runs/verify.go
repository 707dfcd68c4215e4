package runs

import (
	"context"
	"fmt"

	"github.com/landbridge/landbridge/internal/backup/check"
	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/structure"
)

// Verified is the result of a verification, and of the first half of a repair.
type Verified struct {
	Manifest string          `json:"manifest"`
	Report   check.Report    `json:"report"`
	Damaged  int64           `json:"damaged"`
	Findings []check.Finding `json:"findings,omitempty"` // the first of them
}

// mostFindings are kept in a result; the report counts them all.
const mostFindings = 1000

// verify is a verification: one page.
func (s *Service) verify(ctx context.Context, j *jobs.Job) error {
	spec, d, err := s.open(ctx, j)
	if err != nil {
		return err
	}
	if err := s.began(ctx, j, d, spec); err != nil {
		return err
	}
	out, _, err := s.look(ctx, j, d, spec.Deep)
	if err != nil {
		return err
	}
	t := s.tale(j, d, spec)
	t.Manifest, t.Objects, t.Bytes, t.Damaged, t.Deep = out.Manifest, out.Report.Objects, out.Report.Bytes, out.Damaged, spec.Deep
	t.Changed, t.ChangedBytes = out.Report.Objects, out.Report.Read
	if err := s.end(ctx, j, t); err != nil {
		return err
	}
	return j.Tx(ctx, func(tx *jobs.Tx) error {
		if err := tx.SetResult(out); err != nil {
			return err
		}
		return tx.Complete(nil, jobs.Totals{Objects: out.Report.Objects, Bytes: out.Report.Bytes, Damaged: out.Damaged})
	})
}

// look holds the target against its manifest. It returns every finding; the result has the first.
func (s *Service) look(ctx context.Context, j *jobs.Job, d *Dataset, deep bool) (Verified, []check.Finding, error) {
	book, err := s.needed(ctx, d.book())
	if err != nil {
		return Verified{}, nil, err
	}
	j.Progress(jobs.Totals{PlannedObjects: book.objects, PlannedBytes: book.bytes})
	out := Verified{Manifest: book.digest}
	var findings []check.Finding
	var objects, bytes int64
	o := check.VerifyOptions{
		Target: d.Target, Entries: book.entries(ctx), Deep: deep, Workers: d.Copy.Streams,
		Found: func(f check.Finding) error { findings = append(findings, f); return nil },
		Progress: func(o, b int64) {
			j.Progress(jobs.Totals{Objects: o - objects, Bytes: b - bytes})
			objects, bytes = o, b
		},
	}
	if d.Structure {
		o.Structure = func(ctx context.Context, name string, size int64, read check.ReadAt) (string, error) {
			return structure.Check(ctx, name, size, structure.ReadAt(read))
		}
	}
	out.Report, err = check.Verify(ctx, o)
	if err != nil {
		return out, nil, err
	}
	out.Damaged = out.Report.Damaged()
	check.InOrder(findings)
	out.Findings = findings[:min(len(findings), mostFindings)]
	return out, findings, nil
}

// Refusal says of a verification's result that there is damage; nil when there is none.
func (v Verified) Refusal(dataset string) error {
	if v.Damaged == 0 {
		return nil
	}
	return damaged("damage_found", "%s of dataset %s %s damaged", objects(v.Damaged), dataset, are(v.Damaged))
}

func objects(n int64) string {
	if n == 1 {
		return "1 object"
	}
	return fmt.Sprintf("%d objects", n)
}

func are(n int64) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
