package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/landbridge/landbridge/internal/azure/keyvault"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
)

// SecretState is a secret of the configuration, without its value.
type SecretState struct {
	Name      string        `json:"name"`
	Reference string        `json:"reference"`
	Version   string        `json:"version"`
	Created   time.Time     `json:"created"`
	Age       time.Duration `json:"age_ns"`
	Due       bool          `json:"due"`
}

// SecretStep is what was done to a version of a secret.
type SecretStep = keyvault.Step

// secrets are those of a configuration: read and rotated in their vault, each act on record.
type secrets struct {
	a     *App
	c     *crossing
	depot *depot
	list  []config.VaultSecret
}

// secretsOf are the secrets of what is open, to be closed with done.
func (a *App) secretsOf(c *crossing) (s *secrets, done func()) {
	d := a.depot(c)
	s = &secrets{a: a, c: c, depot: d}
	if c.cfg.Backup != nil {
		s.list = c.cfg.Backup.Secrets
	}
	return s, d.Close
}

// secrets are those of the backup half, which closes them.
func (b *Backup) secrets() *secrets {
	return &secrets{a: b.a, c: b.c, depot: b.depot, list: b.cfg.Secrets}
}

// find is a secret by its name, and its vault.
func (s *secrets) find(name string) (*config.VaultSecret, *keyvault.Client, error) {
	var known []string
	for i := range s.list {
		if s.list[i].Name == name {
			vault, err := s.depot.keyVault()
			return &s.list[i], vault, err
		}
		known = append(known, s.list[i].Name)
	}
	e := &bridge.Error{
		Kind: bridge.Usage, Code: "secret_unknown", Text: fmt.Sprintf("there is no secret %q in the configuration", name), Hint: "landbridge secret ls lists them",
	}
	if near := config.Nearest(name, known); near != "" {
		e.Hint = "did you mean " + near + "?"
	}
	return nil, nil, e
}

// value is the current value of a secret. It is recorded, by name and version, before it is given out.
func (s *secrets) value(ctx context.Context, name string) (bridge.Secret, error) {
	entry, vault, err := s.find(name)
	if err != nil {
		return bridge.Secret{}, err
	}
	secret, err := vault.Secret(ctx, entry.Reference)
	if err != nil {
		return bridge.Secret{}, err
	}
	return secret.Value, s.record(ctx, bridge.EventBegun, "secret-get", entry, rand.Text(), secret.ID)
}

// rotate sets a new version beside the one before, and marks it as one that the log knows.
func (s *secrets) rotate(ctx context.Context, vault *keyvault.Client, entry *config.VaultSecret, o keyvault.Rotation) ([]SecretStep, error) {
	if err := s.record(ctx, bridge.EventBegun, "secret-rotate", entry, o.ID, ""); err != nil {
		return nil, err
	}
	steps, err := vault.Rotate(ctx, o)
	if err := s.ended(ctx, "secret-rotate", entry, o.ID, steps, err); err != nil {
		return steps, err
	}
	return steps, vault.Recorded(ctx, entry.Reference, o.ID)
}

// retire disables what is older than a rotation's version.
func (s *secrets) retire(ctx context.Context, vault *keyvault.Client, entry *config.VaultSecret, id string) ([]SecretStep, error) {
	if err := s.record(ctx, bridge.EventBegun, "secret-retire", entry, id, ""); err != nil {
		return nil, err
	}
	steps, err := vault.Retire(ctx, entry.Reference, id)
	return steps, s.ended(ctx, "secret-retire", entry, id, steps, err)
}

// ended records what was done, and how it ended.
func (s *secrets) ended(ctx context.Context, act string, entry *config.VaultSecret, id string, steps []SecretStep, failed error) error {
	version := ""
	for _, step := range steps {
		version = step.Version
	}
	if err := s.record(ctx, bridge.EventEnded, act, entry, id, version); err != nil && failed == nil {
		return err
	}
	return failed
}

func (s *secrets) record(ctx context.Context, event bridge.Event, act string, entry *config.VaultSecret, id, version string) error {
	return s.c.recorder().Record(ctx, bridge.Record{
		Time: s.a.host.Clock(), Event: event, Door: s.c.world.Door, Data: &bridge.Data{Run: id, Act: act, Dataset: entry.Name, Source: entry.Reference, At: version},
	})
}

// Secrets are those of the configuration, with the age of their current version.
func (b *Backup) Secrets(ctx context.Context) ([]SecretState, error) {
	out := make([]SecretState, 0, len(b.cfg.Secrets))
	for _, s := range b.cfg.Secrets {
		vault, err := b.depot.keyVault()
		if err != nil {
			return nil, err
		}
		age, err := vault.Age(ctx, s.Reference, s.RotateEvery)
		if err != nil {
			return nil, err
		}
		out = append(out, SecretState{Name: s.Name, Reference: s.Reference, Version: age.Version.ID, Created: age.Version.Created, Age: age.Age, Due: age.Due()})
	}
	return out, nil
}

// Secret is the current value of a secret, on record.
func (b *Backup) Secret(ctx context.Context, name string) (out bridge.Secret, err error) {
	err = b.c.recording(func() (err error) {
		out, err = b.secrets().value(ctx, name)
		return err
	})
	if err != nil {
		return bridge.Secret{}, err
	}
	return out, nil
}

// RotateSecret sets a new version beside the one before, which stays enabled until RetireSecret. The same id is the same rotation: another try of it
// changes nothing that is done.
func (b *Backup) RotateSecret(ctx context.Context, name, id string, value func(context.Context) (bridge.Secret, error)) (steps []SecretStep, err error) {
	s := b.secrets()
	err = b.c.recording(func() error {
		entry, vault, err := s.find(name)
		if err != nil {
			return err
		}
		steps, err = s.rotate(ctx, vault, entry, keyvault.Rotation{Reference: entry.Reference, ID: id, New: value})
		return err
	})
	return steps, err
}

// RetireSecret disables what is older than the newest version that a rotation has set, once no door can hold an older one any more.
func (b *Backup) RetireSecret(ctx context.Context, name string) (steps []SecretStep, err error) {
	s := b.secrets()
	err = b.c.recording(func() error {
		entry, vault, err := s.find(name)
		if err != nil {
			return err
		}
		versions, err := vault.Versions(ctx, entry.Reference)
		if err != nil {
			return err
		}
		if len(versions) == 0 || versions[0].Tags[keyvault.RotationTag] == "" {
			return &bridge.Error{
				Kind: bridge.Usage, Hop: bridge.HopKeys, Code: "not_rotated", Text: "the newest version of secret " + name + " was not set by a rotation: nothing is retired",
				Hint: "landbridge secret rotate " + name,
			}
		}
		if wait := versions[0].Created.Add(secretSettled).Sub(b.a.host.Clock()); wait > 0 {
			return &bridge.Error{
				Kind: bridge.Refused, Hop: bridge.HopKeys, Code: "rotation_fresh", Text: fmt.Sprintf("secret %s was rotated less than %v ago: a gateway may still give out the version before", name, secretSettled),
				Hint: fmt.Sprintf("retire it in %v", wait.Round(time.Second)),
			}
		}
		steps, err = s.retire(ctx, vault, entry, versions[0].Tags[keyvault.RotationTag])
		return err
	})
	return steps, err
}

// RandomSecret makes values of n random bytes.
func RandomSecret(n int) func(context.Context) (bridge.Secret, error) { return keyvault.Random(n) }
