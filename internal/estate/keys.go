package estate

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// publicKey is what a JWKS that is uploaded to Google may hold of a key: Google refuses x5c and x5t.
type publicKey struct {
	Kty string `json:"kty"`
	Kid string `json:"kid"`
	Alg string `json:"alg,omitempty"`
	Use string `json:"use,omitempty"`
	N   string `json:"n,omitempty"`
	E   string `json:"e,omitempty"`
	Crv string `json:"crv,omitempty"`
	X   string `json:"x,omitempty"`
	Y   string `json:"y,omitempty"`
}

// PublicKeys writes a JWKS document (RFC 7517) in the one form in which two are compared: RSA and EC keys with the members
// that Google takes, in the order of their ids.
func PublicKeys(jwks []byte) (string, error) {
	var set struct {
		Keys []publicKey `json:"keys"`
	}
	if err := json.Unmarshal(jwks, &set); err != nil {
		return "", fmt.Errorf("not a JWKS document: %w", err)
	}
	if len(set.Keys) == 0 {
		return "", errors.New("the JWKS document has no keys")
	}
	slices.SortFunc(set.Keys, func(a, b publicKey) int { return cmp.Compare(a.Kid, b.Kid) })
	out, err := json.Marshal(set)
	return string(out), err
}
