package world

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// KeyRing is an issuer's RSA signing keys, newest first. The first key is made when it is first asked for, so that a
// world with many issuers starts at once.
type KeyRing struct {
	mu   sync.Mutex
	keys []signingKey
}

type signingKey struct {
	id  string
	key *rsa.PrivateKey
}

// NewKeyRing returns a ring that will have one key.
func NewKeyRing() *KeyRing { return &KeyRing{} }

// Rotate puts a new key in front and keeps at most the last keep old ones in the JWKS.
func (r *KeyRing) Rotate(keep int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.first()
	r.keys = append([]signingKey{newSigningKey()}, r.keys...)
	if len(r.keys) > keep+1 {
		r.keys = r.keys[:keep+1]
	}
}

// Sign returns a compact RS256 JWT with the newest key.
func (r *KeyRing) Sign(claims map[string]any) (string, error) {
	r.mu.Lock()
	k := r.first()
	r.mu.Unlock()
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: k.key, KeyID: k.id}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	signed, err := signer.Sign(body)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return signed.CompactSerialize()
}

// JWKS is the public half, as the issuer's jwks_uri serves it.
func (r *KeyRing) JWKS() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.first()
	set := jose.JSONWebKeySet{}
	for _, k := range r.keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: k.key.Public(), KeyID: k.id, Use: "sig", Algorithm: "RS256"})
	}
	out, err := json.Marshal(set)
	if err != nil { // RSA public keys always encode
		panic(err)
	}
	return out
}

// Signer is the newest private key and its id: tests sign tokens of their own with it.
func (r *KeyRing) Signer() (string, *rsa.PrivateKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.first()
	return k.id, k.key
}

func (r *KeyRing) first() signingKey {
	if len(r.keys) == 0 {
		r.keys = []signingKey{newSigningKey()}
	}
	return r.keys[0]
}

func newSigningKey() signingKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil { // crypto/rand never fails since Go 1.24
		panic(err)
	}
	sum := sha256.Sum256(key.N.Bytes())
	return signingKey{id: base64.RawURLEncoding.EncodeToString(sum[:24]), key: key}
}
