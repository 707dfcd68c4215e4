package kms

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/landbridge/landbridge/internal/bridge"
)

// EncryptionKey wraps data keys with a symmetric key of Cloud KMS. What it has wrapped opens for the same purpose only, and after the
// key was rotated too.
type EncryptionKey struct {
	client  *Client
	name    name
	purpose []byte
}

// EncryptionKey returns a key by its name, projects/P/locations/L/keyRings/R/cryptoKeys/K. The purpose is bound to what is wrapped, as
// additional authenticated data. It makes no call.
func (c *Client) EncryptionKey(key, purpose string) (*EncryptionKey, error) {
	n, ok := parseName(key)
	if !ok || n.version != "" {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopKeys, Code: "reference_malformed", Text: "the name of the encryption key is not that of a key",
			Hint: "write projects/P/locations/L/keyRings/R/cryptoKeys/K, without a version: Cloud KMS finds the one that it needs",
		}
	}
	return &EncryptionKey{c, n, []byte(purpose)}, nil
}

// dataKeySize is the size of what is wrapped: a key of AES-256.
const dataKeySize = 32

// Wrap seals a data key of 32 bytes with the primary version. What leaves is base64url, good for Unwrap alone.
func (k *EncryptionKey) Wrap(ctx context.Context, dataKey []byte) (string, error) {
	if len(dataKey) != dataKeySize {
		return "", &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopKeys, Code: "key_refused", Text: fmt.Sprintf("a data key of %d bytes does not have 32", len(dataKey))}
	}
	a := attempt{k.name, "encrypt with"}
	var answer struct {
		Ciphertext        []byte `json:"ciphertext"`
		CiphertextCRC     crc    `json:"ciphertextCrc32c"`
		VerifiedPlaintext bool   `json:"verifiedPlaintextCrc32c"`
		VerifiedPurpose   bool   `json:"verifiedAdditionalAuthenticatedDataCrc32c"`
	}
	err := k.client.call(ctx, a, ":encrypt", map[string]any{
		"plaintext": dataKey, "plaintextCrc32c": crcOf(dataKey),
		"additionalAuthenticatedData": k.purpose, "additionalAuthenticatedDataCrc32c": crcOf(k.purpose),
	}, &answer)
	if err != nil {
		return "", err
	}
	if !answer.VerifiedPlaintext || !answer.VerifiedPurpose || len(answer.Ciphertext) == 0 || answer.CiphertextCRC != crcOf(answer.Ciphertext) {
		return "", a.damaged()
	}
	return base64.RawURLEncoding.EncodeToString(answer.Ciphertext), nil
}

// Unwrap opens what Wrap made.
func (k *EncryptionKey) Unwrap(ctx context.Context, wrapped string) ([]byte, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(wrapped)
	if err != nil || len(sealed) == 0 {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopKeys, Code: "key_refused", Text: "the wrapped data key is not one that Cloud KMS has wrapped", Hint: "use the encryption key with which it was made",
		}
	}
	a := attempt{k.name, "decrypt with"}
	var answer struct {
		Plaintext    []byte `json:"plaintext"`
		PlaintextCRC crc    `json:"plaintextCrc32c"`
	}
	err = k.client.call(ctx, a, ":decrypt", map[string]any{
		"ciphertext": sealed, "ciphertextCrc32c": crcOf(sealed),
		"additionalAuthenticatedData": k.purpose, "additionalAuthenticatedDataCrc32c": crcOf(k.purpose),
	}, &answer)
	if err != nil {
		return nil, err
	}
	if answer.PlaintextCRC != crcOf(answer.Plaintext) {
		return nil, a.damaged()
	}
	if len(answer.Plaintext) != dataKeySize {
		return nil, a.bad("not a key of 32 bytes")
	}
	return answer.Plaintext, nil
}
