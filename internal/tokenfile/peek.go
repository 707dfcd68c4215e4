package tokenfile

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// MaxToken is the longest token that is looked at, and the largest file that is read: a JWT of 64 KiB fits in no header.
const MaxToken = 64 << 10

// Peek reads a JWT's claims without checking its signature. What it returns names the token in logs and errors; it must
// decide nothing. An error is of kind Usage with code token_malformed; it says what is wrong with the form and repeats
// nothing of the token.
func Peek(token bridge.Secret) (bridge.Assertion, error) {
	var c struct {
		Issuer   string   `json:"iss"`
		Subject  string   `json:"sub"`
		Audience audience `json:"aud"`
		Expiry   date     `json:"exp"`
		IssuedAt date     `json:"iat"`
	}
	if err := Decode(token, &c); err != nil {
		return bridge.Assertion{}, err
	}
	return bridge.Assertion{
		Token: token, Type: bridge.JWT,
		Issuer: c.Issuer, Subject: c.Subject, Audience: c.Audience,
		IssuedAt: time.Time(c.IssuedAt), Expiry: time.Time(c.Expiry),
	}, nil
}

// Decode reads the claims of a JWT into claims, a pointer as encoding/json takes it, without checking the signature.
func Decode(token bridge.Secret, claims any) error {
	_, payload, _, err := split(token.Reveal())
	if err != nil {
		return err
	}
	if json.Unmarshal(payload, claims) != nil {
		return malformed("its claims are not of the types that a JWT has")
	}
	return nil
}

// split takes a compact JWT apart: the algorithm, the claims, the signature.
func split(token string) (alg string, payload, signature []byte, err error) {
	if len(token) > MaxToken {
		return "", nil, nil, malformed("it is longer than 64 KiB")
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", nil, nil, malformed("a JWT has 3 parts, this has " + strconv.Itoa(len(parts)))
	}
	decoded := make([][]byte, len(parts))
	for i, part := range parts {
		// Go's decoder skips line breaks; on the wire they are wrong.
		decoded[i], err = base64.RawURLEncoding.DecodeString(part)
		if err != nil || strings.ContainsAny(part, "\r\n") {
			return "", nil, nil, malformed("part " + strconv.Itoa(i+1) + " is not base64url")
		}
	}
	var header struct {
		Algorithm string `json:"alg"`
	}
	if !isObject(decoded[0]) || json.Unmarshal(decoded[0], &header) != nil {
		return "", nil, nil, malformed("its header is not a JSON object")
	}
	if !isObject(decoded[1]) || !json.Valid(decoded[1]) {
		return "", nil, nil, malformed("its claims are not a JSON object")
	}
	return header.Algorithm, decoded[1], decoded[2], nil
}

func isObject(text []byte) bool { return bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")) }

func malformed(why string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopHome, Code: "token_malformed", Text: "not a JWT: " + why}
}

// audience is the "aud" claim, which may be one text or a list of them (RFC 7519 section 4.1.3).
type audience []string

func (a *audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = nil
		if one != "" {
			*a = audience{one}
		}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(a))
}

// date is a NumericDate (RFC 7519 section 2), which may have a fraction.
type date time.Time

func (d *date) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	var seconds float64
	if err := json.Unmarshal(data, &seconds); err != nil {
		return err
	}
	const endOfTime = 253402300799 // 9999-12-31T23:59:59Z, the last that RFC 3339 can write
	if seconds < 0 || seconds > endOfTime {
		return strconv.ErrRange
	}
	whole, part := math.Modf(seconds)
	*d = date(time.Unix(int64(whole), int64(part*1e9)).UTC())
	return nil
}
