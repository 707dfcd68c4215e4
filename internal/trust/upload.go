package trust

import (
	"encoding/json"
	"fmt"
)

// checkUploaded applies the rules for a JWKS that is uploaded with the provider. They are stricter than those for one
// that is fetched: every key must be usable, and certificates are refused.
func (v *Verifier) checkUploaded() []Problem {
	const field = "oidc.jwksJson"
	text := v.provider.OIDC.JWKSJSON
	if text == "" {
		return nil
	}
	var doc struct {
		Keys []map[string]json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil || len(doc.Keys) == 0 {
		return []Problem{{
			Code: "jwks_json", Field: field, Text: "Input JWK is not in a valid json format",
			Fix: `kubectl get --raw /openid/v1/jwks`,
		}}
	}
	set, err := ParseKeys([]byte(text))
	if err != nil {
		return []Problem{{Code: "jwks_json", Field: field, Text: "Input JWK is not in a valid json format"}}
	}
	v.uploaded = set
	var found []Problem
	for i, raw := range doc.Keys {
		where := fmt.Sprintf("%s.keys[%d]", field, i)
		found = append(found, uploadedKey(where, raw)...)
	}
	return found
}

func uploadedKey(where string, raw map[string]json.RawMessage) []Problem {
	var found []Problem
	var k jwk
	text, err := json.Marshal(raw)
	if err == nil {
		err = json.Unmarshal(text, &k)
	}
	_, unusable := k.public()
	switch {
	case err != nil:
		return []Problem{{Code: "jwks_key", Field: where, Text: "Input JWK is not in a valid json format"}}
	case k.Kty == "OKP":
		found = append(found, Problem{Code: "jwks_key", Field: where, Text: "Input jwks contains corrupted key material", Fix: "sign with RS256 or ES256: Ed25519 keys cannot be uploaded"})
	case k.Kty != "RSA" && k.Kty != "EC", k.Kty == "EC" && k.Crv != "P-256":
		found = append(found, Problem{Code: "jwks_key", Field: where, Text: "Only RSA, EC key types are supported", Fix: "sign with RS256, or with ES256 on P-256: P-384 and P-521 are refused too"})
	case unusable != nil:
		found = append(found, Problem{Code: "jwks_key", Field: where, Text: "Input jwks contains corrupted key material", Fix: unusable.Error()})
	}
	if k.Kid == "" {
		found = append(found, Problem{Code: "jwks_kid", Field: where, Text: `the key has no "kid", so no token can name it`})
	}
	for _, name := range []string{"x5c", "x5t", "x5t#S256", "x5u"} {
		if _, ok := raw[name]; ok {
			found = append(found, Problem{
				Code: "jwks_certificate", Field: where, Text: fmt.Sprintf("%q is not supported in an uploaded JWKS", name),
				Fix: "jq 'del(.keys[][\"x5c\",\"x5t\",\"x5t#S256\",\"x5u\"])' jwks.json",
			})
			break
		}
	}
	for _, name := range []string{"d", "p", "q", "k"} {
		if _, ok := raw[name]; ok {
			found = append(found, Problem{
				Code: "jwks_private", Field: where, Text: "this is a private key: it must never leave the issuer",
				Fix: "upload the public half, and replace the key: it has been exposed",
			})
			break
		}
	}
	return found
}
