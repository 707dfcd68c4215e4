package app

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
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
		m, err := b.service.Newest(ctx, d.Name)
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

// Adopt believes the newest manifest of a dataset that is there, also when the job database knows a newer one; its digest is "" when there is none.
func (b *Backup) Adopt(ctx context.Context, name string) (digest string, err error) {
	if _, err := b.depot.find(name); err != nil {
		return "", err
	}
	err = b.c.recording(func() error {
		digest, err = b.service.Adopt(ctx, name)
		return err
	})
	return digest, err
}

// allowed refuses a dataset that is not configured, and a place for a restore that is another's: nothing but the restore may write there.
func (b *Backup) allowed(name string, spec RunSpec) error {
	if _, err := b.depot.find(name); err != nil || spec.To == "" {
		return err
	}
	to, err := dataset.ParsePlace(spec.To)
	if err != nil {
		return &bridge.Error{Kind: bridge.Usage, Code: "place_refused", Text: err.Error()}
	}
	if to.Store == dataset.Files {
		return &bridge.Error{Kind: bridge.Usage, Code: "place_refused", Text: to.String() + " is an Azure Files share, which is only read", Hint: "name a container, a bucket or a directory"}
	}
	taken := map[string]string{"where manifests are kept": b.cfg.Manifests}
	for _, d := range b.cfg.Datasets {
		taken["the source of "+d.Name], taken["the target of "+d.Name], taken["the staging account of "+d.Name] = d.Source, d.Target, d.Staging
	}
	for _, whose := range slices.Sorted(maps.Keys(taken)) {
		other, err := dataset.ParsePlace(taken[whose])
		_, account, _ := strings.Cut(taken[whose], "://")
		account, _, _ = strings.Cut(account, ".")
		staging := err != nil && to.Account != "" && account == to.Account // no container is named: all of them are
		if staging || err == nil && other.Overlap(to.Place) {
			return &bridge.Error{
				Kind: bridge.Refused, Code: "place_refused", Text: to.String() + " overlaps with " + taken[whose] + ", " + whose,
				Hint: "name a place apart; without --to a restore goes to the dataset's target",
			}
		}
	}
	return nil
}

// Serve works on the jobs of the database until ctx ends, with the audit log open.
func (b *Backup) Serve(ctx context.Context) error {
	return b.c.recording(func() error { return b.Work(ctx) })
}
