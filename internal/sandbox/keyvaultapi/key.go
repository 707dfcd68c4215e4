package keyvaultapi

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"slices"
	"sync"
	"time"
)

// The types of keys.
const (
	EC  = "EC"  // on P-256: ES256
	RSA = "RSA" // of 2048 bits: RSA-OAEP-256
)

// key is a key with its versions, the oldest first.
type key struct {
	name     string
	versions []*keyVersion
}

type keyVersion struct {
	id string
	attributes
	ec  *ecdsa.PrivateKey      // nil: it is RSA
	rsa func() *rsa.PrivateKey // made when it is first asked for, so that a world starts at once
}

// AddKey makes a key, or a new version of one, and returns the version.
func (s *Store) AddKey(vaultName, name, kind string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.vault(vaultName)
	if err != nil {
		return "", err
	}
	k := v.keys[name]
	if k == nil {
		k = &key{name: name}
		v.keys[name] = k
	}
	made, err := s.newKey(kind)
	if err != nil {
		return "", err
	}
	k.versions = append(k.versions, made)
	return made.id, nil
}

func (s *Store) newKey(kind string) (*keyVersion, error) {
	now := s.world.Now()
	out := &keyVersion{id: newVersion(), attributes: attributes{enabled: true, created: now, updated: now}}
	var err error
	switch kind {
	case EC:
		out.ec, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case RSA:
		out.rsa = sync.OnceValue(func() *rsa.PrivateKey {
			key, err := rsa.GenerateKey(rand.Reader, 2048)
			if err != nil { // crypto/rand never fails since Go 1.24
				panic(err)
			}
			return key
		})
	default:
		err = fmt.Errorf("there is no type of key %q", kind)
	}
	return out, err
}

// SetKey changes a version of a key behind everybody's back: whether it is enabled, and when it expires (zero is never).
func (s *Store) SetKey(vaultName, name, version string, enabled bool, expires time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.vault(vaultName)
	if err != nil {
		return err
	}
	k, p := v.key(name, version)
	if p != nil {
		return fmt.Errorf("%s", p.Message)
	}
	k.enabled, k.expires, k.updated = enabled, expires, s.world.Now()
	return nil
}

// key finds a version, the newest when none is named.
func (v *vault) key(name, version string) (*keyVersion, *Problem) {
	k := v.keys[name]
	if k != nil && version == "" {
		return k.versions[len(k.versions)-1], nil
	}
	if k != nil {
		if i := slices.IndexFunc(k.versions, func(x *keyVersion) bool { return x.id == version }); i >= 0 {
			return k.versions[i], nil
		}
	}
	return nil, problem(http.StatusNotFound, "KeyNotFound", "A key with (name/id) "+name+" was not found in this key vault. If you recently deleted this key you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182")
}

func (k *keyVersion) kind() string {
	if k.ec != nil {
		return EC
	}
	return RSA
}

// public is the key as a JSON web key (RFC 7517), without what is private.
func (k *keyVersion) public(id string) map[string]any {
	text := base64.RawURLEncoding.EncodeToString
	if k.ec != nil {
		point, err := k.ec.PublicKey.Bytes()
		if err != nil { // made by us, so on its curve
			panic(err)
		}
		return map[string]any{"kid": id, "kty": EC, "crv": "P-256", "x": text(point[1:33]), "y": text(point[33:]), "key_ops": []string{"sign", "verify"}}
	}
	n, e := k.rsa().N, k.rsa().E
	return map[string]any{
		"kid": id, "kty": RSA, "n": text(n.Bytes()), "e": text(big.NewInt(int64(e)).Bytes()),
		"key_ops": []string{"encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"},
	}
}

func (c *call) getKey() (any, *Problem) {
	k, p := c.vault.key(c.name(), c.version())
	if p != nil {
		return nil, p
	}
	if !k.enabled {
		return nil, disabled("get", "key")
	}
	return c.bundle(k), nil
}

func (c *call) bundle(k *keyVersion) any {
	return map[string]any{"key": k.public(c.Vault.id("keys", c.name(), k.id)), "attributes": k.form()}
}

func (c *call) rotateKey() (any, *Problem) {
	old, p := c.vault.key(c.name(), "")
	if p != nil {
		return nil, p
	}
	made, err := c.store.newKey(old.kind())
	if err != nil {
		return nil, problem(http.StatusInternalServerError, "InternalServerError", "The key could not be made.")
	}
	k := c.vault.keys[c.name()]
	k.versions = append(k.versions, made)
	return c.bundle(made), nil
}

func (c *call) listKeys() (any, *Problem) {
	var items []any
	for _, name := range slices.Sorted(maps.Keys(c.vault.keys)) {
		k := c.vault.keys[name].versions
		items = append(items, map[string]any{"kid": c.Vault.id("keys", name), "attributes": k[len(k)-1].form()})
	}
	return c.page(items)
}

func (c *call) listKeyVersions() (any, *Problem) {
	if _, p := c.vault.key(c.name(), ""); p != nil {
		return nil, p
	}
	var items []any
	for _, k := range byID(c.vault.keys[c.name()].versions, func(k *keyVersion) string { return k.id }) {
		items = append(items, map[string]any{"kid": c.Vault.id("keys", c.name(), k.id), "attributes": k.form()})
	}
	return c.page(items)
}

func disabled(verb, thing string) *Problem {
	p := problem(http.StatusForbidden, "Forbidden", "Operation "+verb+" is not allowed on a disabled "+thing+".")
	p.Inner = map[string]string{"key": "KeyDisabled", "secret": "SecretDisabled"}[thing]
	return p
}

// usable says whether a version may be used for what a verb does. Expired keys still open and verify what they closed
// (https://learn.microsoft.com/azure/key-vault/keys/about-keys-details#key-attributes).
func (c *call) usable(verb string, opens bool) (*keyVersion, *Problem) {
	k, p := c.vault.key(c.name(), c.version())
	if p != nil {
		return nil, p
	}
	now := c.store.world.Now()
	switch {
	case !k.enabled:
		return nil, disabled(verb, "key")
	case !opens && !k.expires.IsZero() && !now.Before(k.expires):
		p = problem(http.StatusForbidden, "Forbidden", "Operation "+verb+" is not allowed on an expired key.")
		p.Inner = "KeyExpired"
		return nil, p
	}
	return k, nil
}
