package app

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/landbridge/landbridge/internal/azure/keyvault"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google/kms"
	"github.com/landbridge/landbridge/internal/keyring"
	"github.com/landbridge/landbridge/internal/manifest"
)

// inCloudKMS says that a key is one of Cloud KMS, by its name.
func inCloudKMS(key string) bool { return strings.HasPrefix(key, "projects/") }

// keyVault is Azure Key Vault, as whom Azure is asked.
func (d *depot) keyVault() (*keyvault.Client, error) {
	leaser, err := d.onAzure()
	if err != nil {
		return nil, err
	}
	return keyvault.New(keyvault.Options{HTTP: d.c.client, Leaser: leaser, Clock: d.a.host.Clock, Endpoint: d.cfg.Endpoints.KeyVault})
}

// cloudKMS is Cloud KMS, as whom Google is asked.
func (d *depot) cloudKMS() (*kms.Client, error) {
	leaser, err := d.onGoogle()
	if err != nil {
		return nil, err
	}
	return kms.New(kms.Options{HTTP: d.c.client, Leaser: leaser, Endpoint: d.cfg.Endpoints.KMS})
}

// signing is a key that signs manifests or the audit log, and those that are believed.
type signing struct {
	signer func(ctx context.Context) (manifest.Signer, error)
	// public are the far key's own; nil where the local ring signs.
	public func(ctx context.Context) ([]crypto.PublicKey, error)
	// always are believed without a question: those of the local ring, and of the trusted file.
	always manifest.Keys
}

// verifier believes the signatures of every key that is ours at this moment.
func (s *signing) verifier(ctx context.Context) (manifest.Verifier, error) { return s.believed(ctx) }

