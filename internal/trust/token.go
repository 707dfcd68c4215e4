package trust

import (
	"crypto"
	"encoding/base64"
	"errors"
	"math"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"

	"github.com/landbridge/landbridge/internal/bridge"
)

// maxToken is the longest assertion that is looked at.
const maxToken = 64 << 10

// Token is a JWT taken apart. Nothing in it has been checked.
type Token struct {
	Alg       string
	Kid       string
	Type      string // the header's "typ"
	Issuer    string
	Subject   string
	Audience  []string
	IssuedAt  time.Time // zero when the claim is absent or no number
	Expiry    time.Time
	NotBefore time.Time
	Claims    map[string]any
	compact   bridge.Secret
}

// What is wrong with a token's form, for errors.Is. The text never holds any of the token.
var (
	ErrTokenEmpty = errors.New("there is no token")
	ErrTokenLong  = errors.New("the token is longer than 64 KiB")
	ErrTokenForm  = errors.New("not a JWT: three base64url parts with dots between them are expected")
	ErrTokenJSON  = errors.New("not a JWT: header and payload must each be one JSON object without repeated names")
	ErrTokenCrit  = errors.New("the token's header has critical extensions, which nobody here understands")
)

// ParseToken takes a JWT apart and checks its form, not its truth.
func ParseToken(secret bridge.Secret) (*Token, error) {
	text := secret.Reveal()
	switch {
	case text == "":
		return nil, ErrTokenEmpty
	case len(text) > maxToken:
		return nil, ErrTokenLong
	}
	part := strings.Split(text, ".")
	if len(part) != 3 || strings.ContainsAny(text, "\r\n") { // Go's decoder skips line breaks
		return nil, ErrTokenForm
	}
	header, err := object(part[0])
	if err != nil {
		return nil, err
	}
	claims, err := object(part[1])
	if err != nil {
		return nil, err
	}
	if _, err := base64.RawURLEncoding.DecodeString(part[2]); err != nil {
		return nil, ErrTokenForm
	}
	if _, ok := header["crit"]; ok {
		return nil, ErrTokenCrit
	}
	t := &Token{Claims: claims, compact: secret}
	t.Alg, _ = header["alg"].(string)
	t.Kid, _ = header["kid"].(string)
	t.Type, _ = header["typ"].(string)
	t.Issuer, _ = claims["iss"].(string)
	t.Subject, _ = claims["sub"].(string)
	t.Audience = audience(claims["aud"])
	t.IssuedAt = numericDate(claims["iat"])
	t.Expiry = numericDate(claims["exp"])
	t.NotBefore = numericDate(claims["nbf"])
	return t, nil
}

// signedBy says whether the public key made the token's signature with the algorithm, which the caller has allowed.
func (t *Token) signedBy(public crypto.PublicKey, alg string) bool {
	jws, err := jose.ParseSignedCompact(t.compact.Reveal(), []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
	if err != nil {
		return false
	}
	_, err = jws.Verify(public)
	return err == nil
}

// object decodes one part of a JWT. go-jose's decoder refuses repeated names, so that no two readers can see two tokens.
func object(part string) (map[string]any, error) {
	text, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil {
		return nil, ErrTokenForm
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil || out == nil {
		return nil, ErrTokenJSON
	}
	return out, nil
}

func audience(claim any) []string {
	switch v := claim.(type) {
	case string:
		return []string{v}
	case []any:
		out := make([]string, 0, len(v))
		for _, item := range v {
			if s, ok := item.(string); ok {
				out = append(out, s)
			}
		}
		return out
	default:
		return nil
	}
}

// numericDate reads seconds since 1970, as far as the year 9999; anything else counts as absent.
func numericDate(claim any) time.Time {
	n, ok := claim.(float64)
	if !ok || math.Abs(n) > 253402300799 {
		return time.Time{}
	}
	return time.Unix(int64(n), 0)
}
