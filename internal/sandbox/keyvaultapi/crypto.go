package keyvaultapi

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
)

// parameters are those of every call that uses a key.
type parameters struct {
	Alg    string `json:"alg"`
	Value  string `json:"value"`
	Digest string `json:"digest"`
}

// use reads the parameters of a call for one algorithm, and finds the key.
func (c *call) use(verb, algorithm, kind string, opens bool) (*keyVersion, []byte, parameters, *Problem) {
	var in parameters
	none := func(p *Problem) (*keyVersion, []byte, parameters, *Problem) { return nil, nil, in, p }
	if p := c.read(&in); p != nil {
		return none(p)
	}
	k, p := c.usable(verb, opens)
	if p != nil {
		return none(p)
	}
	if in.Alg != algorithm {
		return none(badParameter(fmt.Sprintf("Property 'alg' has invalid value %q.", in.Alg)))
	}
	if k.kind() != kind {
		return none(badParameter(fmt.Sprintf("Key and signing algorithm are incompatible. Key %s is of type '%s', and algorithm '%s' can only be used with a key of type '%s' or '%s-HSM'.",
			c.Vault.id("keys", c.name(), k.id), k.kind(), algorithm, kind, kind)))
	}
	value, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(in.Value, "="))
	if err != nil || len(value) == 0 {
		return none(badParameter("Property 'value' is not base64url."))
	}
	return k, value, in, nil
}

// used is the answer of a call that made something of a value.
func (c *call) used(k *keyVersion, value []byte) any {
	return map[string]any{"kid": c.Vault.id("keys", c.name(), k.id), "value": base64.RawURLEncoding.EncodeToString(value)}
}

func badLength(n int) *Problem {
	return badParameter(fmt.Sprintf("Invalid length of 'value': %d bytes. Algorithm ES256 takes %d.", n, sha256.Size))
}

// sign makes a signature of r and s, 32 bytes each (RFC 7518 section 3.4).
func (c *call) sign() (any, *Problem) {
	k, digest, _, p := c.use("sign", "ES256", EC, false)
	if p != nil {
		return nil, p
	}
	if len(digest) != sha256.Size {
		return nil, badLength(len(digest))
	}
	r, s, err := ecdsa.Sign(rand.Reader, k.ec, digest)
	if err != nil {
		return nil, badParameter("The value cannot be signed.")
	}
	out := make([]byte, 64)
	r.FillBytes(out[:32])
	s.FillBytes(out[32:])
	return c.used(k, out), nil
}

func (c *call) verify() (any, *Problem) {
	k, signature, in, p := c.use("verify", "ES256", EC, true)
	if p != nil {
		return nil, p
	}
	digest, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(in.Digest, "="))
	if err != nil || len(digest) != sha256.Size {
		return nil, badLength(len(digest))
	}
	good := len(signature) == 64 && ecdsa.Verify(&k.ec.PublicKey, digest, new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
	return map[string]any{"value": good}, nil
}

func (c *call) wrap() (any, *Problem) {
	k, value, _, p := c.use("wrapKey", "RSA-OAEP-256", RSA, false)
	if p != nil {
		return nil, p
	}
	sealed, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, &k.rsa().PublicKey, value, nil)
	if err != nil {
		return nil, badParameter("The value is too long for the key.")
	}
	return c.used(k, sealed), nil
}

func (c *call) unwrap() (any, *Problem) {
	k, value, _, p := c.use("unwrapKey", "RSA-OAEP-256", RSA, true)
	if p != nil {
		return nil, p
	}
	plain, err := rsa.DecryptOAEP(sha256.New(), nil, k.rsa(), value, nil)
	if err != nil {
		return nil, badParameter("The parameter is incorrect.")
	}
	return c.used(k, plain), nil
}