// believed are the keys that are ours at this moment.
func (s *signing) believed(ctx context.Context) (manifest.Keys, error) {
	if s.public == nil {
		return s.always, nil
	}
	public, err := s.public(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := manifest.NewKeys(public...)
	if err == nil {
		maps.Copy(keys, s.always)
	}
	return keys, err
}

// signing finds the key of backup.signing.
func (b *Backup) signing(dir string) (*signing, error) {
	return b.depot.signing(b.cfg.Signing.Key, b.cfg.Signing.TrustedFile, filepath.Join(dir, "keys"))
}

// signing finds a key by its name, and those of the trusted file; the local ring in dir has no name. It calls no cloud: a far key is asked for when
// something is signed or verified.
func (d *depot) signing(key, trusted, dir string) (*signing, error) {
	switch {
	case inCloudKMS(key):
		client, err := d.cloudKMS()
		if err != nil {
			return nil, err
		}
		s := &signing{
			signer: func(ctx context.Context) (manifest.Signer, error) { return signerOf(client.Signer(ctx, key)) },
			public: func(ctx context.Context) ([]crypto.PublicKey, error) {
				signer, err := client.Signer(ctx, key)
				if err != nil {
					return nil, err
				}
				return []crypto.PublicKey{signer.Public()}, nil
			},
		}
		return s, d.always(s, trusted, dir)
	case strings.HasPrefix(key, "https://"):
		client, err := d.keyVault()
		if err != nil {
			return nil, err
		}
		far, err := client.Key(key, keyvault.KeyOptions{})
		if err != nil {
			return nil, err
		}
		s := &signing{
			signer: func(ctx context.Context) (manifest.Signer, error) { return signerOf(far.Signer(ctx)) },
			public: far.PublicKeys,
		}
		return s, d.always(s, trusted, dir)
	case key == "":
		key = dir
	}
	ring, err := keyring.Open(key)
	if err != nil {
		return nil, err
	}
	s := &signing{signer: func(context.Context) (manifest.Signer, error) { return ring, nil }}
	return s, d.always(s, trusted, key)
}

// signerOf is a signer, or a nil of the interface beside an error.
func signerOf[S manifest.Signer](s S, err error) (manifest.Signer, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// always fills in the keys that are believed without a question. Where a far key signs, a ring is not made; one that is there from earlier signed
// what was signed then.
func (d *depot) always(s *signing, trusted, dir string) (err error) {
	s.always = manifest.Keys{}
	if _, absent := os.Stat(dir); absent == nil {
		ring, err := keyring.Open(dir)
		if err != nil {
			return err
		}
		public, err := ring.PublicKeys()
		if err != nil {
			return err
		}
		if s.always, err = manifest.NewKeys(public...); err != nil {
			return err
		}
	}
	if trusted == "" {
		return nil
	}
	text, err := d.a.host.ReadFile(trusted)
	if err != nil {
		return unreadable(trusted, err)
	}
	keys, err := manifest.ParseKeys(text)
	maps.Copy(s.always, keys)
	return err
}

// sealer keeps a key of 32 bytes closed outside of this process.
type sealer interface {
	Wrap(ctx context.Context, dataKey []byte) (string, error)
	Unwrap(ctx context.Context, wrapped string) ([]byte, error)
}

// sealer is a key that wraps others, by its name; what it has wrapped opens for the same purpose alone. It is nil of none.
func (d *depot) sealer(key, purpose string) (sealer, error) {
	switch {
	case key == "":
		return nil, nil //nolint:nilnil // the local file is then what there is
	case inCloudKMS(key):
		client, err := d.cloudKMS()
		if err != nil {
			return nil, err
		}
		return client.EncryptionKey(key, purpose)
	}
	client, err := d.keyVault()
	if err != nil {
		return nil, err
	}
	return client.EncryptionKey(key)
}

const sealSize = 32 // AES-256

// sealKey is the key of the secrets in the job database, made at its first use. Losing it loses what can be asked for again. With a sealer the file
// holds it wrapped; one that lies there openly from before is wrapped now.
func (b *Backup) sealKey(ctx context.Context, path string) ([]byte, error) {
	seal, err := b.depot.sealer(b.cfg.Jobs.SealKey, "landbridge jobs.key")
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeSealKey(ctx, path, seal); err != nil {
			return nil, err
		}
		text, err = os.ReadFile(path) // that of the process that was first
	}
	open := len(text) == sealSize
	switch {
	case err != nil:
		return nil, unreadable(path, err)
	case seal == nil && open:
		return text, nil
	case seal == nil:
		return nil, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopKeys, Code: "key_wrapped", Text: fmt.Sprintf("%s is not a key of %d bytes: it was wrapped, or damaged", path, sealSize),
			Hint: "name the key that wrapped it in backup.jobs.seal_key; or remove the file, and what was sealed with it is asked for again",
		}
	case open:
		return text, writeSealKey(ctx, path, text, seal, os.Rename)
	}
	return seal.Unwrap(ctx, string(bytes.TrimSpace(text)))
}

// makeSealKey makes a key where there is none. When two processes do at once, the first one's stays.
func makeSealKey(ctx context.Context, path string, seal sealer) error {
	key := make([]byte, sealSize)
	_, _ = rand.Read(key) // never fails since Go 1.24
	return writeSealKey(ctx, path, key, seal, os.Link)
}

// writeSealKey puts a key into place whole or not at all, by os.Rename over what is there or os.Link where nothing is.
func writeSealKey(ctx context.Context, path string, key []byte, seal sealer, place func(from, to string) error) error {
	if seal != nil {
		wrapped, err := seal.Wrap(ctx, key)
		if err != nil {
			return err
		}
		key = []byte(wrapped + "\n")
	}
	f, err := os.CreateTemp(filepath.Dir(path), "jobs.key-*") // mode 0600
	if err != nil {
		return cannotWrite(path, err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // gone when it was renamed
	_, err = f.Write(key)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return cannotWrite(path, err)
	}
	if err := place(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return cannotWrite(path, err)
	}
	return nil
}
