// Package keyring keeps the keys that sign for this deployment in a local directory: the embedded default, where neither Key Vault nor
// Cloud KMS is configured.
//
// A directory enters; signatures and public keys leave. It must never give out a private key, nor use one that others can read.
package keyring

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Files of a ring, in its directory.
const (
	privateFile = "signing.key" // PKCS #8 in PEM, mode 0600
	publicDir   = "public"      // ID.pem for every key that ever signed: SubjectPublicKeyInfo in PEM
)

// Ring signs with its newest key and knows the public keys of all that it ever had.
type Ring struct {
	dir string
	mu  sync.RWMutex
	key ed25519.PrivateKey
	id  string
}

// Open opens the ring in a directory, and makes directory and key on first use.
func Open(dir string) (*Ring, error) {
	r := &Ring{dir: dir}
	if err := os.MkdirAll(filepath.Join(dir, publicDir), 0o700); err != nil {
		return nil, failed("make the directory of keys", dir, err)
	}
	err := r.load()
	if !errors.Is(err, fs.ErrNotExist) {
		return r, err
	}
	if err := r.create(os.Link); err != nil && !errors.Is(err, fs.ErrExist) { // another process was first
		return nil, failed("make a key in", dir, err)
	}
	return r, r.load()
}

// KeyID is the id of the key that signs: the first 32 hexadecimal digits of the SHA-256 of its SubjectPublicKeyInfo.
func (r *Ring) KeyID() string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.id
}

// Algorithm is Ed25519 (RFC 8032).
func (r *Ring) Algorithm() string { return "Ed25519" }

// Sign signs the digest, as the message that it is.
func (r *Ring) Sign(_ context.Context, digest []byte) ([]byte, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return ed25519.Sign(r.key, digest), nil
}

// Rotate makes a new key and forgets the private half of the old one. What the old one signed is still verified.
func (r *Ring) Rotate() error {
	if err := r.create(os.Rename); err != nil {
		return failed("rotate the key in", r.dir, err)
	}
	return r.load()
}

// PublicKeys are those of all keys that ever signed here.
func (r *Ring) PublicKeys() ([]crypto.PublicKey, error) {
	files, err := filepath.Glob(filepath.Join(r.dir, publicDir, "*.pem"))
	if err != nil {
		return nil, err
	}
	var keys []crypto.PublicKey
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, failed("read", name, err)
		}
		block, _ := pem.Decode(text)
		if block == nil {
			return nil, refused(name, "is not PEM")
		}
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, refused(name, "is not a public key")
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// load reads the private key, and makes sure that its public half is kept.
func (r *Ring) load() error {
	name := filepath.Join(r.dir, privateFile)
	info, err := os.Stat(name)
	if err != nil {
		return failed("read", name, err)
	}
	if info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		e := refused(name, "can be read by others: it is no longer a secret")
		e.Hint = "if nobody else could: chmod 600 " + name + "; else rotate it"
		return e
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return failed("read", name, err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return refused(name, "is not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return refused(name, "is not an Ed25519 key in PKCS #8")
	}
	id, err := r.publish(key)
	if err != nil {
		return failed("keep the public key in", r.dir, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.key, r.id = key, id
	return nil
}

// publish keeps the public half under its id.
func (r *Ring) publish(key ed25519.PrivateKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(der)
	id := hex.EncodeToString(sum[:16])
	name := filepath.Join(r.dir, publicDir, id+".pem")
	if _, err := os.Stat(name); err == nil {
		return id, nil
	}
	return id, place(name, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o644, os.Rename)
}

// create makes a key. Before it signs, load keeps its public half.
func (r *Ring) create(put func(old, name string) error) error {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return place(filepath.Join(r.dir, privateFile), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600, put)
}

// place writes a file whole, under another name, and gives it its own by put: os.Link refuses to replace, os.Rename does not.
func place(name string, text []byte, mode fs.FileMode, put func(old, name string) error) error {
	temp := name + "." + rand.Text()
	file, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	defer os.Remove(temp) //nolint:errcheck // renamed, or of no use
	_, err = file.Write(text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := put(temp, name); err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

// syncDir makes a rename last. Not every system can open a directory, and there nothing is to be done.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}

func refused(name, why string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopKeys, Code: "key_refused", Text: fmt.Sprintf("%q %s", name, why)}
}

func failed(what, name string, err error) error {
	if ours, ok := errors.AsType[*bridge.Error](err); ok {
		return ours
	}
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopKeys, Code: "key_unreadable", Text: fmt.Sprintf("cannot %s %q", what, name), Cause: err}
}
