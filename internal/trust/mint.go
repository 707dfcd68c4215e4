package trust

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"github.com/landbridge/landbridge/internal/bridge"
)

// mintKid names every throw-away key of a run of cases.
const mintKid = "throw-away"

// mint signs the tokens of a run of cases with keys that live in memory for as long as the run. A case may ask for any
// algorithm, those that are refused included. It is used from one goroutine.
type mint struct {
	rsa  *rsa.PrivateKey
	p256 *ecdsa.PrivateKey
	p384 *ecdsa.PrivateKey
}

// token signs the claims; alg is RS256 when empty.
func (m *mint) token(claims map[string]any, alg, kid string) (bridge.Secret, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return bridge.Secret{}, fmt.Errorf("the claims cannot be written as JSON: %w", err)
	}
	if alg == "none" {
		header, err := json.Marshal(map[string]string{"alg": alg, "typ": "JWT", "kid": kid})
		e := base64.RawURLEncoding
		return bridge.NewSecret(e.EncodeToString(header) + "." + e.EncodeToString(payload) + "."), err
	}
	key, err := m.key(alg)
	if err != nil {
		return bridge.Secret{}, err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: key},
		(&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", kid))
	if err != nil {
		return bridge.Secret{}, fmt.Errorf("alg %q: %w", alg, err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return bridge.Secret{}, fmt.Errorf("alg %q: %w", alg, err)
	}
	text, err := signed.CompactSerialize()
	return bridge.NewSecret(text), err
}

// key makes the key for an algorithm when it is first needed. For HS256 it is the RSA public key: the forgery that a
// verifier falls for when it lets the token choose the algorithm.
func (m *mint) key(alg string) (any, error) {
	var err error
	switch alg {
	case "RS256", "RS384", "RS512", "PS256", "HS256":
		if m.rsa == nil {
			if m.rsa, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
				return nil, err
			}
		}
		if alg == "HS256" {
			return x509.MarshalPKIXPublicKey(m.rsa.Public())
		}
		return m.rsa, nil
	case "ES256":
		if m.p256 == nil {
			m.p256, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		}
		return m.p256, err
	case "ES384":
		if m.p384 == nil {
			m.p384, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
		}
		return m.p384, err
	default:
		return nil, fmt.Errorf("alg %q: a case can be signed with RS256, RS384, RS512, PS256, ES256, ES384, HS256 or none", alg)
	}
}

// keys publishes what a token with this algorithm was signed with, for whichever issuer.
func (m *mint) keys(issuer, alg string) (Published, error) {
	byKid := map[string]crypto.PublicKey{}
	switch {
	case alg == "ES256" && m.p256 != nil:
		byKid[mintKid] = m.p256.Public()
	case alg == "ES384" && m.p384 != nil:
		byKid[mintKid] = m.p384.Public()
	case m.rsa != nil:
		byKid[mintKid] = m.rsa.Public()
	}
	set, err := NewKeySet(byKid)
	return Published{issuer: set}, err
}
