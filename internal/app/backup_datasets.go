package app

import (
	"context"
	"errors"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// DatasetState is a dataset and its newest copy.
type DatasetState struct {
	Name        string    `json:"name"`
	Environment string    `json:"environment,omitempty"`
	Source      string    `json:"source"`
	Target      string    `json:"target"`
	Objects     int64     `json:"objects"`
	Bytes       int64     `json:"bytes"`
	Copied      time.Time `json:"copied,omitzero"`
	Run         string    `json:"run,omitempty"`
	Manifest    string    `json:"manifest,omitempty"` // sha256:HEX, its signature checked
	Problem     string    `json:"problem,omitempty"`  // why the manifest cannot be believed or read
}

// Datasets are those of the configuration.
func (b *Backup) Datasets(ctx context.Context) ([]DatasetState, error) {
	out := make([]DatasetState, 0, len(b.cfg.Datasets))
	for _, d := range b.cfg.Datasets {
		s := DatasetState{Name: d.Name, Environment: d.Environment, Source: d.Source, Target: d.Target}
		m, err := b.books.Latest(ctx, d.Name)
		e, ours := errors.AsType[*bridge.Error](err)
		switch {
		case ours && e.Code == dataset.CodeNotFound:
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case ours:
			s.Problem = e.Text
		case err != nil:
			s.Problem = err.Error()
		default:
			s.Objects, s.Bytes, s.Copied, s.Run, s.Manifest = m.Trailer.Objects, m.Trailer.Bytes, m.Header.Created, m.Header.Run, m.Trailer.Digest()
		}
		out = append(out, s)
	}
	return out, nil
}

// Serve works on the jobs of the database until ctx ends, with the audit log open.
func (b *Backup) Serve(ctx context.Context) error {
	return b.c.recording(func() error { return b.Work(ctx) })
}
