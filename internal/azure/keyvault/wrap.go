package keyvault

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys"

	"github.com/landbridge/landbridge/internal/bridge"
)

// EncryptionKey wraps data keys with an RSA key of a vault, by RSA-OAEP-256. A wrapped key names the version that wrapped it, so that
// it opens after the key was rotated.
type EncryptionKey struct {
	reference Reference
	client    *azkeys.Client
}

// EncryptionKey returns a key by its reference, https://VAULT.vault.azure.net/keys/NAME[/VERSION]. It makes no call.
func (c *Client) EncryptionKey(reference string) (*EncryptionKey, error) {
	r, err := ParseReference(reference, KindKey)
	if err != nil {
		return nil, err
	}
	client, err := c.keyClient(r)
	if err != nil {
		return nil, err
	}
	return &EncryptionKey{reference: r, client: client}, nil
}

// dataKeySize is the size of what is wrapped: a key of AES-256.
const dataKeySize = 32

// Wrap seals a data key of 32 bytes with the current version. What leaves is VERSION.BASE64URL, good for Unwrap alone.
func (k *EncryptionKey) Wrap(ctx context.Context, dataKey []byte) (string, error) {
	at := attempt{k.reference, "wrap with", roleSign}
	if len(dataKey) != dataKeySize {
		return "", &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopKeys, Code: "key_refused", Text: fmt.Sprintf("a data key of %d bytes does not have 32", len(dataKey))}
	}
	answer, err := k.client.WrapKey(ctx, k.reference.Name, k.reference.Version, oaep(dataKey), nil)
	if err != nil {
		return "", at.refusal(ctx, err)
	}
	if answer.KID == nil || !versionForm().MatchString(lastOf(string(*answer.KID))) || len(answer.Result) == 0 {
		return "", badAnswer(at, "without the version that wrapped")
	}
	return lastOf(string(*answer.KID)) + "." + base64.RawURLEncoding.EncodeToString(answer.Result), nil
}

// Unwrap opens what Wrap made.
func (k *EncryptionKey) Unwrap(ctx context.Context, wrapped string) ([]byte, error) {
	version, text, _ := strings.Cut(wrapped, ".")
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !versionForm().MatchString(version) {
		return nil, refused("key_refused", "the wrapped data key is not one that Key Vault has wrapped", "use the encryption key with which it was made")
	}
	at := attempt{k.reference.at(version), "unwrap with", roleSign}
	answer, err := k.client.UnwrapKey(ctx, k.reference.Name, version, oaep(sealed), nil)
	if err != nil {
		return nil, at.refusal(ctx, err)
	}
	if len(answer.Result) != dataKeySize {
		return nil, badAnswer(at, "not a key of 32 bytes")
	}
	return answer.Result, nil
}

func oaep(value []byte) azkeys.KeyOperationParameters {
	algorithm := azkeys.EncryptionAlgorithmRSAOAEP256
	return azkeys.KeyOperationParameters{Algorithm: &algorithm, Value: value}
}

// lastOf is the last element of an id of Key Vault's: the version.
func lastOf(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }
