package manifest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Algorithms of signatures.
const (
	Ed25519 = "Ed25519" // Cloud KMS, and the local key file
	ES256   = "ES256"   // Key Vault
)

// Signer signs the digest of a manifest: a local key, Key Vault, Cloud KMS.
type Signer interface {
	KeyID() string     // as the package comment says
	Algorithm() string // Ed25519 or ES256
	// Sign signs the 32 bytes of a SHA-256. An Ed25519 key signs them as its message, an ES256 key as the digest that they are; its
	// signature is r and s, not DER.
	Sign(ctx context.Context, digest []byte) ([]byte, error)
}

// Verifier says whether a signature is one of ours.
type Verifier interface {
	// Verify refuses with CodeUnknownKey or CodeBadSignature.
	Verify(keyID, algorithm string, digest, signature []byte) error
}

// Keys are the public keys whose signatures are ours, by their id: *ecdsa.PublicKey on P-256, or ed25519.PublicKey.
type Keys map[string]crypto.PublicKey

var _ Verifier = Keys(nil)

// NewKeys are these keys, under their ids.
func NewKeys(public ...crypto.PublicKey) (Keys, error) {
	keys := Keys{}
	for _, p := range public {
		switch k := p.(type) {
		case ed25519.PublicKey:
		case *ecdsa.PublicKey:
			if k.Curve != elliptic.P256() {
				return nil, badKey("an ECDSA key on another curve than P-256")
			}
		default:
			return nil, badKey(fmt.Sprintf("a %T", p))
		}
		der, err := x509.MarshalPKIXPublicKey(p)
		if err != nil {
			return nil, badKey(err.Error())
		}
		sum := sha256.Sum256(der)
		keys[hex.EncodeToString(sum[:16])] = p
	}
	return keys, nil
}

// ParseKeys reads public keys in PEM, one after the other, as Key Vault, Cloud KMS and openssl print them.
func ParseKeys(text []byte) (Keys, error) {
	var all []crypto.PublicKey
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, badKey("a PEM block of type " + block.Type)
		}
		all, text = append(all, key), rest
	}
	if len(all) == 0 {
		return nil, badKey("no PEM block")
	}
	return NewKeys(all...)
}

func badKey(what string) error {
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopKeys, Code: "key_refused", Text: "expected a public key of Ed25519 or of ECDSA on P-256, got " + what,
		Hint: "give the public key in PEM (BEGIN PUBLIC KEY)",
	}
}

// Verify implements Verifier.
func (k Keys) Verify(keyID, algorithm string, digest, signature []byte) error {
	key, known := k[keyID]
	if !known {
		return damaged(CodeUnknownKey, fmt.Sprintf("signed by unknown key %q", keyID), "add its public key to the keys that are trusted, if it is yours")
	}
	good := false
	switch p := key.(type) {
	case ed25519.PublicKey:
		good = algorithm == Ed25519 && ed25519.Verify(p, digest, signature)
	case *ecdsa.PublicKey:
		good = algorithm == ES256 && len(signature) == 64 &&
			ecdsa.Verify(p, digest, new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
	}
	if !good {
		return damaged(CodeBadSignature, fmt.Sprintf("the signature is not one of key %q", keyID), "take the manifest of another run, and ask who wrote this one")
	}
	return nil
}
