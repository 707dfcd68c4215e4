package trust

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// Keys gives the public keys that an issuer publishes. The caller hands it in: this room fetches nothing.
//
// The kid is the one that a token asks for, so that an implementation with a cache knows when to look again; the answer
// is the issuer's whole set all the same. An error means that the issuer could not be asked. It may be called from many
// goroutines.
type Keys interface {
	Keys(ctx context.Context, issuer, kid string) (*KeySet, error)
}

// Published is Keys from memory, by issuer. One trailing slash makes no difference, as it makes none to discovery.
type Published map[string]*KeySet

// Keys implements the port of the same name.
func (p Published) Keys(_ context.Context, issuer, _ string) (*KeySet, error) {
	for _, name := range []string{issuer, strings.TrimSuffix(issuer, "/"), issuer + "/"} {
		if set, ok := p[name]; ok {
			return set, nil
		}
	}
	return nil, fmt.Errorf("no keys are known for issuer %q", issuer)
}

// KeySet is the public keys of one issuer that Google and Entra can use: RSA, and EC on P-256.
type KeySet struct {
	keys    []key
	skipped map[string]string // kid: why the key is of no use
}

type key struct {
	kid    string
	alg    string // as the key says; "" when it does not
	public crypto.PublicKey
}

// jwk is what is read of a JSON Web Key. Certificates are left out on purpose: a broken "x5c" must not hide a good key.
type jwk struct {
	Kty string `json:"kty"`
	Kid string `json:"kid,omitempty"`
	Use string `json:"use,omitempty"`
	Alg string `json:"alg,omitempty"`
	N   string `json:"n,omitempty"`
	E   string `json:"e,omitempty"`
	Crv string `json:"crv,omitempty"`
	X   string `json:"x,omitempty"`
	Y   string `json:"y,omitempty"`
}

// ParseKeys reads a JWKS document as an issuer publishes it. Keys that cannot be used are skipped and remembered, as
// both clouds do: an issuer may publish more than one kind.
func ParseKeys(document []byte) (*KeySet, error) {
	var doc struct {
		Keys []jwk `json:"keys"`
	}
	if err := json.Unmarshal(document, &doc); err != nil {
		return nil, fmt.Errorf("the JWKS is not valid JSON: %w", err)
	}
	if doc.Keys == nil {
		return nil, fmt.Errorf(`the JWKS has no "keys"`)
	}
	set := &KeySet{skipped: map[string]string{}}
	for _, raw := range doc.Keys {
		public, err := raw.public()
		switch {
		case err != nil:
			set.skipped[raw.Kid] = err.Error()
		case raw.Use != "" && raw.Use != "sig":
			set.skipped[raw.Kid] = fmt.Sprintf("use is %q, not \"sig\"", raw.Use)
		default:
			set.keys = append(set.keys, key{kid: raw.Kid, alg: raw.Alg, public: public})
		}
	}
	return set, nil
}

// public decodes the key by way of go-jose, which checks that an EC point lies on its curve.
func (k jwk) public() (crypto.PublicKey, error) {
	switch {
	case k.Kty == "RSA":
	case k.Kty == "EC" && k.Crv == "P-256":
	case k.Kty == "EC":
		return nil, fmt.Errorf("curve %s is not supported, only P-256", k.Crv)
	default:
		return nil, fmt.Errorf("key type %q is not supported, only RSA and EC P-256", k.Kty)
	}
	text, err := json.Marshal(k)
	if err != nil {
		return nil, err
	}
	var parsed jose.JSONWebKey
	if err := parsed.UnmarshalJSON(text); err != nil {
		return nil, err
	}
	switch public := parsed.Key.(type) {
	case *rsa.PublicKey:
		if public.N.BitLen() < 2048 {
			return nil, fmt.Errorf("an RSA key of %d bits is too short, 2048 is the least", public.N.BitLen())
		}
		return public, nil
	case *ecdsa.PublicKey:
		if public.Curve != elliptic.P256() {
			return nil, fmt.Errorf("only P-256 is supported")
		}
		return public, nil
	default:
		return nil, fmt.Errorf("not a public key")
	}
}

// NewKeySet makes a set from public keys in memory; keys of no use are remembered as in ParseKeys.
func NewKeySet(byKid map[string]crypto.PublicKey) (*KeySet, error) {
	var doc struct {
		Keys []jose.JSONWebKey `json:"keys"`
	}
	doc.Keys = []jose.JSONWebKey{}
	for kid, public := range byKid {
		doc.Keys = append(doc.Keys, jose.JSONWebKey{Key: public, KeyID: kid, Use: "sig"})
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	return ParseKeys(text)
}

// Kids lists the usable keys.
func (s *KeySet) Kids() []string {
	kids := make([]string, len(s.keys))
	for i, k := range s.keys {
		kids[i] = k.kid
	}
	return kids
}

// find returns the key that a token names and that its algorithm can use, or why there is none. The algorithm never
// chooses what kind of key is used: a public key can so never serve as the secret of an HMAC.
func (s *KeySet) find(kid, alg string) (crypto.PublicKey, string) {
	if kid == "" {
		return nil, "the token names no key: its header has no kid, which is required to find one"
	}
	for _, k := range s.keys {
		if k.kid != kid {
			continue
		}
		_, isRSA := k.public.(*rsa.PublicKey)
		if isRSA != (alg == "RS256") || (k.alg != "" && k.alg != alg) {
			return nil, fmt.Sprintf("key %q is not for %s", kid, alg)
		}
		return k.public, ""
	}
	if why, ok := s.skipped[kid]; ok {
		return nil, fmt.Sprintf("key %q is of no use: %s", kid, why)
	}
	return nil, fmt.Sprintf("no key %q", kid)
}
