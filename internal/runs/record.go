package runs

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/jobs"
)

// Tale is what there is to tell of a run that has ended: what lineage is made of.
type Tale struct {
	Run, Act, Dataset string
	Began, Ended      time.Time
	At                time.Time // the source as it was then
	RecoveryPoint     string
	Manifest          string // sha256:HEX; "" when none was written
	Previous          string // of the manifest before
	Objects, Bytes    int64  // of the dataset
	Changed           int64  // objects that this run copied or mended
	ChangedBytes      int64
	Damaged           int64
	Deep              bool
	Failed            string // why it failed; "" when it did not
	Cancelled         bool   // somebody ended it
	Source, Target    string
}

// began records that a run is about to act; when that cannot be recorded, the run does not act.
func (s *Service) began(ctx context.Context, j *jobs.Job, d *Dataset, spec Spec) error {
	at := spec.RecoveryPoint
	if !spec.At.IsZero() {
		at = spec.At.UTC().Format(time.RFC3339)
	}
	return s.o.Recorder.Record(ctx, bridge.Record{
		Time: s.o.Clock(), Event: bridge.EventBegun, Door: "jobs",
		Data: &bridge.Data{
			Run: j.Run.ID, Act: j.Run.Act, Dataset: j.Run.Dataset, Source: d.Source.Place().String(), Target: d.Target.Place().String(), At: at,
		},
	})
}

// ended records how a run ended, and tells it.
func (s *Service) ended(ctx context.Context, t Tale) error {
	outcome := "done"
	switch {
	case t.Cancelled:
		outcome = "cancelled"
	case t.Failed != "":
		outcome = "failed"
	}
	err := s.o.Recorder.Record(ctx, bridge.Record{
		Time: s.o.Clock(), Event: bridge.EventEnded, Door: "jobs", Took: t.Ended.Sub(t.Began),
		Data: &bridge.Data{
			Run: t.Run, Act: t.Act, Dataset: t.Dataset, Source: t.Source, Target: t.Target, At: t.RecoveryPoint,
			Objects: t.Changed, Bytes: t.ChangedBytes, Damaged: t.Damaged, Manifest: t.Manifest, Outcome: outcome,
		},
	})
	if err != nil {
		return err
	}
	if err := s.o.Told(ctx, t); err != nil {
		s.o.Log.WarnContext(ctx, "lineage was not told", slog.String("run", t.Run), slog.Any("error", err))
	}
	return nil
}

// valueEnded is under which a run keeps that its end is on record.
const valueEnded = "ended"

// end is ended for the last page of a run, which may be begun again after it.
func (s *Service) end(ctx context.Context, j *jobs.Job, t Tale) error {
	if recorded, err := j.Value(ctx, valueEnded); len(recorded) > 0 || err != nil {
		return err
	}
	if err := s.ended(ctx, t); err != nil {
		return err
	}
	return s.engine.Put(ctx, j.Run.ID, valueEnded, []byte{1})
}

// abandonTimeout bounds what is tried to end what a run has others do.
const abandonTimeout = 15 * time.Second

// Ended is for jobs.Options.Ended: it records a run that failed or was cancelled, tells it, and ends what the run has others do.
func (s *Service) Ended(ctx context.Context, run jobs.Run) error {
	if firstPage(run.Act) == "" {
		return nil // not one of ours
	}
	s.forget(run.ID)
	t := Tale{
		Run: run.ID, Act: run.Act, Dataset: run.Dataset, Began: run.Started, Ended: run.Ended, Cancelled: run.State == jobs.Cancelled,
		Changed: run.Totals.Objects, ChangedBytes: run.Totals.Bytes,
	}
	if t.Began.IsZero() { // it was cancelled before
		t.Began = run.Created
	}
	if !t.Cancelled {
		t.Failed = cmp.Or(codeOf(ErrorOf(run)), "its attempts are used up") // an error's text may name an object
	}
	var spec Spec
	if json.Unmarshal(run.Spec, &spec) == nil {
		t.At, t.RecoveryPoint = spec.At, spec.RecoveryPoint
	}
	if d, err := s.o.Dataset(ctx, run.Dataset); err != nil {
		s.o.Log.WarnContext(ctx, "the dataset of a run that has ended cannot be opened", slog.String("run", run.ID), slog.Any("error", err))
	} else {
		t.Source, t.Target = d.Source.Place().String(), cmp.Or(spec.To, d.Target.Place().String())
		bounded, cancel := context.WithTimeout(ctx, abandonTimeout)
		defer cancel()
		err := transfer.NewRetrier(transfer.RetryOptions{}).Do(bounded, func(ctx context.Context) error { return s.abandon(ctx, run, d) })
		if err != nil {
			s.o.Log.ErrorContext(ctx, "the transfer of a run that has ended could not be cancelled", slog.String("run", run.ID), slog.Any("error", err))
		}
	}
	if recorded, err := s.engine.Value(ctx, run.ID, valueEnded); len(recorded) > 0 || err != nil { // it was cancelled after its last page had said so
		return err
	}
	return s.ended(ctx, t)
}

// tale is what is known of every run.
func (s *Service) tale(j *jobs.Job, d *Dataset, spec Spec) Tale {
	return Tale{
		Run: j.Run.ID, Act: j.Run.Act, Dataset: j.Run.Dataset, Began: j.Run.Started, Ended: s.o.Clock(), At: spec.At, RecoveryPoint: spec.RecoveryPoint,
		Source: d.Source.Place().String(), Target: d.Target.Place().String(),
	}
}
