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

// Secrets are those of the configuration, with the age of their current version.
func (b *Backup) Secrets(ctx context.Context) ([]SecretState, error) {
	out := make([]SecretState, 0, len(b.cfg.Secrets))
	if len(b.cfg.Secrets) == 0 {
		return out, nil
	}
	vault, err := b.depot.keyVault()
	if err != nil {
		return nil, err
	}
	for _, s := range b.cfg.Secrets {
		age, err := vault.Age(ctx, s.Reference, s.RotateEvery)
		if err != nil {
			return nil, err
		}
		out = append(out, SecretState{Name: s.Name, Reference: s.Reference, Version: age.Version.ID, Created: age.Version.Created, Age: age.Age, Due: age.Due()})
	}
	return out, nil
}

// Secret is the current value of a secret. It is recorded, by name and version, before it is given out.
func (b *Backup) Secret(ctx context.Context, name string) (out bridge.Secret, err error) {
	err = b.onSecret(name, func(vault *keyvault.Client, s *config.VaultSecret) error {
		secret, err := vault.Secret(ctx, s.Reference)
		if err != nil {
			return err
		}
		out = secret.Value
		return b.recordSecret(ctx, bridge.EventBegun, "secret-get", s, rand.Text(), secret.ID)
	})
	if err != nil {
		return bridge.Secret{}, err
	}
	return out, nil
}

// RotateSecret sets a new version beside the one before, which stays enabled until RetireSecret. The same id is the same rotation: another try of it
// changes nothing that is done.
func (b *Backup) RotateSecret(ctx context.Context, name, id string, value func(context.Context) (bridge.Secret, error)) (steps []SecretStep, err error) {
	err = b.onSecret(name, func(vault *keyvault.Client, s *config.VaultSecret) error {
		if err := b.recordSecret(ctx, bridge.EventBegun, "secret-rotate", s, id, ""); err != nil {
			return err
		}
		steps, err = vault.Rotate(ctx, keyvault.Rotation{Reference: s.Reference, ID: id, New: value})
		return b.stepped(ctx, "secret-rotate", s, id, steps, err)
	})
	return steps, err
}

// RetireSecret disables what is older than the newest version that a rotation has set.
func (b *Backup) RetireSecret(ctx context.Context, name string) (steps []SecretStep, err error) {
	err = b.onSecret(name, func(vault *keyvault.Client, s *config.VaultSecret) error {
		versions, err := vault.Versions(ctx, s.Reference)
		if err != nil {
			return err
		}
		if len(versions) == 0 || versions[0].Tags[keyvault.RotationTag] == "" {
			return &bridge.Error{
				Kind: bridge.Usage, Hop: bridge.HopKeys, Code: "not_rotated", Text: "the newest version of secret " + name + " was not set by a rotation: nothing is retired",
				Hint: "landbridge secret rotate " + name,
			}
		}
		id := versions[0].Tags[keyvault.RotationTag]
		if err := b.recordSecret(ctx, bridge.EventBegun, "secret-retire", s, id, ""); err != nil {
			return err
		}
		steps, err = vault.Retire(ctx, s.Reference, id)
		return b.stepped(ctx, "secret-retire", s, id, steps, err)
	})
	return steps, err
}

// onSecret finds a secret of the configuration, and does something with it while the audit log is open.
func (b *Backup) onSecret(name string, do func(*keyvault.Client, *config.VaultSecret) error) error {
	var known []string
	for i := range b.cfg.Secrets {
		s := &b.cfg.Secrets[i]
		if s.Name != name {
			known = append(known, s.Name)
			continue
		}
		vault, err := b.depot.keyVault()
		if err != nil {
			return err
		}
		return b.c.recording(func() error { return do(vault, s) })
	}
	e := &bridge.Error{
		Kind: bridge.Usage, Code: "secret_unknown", Text: fmt.Sprintf("there is no secret %q in the configuration", name), Hint: "landbridge secret ls lists them",
	}
	if near := config.Nearest(name, known); near != "" {
		e.Hint = "did you mean " + near + "?"
	}
	return e
}

// stepped records what was done, and how it ended.
func (b *Backup) stepped(ctx context.Context, act string, s *config.VaultSecret, id string, steps []SecretStep, failed error) error {
	version := ""
	for _, step := range steps {
		version = step.Version
	}
	if err := b.recordSecret(ctx, bridge.EventEnded, act, s, id, version); err != nil && failed == nil {
		return err
	}
	return failed
}

func (b *Backup) recordSecret(ctx context.Context, event bridge.Event, act string, s *config.VaultSecret, id, version string) error {
	return b.recorder().Record(ctx, bridge.Record{
		Time: b.a.host.Clock(), Event: event, Door: b.c.world.Door, Data: &bridge.Data{Run: id, Act: act, Dataset: s.Name, Source: s.Reference, At: version},
	})
}

// RandomSecret makes values of n random bytes.
func RandomSecret(n int) func(context.Context) (bridge.Secret, error) { return keyvault.Random(n) }
