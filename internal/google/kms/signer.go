package kms

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"

	"github.com/landbridge/landbridge/internal/bridge"
)

// The algorithms of keys (https://cloud.google.com/kms/docs/algorithms), and what a manifest calls them.
const (
	kmsEd25519 = "EC_SIGN_ED25519"
	kmsP256    = "EC_SIGN_P256_SHA256"

	ed25519Name = "Ed25519"
	es256Name   = "ES256"
)

// Signer signs with one version of a key. It is what manifest.Signer asks for.
type Signer struct {
	client    *Client
	name      name
	id        string
	algorithm string
	public    crypto.PublicKey
}

// Signer reads the public half of a key version, projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/V, and returns what
// signs with it. The version is pinned: Cloud KMS has no current version of a key that signs.
func (c *Client) Signer(ctx context.Context, version string) (*Signer, error) {
	n, ok := parseName(version)
	if !ok || n.version == "" {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopKeys, Code: "reference_malformed", Text: "the name of the signing key is not that of a key version",
			Hint: "write projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/V",
		}
	}
	a := attempt{n, "read the public key of"}
	var answer struct {
		PEM       string `json:"pem"`
		PEMCRC    crc    `json:"pemCrc32c"`
		Algorithm string `json:"algorithm"`
		Name      string `json:"name"`
	}
	if err := c.call(ctx, a, "/publicKey", nil, &answer); err != nil {
		return nil, err
	}
	if answer.PEMCRC != crcOf([]byte(answer.PEM)) || !n.same(answer.Name) {
		return nil, a.damaged()
	}
	s := &Signer{client: c, name: n}
	if err := s.take(answer.Algorithm, answer.PEM); err != nil {
		return nil, err
	}
	return s, nil
}

// same says whether an answer is about this version. Cloud KMS may write the project's id for its number, and the other way about.
func (n name) same(text string) bool {
	other, ok := parseName(text)
	other.project = n.project
	return ok && other == n
}

// take reads the public key, and sees that it is of its algorithm.
func (s *Signer) take(algorithm, text string) error {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return attempt{s.name, "read the public key of"}.bad("a public key that is not PEM")
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return attempt{s.name, "read the public key of"}.bad("a public key that is none")
	}
	switch k := public.(type) {
	case ed25519.PublicKey:
		if algorithm == kmsEd25519 {
			s.algorithm = ed25519Name
		}
	case *ecdsa.PublicKey:
		if algorithm == kmsP256 && k.Curve == elliptic.P256() {
			s.algorithm = es256Name
		}
	}
	if s.algorithm == "" {
		return &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopKeys, Code: "key_refused", Text: fmt.Sprintf("key %s has algorithm %q, which signs no manifest", s.name.key, algorithm),
			Hint: "make one: gcloud kms keys create KEY --keyring " + s.name.ring + " --location " + s.name.location + " --purpose asymmetric-signing --default-algorithm ec-sign-ed25519",
		}
	}
	sum := sha256.Sum256(block.Bytes)
	s.public, s.id = public, hex.EncodeToString(sum[:16])
	return nil
}

// KeyID is the first 32 hexadecimal digits of the SHA-256 of the key's SubjectPublicKeyInfo.
func (s *Signer) KeyID() string { return s.id }

// Algorithm is Ed25519 (RFC 8032) or ES256 (RFC 7518 section 3.4).
func (s *Signer) Algorithm() string { return s.algorithm }

// Public is the key that verifies.
func (s *Signer) Public() crypto.PublicKey { return s.public }

// Version is the full name of the version that signs.
func (s *Signer) Version() string { return s.name.String() }

// signRequest is what is signed: a digest with ECDSA, the data themselves with Ed25519.
type signRequest struct {
	Digest    *digest `json:"digest,omitempty"`
	DigestCRC crc     `json:"digestCrc32c,omitempty"`
	Data      []byte  `json:"data,omitempty"`
	DataCRC   crc     `json:"dataCrc32c,omitempty"`
}

type digest struct {
	SHA256 []byte `json:"sha256"`
}

// Sign signs the 32 bytes of a SHA-256: an Ed25519 key as its message, an ECDSA key as the digest that they are. A signature of ECDSA
// is r and s, 32 bytes each. It was verified before it is returned.
func (s *Signer) Sign(ctx context.Context, sum []byte) ([]byte, error) {
	if len(sum) != sha256.Size {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopKeys, Code: "digest_refused", Text: fmt.Sprintf("a digest of %d bytes is not one of SHA-256", len(sum))}
	}
	a, req := attempt{s.name, "sign with"}, signRequest{Digest: &digest{sum}, DigestCRC: crcOf(sum)}
	if s.algorithm == ed25519Name {
		req = signRequest{Data: sum, DataCRC: crcOf(sum)}
	}
	var answer struct {
		Signature      []byte `json:"signature"`
		SignatureCRC   crc    `json:"signatureCrc32c"`
		VerifiedDigest bool   `json:"verifiedDigestCrc32c"`
		VerifiedData   bool   `json:"verifiedDataCrc32c"`
		Name           string `json:"name"`
	}
	if err := s.client.call(ctx, a, ":asymmetricSign", req, &answer); err != nil {
		return nil, err
	}
	verified := answer.VerifiedDigest && req.Digest != nil || answer.VerifiedData && req.Data != nil
	if !verified || answer.SignatureCRC != crcOf(answer.Signature) || !s.name.same(answer.Name) {
		return nil, a.damaged()
	}
	if out, ok := s.checked(sum, answer.Signature); ok {
		return out, nil
	}
	return nil, a.bad("a signature that is not the key's")
}

// checked brings a signature into its fixed form and verifies it.
func (s *Signer) checked(sum, signature []byte) ([]byte, bool) {
	if k, ok := s.public.(ed25519.PublicKey); ok {
		return signature, len(signature) == ed25519.SignatureSize && ed25519.Verify(k, sum, signature)
	}
	k, ok := s.public.(*ecdsa.PublicKey)
	if !ok || !ecdsa.VerifyASN1(k, sum, signature) {
		return nil, false
	}
	var point struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(signature, &point); err != nil || len(rest) > 0 {
		return nil, false
	}
	out := make([]byte, 64)
	point.R.FillBytes(out[:32])
	point.S.FillBytes(out[32:])
	return out, true
}
