package runs

import (
	"context"
	"log/slog"
	"time"

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
	if t.Failed != "" {
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

// failed records that a page of a run failed for good, and the run with it.
func (s *Service) failed(ctx context.Context, j *jobs.Job) error {
	return s.o.Recorder.Record(ctx, bridge.Record{
		Time: s.o.Clock(), Event: bridge.EventEnded, Door: "jobs", Took: s.o.Clock().Sub(j.Run.Started),
		Data: &bridge.Data{Run: j.Run.ID, Act: j.Run.Act, Dataset: j.Run.Dataset, Outcome: "failed"},
	})
}

// tale is what is known of every run.
func (s *Service) tale(j *jobs.Job, d *Dataset, spec Spec) Tale {
	return Tale{
		Run: j.Run.ID, Act: j.Run.Act, Dataset: j.Run.Dataset, Began: j.Run.Started, Ended: s.o.Clock(), At: spec.At, RecoveryPoint: spec.RecoveryPoint,
		Source: d.Source.Place().String(), Target: d.Target.Place().String(),
	}
}
