package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/landbridge/landbridge/internal/azure/keyvault"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/jobs"
)

const (
	// tendEvery is how often a serving process looks whether a secret is due.
	tendEvery = 5 * time.Minute
	// rotatePause is the least time between two jobs for one secret: one that fails is not tried without end.
	rotatePause = 15 * time.Minute
	// rotateAct is what a rotation by policy is called among the jobs. It has one page.
	rotateAct = "rotate"
)

// wanted is what the policy of an entry wants of its secret now.
func (s *secrets) wanted(ctx context.Context, entry *config.VaultSecret, vault *keyvault.Client) (keyvault.Wanted, error) {
	all, err := vault.Versions(ctx, entry.Reference)
	if err != nil {
		return keyvault.Wanted{}, err
	}
	return keyvault.Policy{Every: entry.RotateEvery, Overlap: max(entry.Rotate.Overlap, secretSettled)}.Next(all, s.a.host.Clock()), nil
}

// tend does what the policy of a secret wants now: it records what a process that died has set and not recorded, sets a new version where the current
// one is due, and disables the ones before when their overlap is over.
func (s *secrets) tend(ctx context.Context, name string) ([]SecretStep, error) {
	entry, vault, err := s.find(name)
	if err != nil {
		return nil, err
	}
	want, err := s.wanted(ctx, entry, vault)
	if err != nil {
		return nil, err
	}
	if u := want.Unrecorded; u.ID != "" {
		id := u.Tags[keyvault.RotationTag]
		if err := s.record(ctx, bridge.EventEnded, "secret-rotate", entry, id, u.ID); err != nil {
			return nil, err
		}
		if err := vault.Recorded(ctx, entry.Reference, id); err != nil {
			return nil, err
		}
	}
	switch want.Do {
	case keyvault.StepSet:
		o := keyvault.Rotation{Reference: entry.Reference, ID: want.Rotation, New: s.commanded(entry, want.Rotation)}
		if entry.Rotate.RandomBytes > 0 {
			o.New = keyvault.Random(entry.Rotate.RandomBytes)
		}
		return s.rotate(ctx, vault, entry, o)
	case keyvault.StepDisable:
		return s.retire(ctx, vault, entry, want.Rotation)
	}
	return nil, nil
}

// automatic are the names of the secrets that have a way to be rotated.
func (s *secrets) automatic() (names []string) {
	for _, entry := range s.list {
		if entry.Rotate.Automatic() {
			names = append(names, entry.Name)
		}
	}
	return names
}

// RotateDue does what the policies of all secrets want now, and tells each step. One secret's failure does not keep the others from theirs.
func (b *Backup) RotateDue(ctx context.Context, each func(name string, step SecretStep)) error {
	s := b.secrets()
	names := s.automatic()
	if len(names) == 0 {
		return &bridge.Error{Kind: bridge.Usage, Code: "rotation_not_configured", Text: "no secret of backup.secrets has a rotate.command or rotate.random_bytes", Hint: "landbridge secret rotate NAME rotates one by hand"}
	}
	return b.c.recording(func() error {
		var failed []error
		for _, name := range names {
			steps, err := s.tend(ctx, name)
			for _, step := range steps {
				each(name, step)
			}
			failed = append(failed, err)
		}
		return errors.Join(failed...)
	})
}

// rotation is the page of a job that rotates one secret: begun again after a crash, it finds in the vault what is done.
func (b *Backup) rotation() jobs.Kind {
	return jobs.Kind{Timeout: 2 * time.Hour, Handle: func(ctx context.Context, j *jobs.Job) error {
		_, err := b.secrets().tend(ctx, j.Run.Dataset)
		return err
	}}
}

// tendSecrets starts a job for each secret whose policy wants something, until ctx ends. Several processes on one job database start it once.
func (b *Backup) tendSecrets(ctx context.Context) {
	s := b.secrets()
	names, started := s.automatic(), map[string]time.Time{}
	for len(names) > 0 {
		for _, name := range names {
			if b.a.host.Clock().Sub(started[name]) < rotatePause {
				continue
			}
			begun, err := b.startRotation(ctx, s, name)
			if begun {
				started[name] = b.a.host.Clock()
			}
			if err != nil && ctx.Err() == nil {
				b.a.host.Log.WarnContext(ctx, "a secret cannot be looked at, or its rotation not be started", slog.String("secret", name), slog.Any("error", err))
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(tendEvery):
		}
	}
}

// startRotation starts a job for a secret, where its policy wants anything.
func (b *Backup) startRotation(ctx context.Context, s *secrets, name string) (begun bool, err error) {
	entry, vault, err := s.find(name)
	if err != nil {
		return false, err
	}
	want, err := s.wanted(ctx, entry, vault)
	if err != nil || want.Do == "" && want.Unrecorded.ID == "" {
		return false, err
	}
	_, err = b.engine.Start(ctx, jobs.NewRun{Act: rotateAct, Dataset: name, First: jobs.NewPage{Kind: rotateAct}})
	if e, ok := errors.AsType[*bridge.Error](err); ok && e.Code == jobs.CodeRunning {
		return false, nil // another process was first, or the last try still is
	}
	return err == nil, err
}
