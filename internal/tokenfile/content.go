package tokenfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/landbridge/landbridge/internal/bridge"
)

// halfWritten marks content that a writer may not have finished: it is worth another look.
type halfWritten struct{ err error }

func (h *halfWritten) Error() string { return h.err.Error() }

// parse finds the token in the file's content and reads its claims.
func (s *Source) parse(content []byte) (bridge.Assertion, error) {
	if len(content) > MaxToken {
		return bridge.Assertion{}, s.refuse("token_file_too_large", "is larger than 64 KiB", "a token file holds one JWT and nothing else")
	}
	content = bytes.TrimSpace(content)
	if len(content) == 0 {
		return bridge.Assertion{}, &halfWritten{s.refuse("token_file_empty", "is empty", "check what writes it; the kubelet never leaves it empty")}
	}
	if err := s.longLived(content); err != nil {
		return bridge.Assertion{}, err
	}
	text, err := s.find(content)
	if err != nil {
		return bridge.Assertion{}, err
	}
	return s.assertion(text)
}

// longLived refuses private keys: the one thing that must never be offered as an assertion.
func (s *Source) longLived(content []byte) error {
	if bytes.HasPrefix(content, []byte("-----BEGIN ")) {
		return s.refuse("private_key_refused", "is a PEM file, not a token",
			"no key is needed: point it at a token that the platform renews, such as a projected service-account token")
	}
	var credential struct {
		Type       string `json:"type"`
		PrivateKey string `json:"private_key"`
	}
	if content[0] != '{' || json.Unmarshal(content, &credential) != nil {
		return nil
	}
	switch {
	case credential.Type == "service_account" || credential.PrivateKey != "":
		return s.refuse("service_account_key_refused", "is a Google service-account key, a long-lived secret",
			"use a projected service-account token or a managed identity in its place, then delete the key: gcloud iam service-accounts keys delete KEY_ID --iam-account EMAIL")
	case credential.Type == "external_account" || credential.Type == "authorized_user" || credential.Type == "impersonated_service_account":
		return s.refuse("credential_file_refused", fmt.Sprintf("is a Google credential file of type %s, not a token", credential.Type),
			"name the file that its credential_source points at")
	}
	return nil
}

// find returns the token's text: the whole content, or one field of it.
func (s *Source) find(content []byte) (string, error) {
	if s.format == Text {
		if content[0] == '{' {
			return "", s.refuse("token_file_malformed", "holds JSON where the token itself is expected", "set the format to json and name the field")
		}
		return string(content), nil
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(content, &fields) != nil {
		return "", &halfWritten{s.refuse("token_file_malformed", "is not a JSON object", "set the format to text if the file is the token itself")}
	}
	var token string
	if json.Unmarshal(fields[s.field], &token) != nil || token == "" {
		return "", s.refuse("token_file_malformed", fmt.Sprintf("has no text in field %q", s.field), "name the field that holds the token")
	}
	return token, nil
}

func (s *Source) assertion(text string) (bridge.Assertion, error) {
	token := bridge.NewSecret(text)
	a, err := Peek(token)
	if err != nil {
		what := "holds no JWT"
		if e, ok := errors.AsType[*bridge.Error](err); ok {
			what = "is " + e.Text
		}
		return bridge.Assertion{}, &halfWritten{s.refuse("token_file_malformed", what, "check what writes it; a projected service-account token is a JWT")}
	}
	if alg, _, signature, _ := split(text); cutShort(alg, len(signature)) {
		return bridge.Assertion{}, &halfWritten{s.refuse("token_file_cut_short",
			fmt.Sprintf("holds a token whose %s signature is cut short at %d bytes", alg, len(signature)), "check what writes it, and the disk's free space")}
	}
	return a, nil
}

// cutShort says whether a signature is shorter than its algorithm allows. RSA keys under 2048 bits are taken by neither
// cloud, so that a shorter signature can only be a piece of one.
func cutShort(alg string, length int) bool {
	switch alg {
	case "RS256", "RS384", "RS512", "PS256", "PS384", "PS512":
		return length < 256
	case "ES256":
		return length < 64
	case "ES384":
		return length < 96
	}
	return false
}
