package keyring_test

import (
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/keyring"
	"github.com/landbridge/landbridge/internal/manifest"
)

var _ manifest.Signer = (*keyring.Ring)(nil)

func open(t *testing.T, dir string) *keyring.Ring {
	t.Helper()
	r, err := keyring.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// verifies says whether a signature is of one of the ring's keys, as a manifest's reader asks.
func verifies(t *testing.T, r *keyring.Ring, id string, digest, signature []byte) error {
	t.Helper()
	public, err := r.PublicKeys()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := manifest.NewKeys(public...)
	if err != nil {
		t.Fatal(err)
	}
	return keys.Verify(id, r.Algorithm(), digest, signature)
}

func TestRotationKeepsWhatWasSigned(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	r := open(t, dir)
	digest := make([]byte, 32)
	first, id := sign(t, r, digest), r.KeyID()
	if again := open(t, dir); again.KeyID() != id {
		t.Errorf("opened again it has key %s, and had %s", again.KeyID(), id)
	}
	if err := r.Rotate(); err != nil {
		t.Fatal(err)
	}
	if r.KeyID() == id {
		t.Error("rotated, and the key is the same")
	}
	second := sign(t, r, digest)
	for _, c := range []struct {
		id        string
		signature []byte
		good      bool
	}{{id, first, true}, {r.KeyID(), second, true}, {id, second, false}, {r.KeyID(), first, false}} {
		if err := verifies(t, open(t, dir), c.id, digest, c.signature); (err == nil) != c.good {
			t.Errorf("%s: %v", c.id, err)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "signing.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 2 {
		t.Errorf("more than a key and the public ones: %q", files)
	}
}

func sign(t *testing.T, r *keyring.Ring, digest []byte) []byte {
	t.Helper()
	signature, err := r.Sign(t.Context(), digest)
	if err != nil || len(signature) != ed25519.SignatureSize {
		t.Fatalf("%d bytes, %v", len(signature), err)
	}
	return signature
}

func TestManyOpenAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ids := make([]string, 8)
	var group sync.WaitGroup
	for i := range ids {
		group.Go(func() { ids[i] = open(t, dir).KeyID() })
	}
	group.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("many keys: %q", ids)
		}
	}
	if public, err := open(t, dir).PublicKeys(); err != nil || len(public) != 1 {
		t.Errorf("%d public keys, %v", len(public), err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, want string
		spoil      func(name string) error
	}{
		{"readable by others", "can be read by others", func(name string) error { return os.Chmod(name, 0o640) }},
		{"not PEM", "is not PEM", func(name string) error { return os.WriteFile(name, []byte("x"), 0o600) }},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			open(t, dir)
			if err := c.spoil(filepath.Join(dir, "signing.key")); err != nil {
				t.Fatal(err)
			}
			_, err := keyring.Open(dir)
			e, ok := errors.AsType[*bridge.Error](err)
			if !ok || e.Code != "key_refused" || !strings.Contains(e.Text, c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
