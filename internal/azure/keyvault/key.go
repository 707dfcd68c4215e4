package keyvault

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Key is a signing key of a vault, EC on P-256, with all of its versions. Rotating it in Key Vault is enough: the next Signer after
// Every has the new version, and PublicKeys the old ones too.
type Key struct {
	reference Reference
	client    *azkeys.Client
	clock     bridge.Clock
	every     time.Duration

	mu      sync.Mutex
	current *Signer
	looked  time.Time
}

// KeyOptions configure Client.Key.
type KeyOptions struct {
	// Every is how long a version is taken for the current one before Key Vault is asked again; 10 minutes when zero.
	Every time.Duration
}

// Key returns a key by its reference, https://VAULT.vault.azure.net/keys/NAME[/VERSION]. It makes no call.
func (c *Client) Key(reference string, o KeyOptions) (*Key, error) {
	r, err := ParseReference(reference, KindKey)
	if err != nil {
		return nil, err
	}
	client, err := c.keyClient(r)
	if err != nil {
		return nil, err
	}
	if o.Every == 0 {
		o.Every = 10 * time.Minute
	}
	return &Key{reference: r, client: client, clock: c.options.Clock, every: o.Every}, nil
}

// Signer is one that signs with the current version, or with the one that the reference names. When Key Vault cannot be asked whether
// there is a newer version, and another try may help, the known one goes on.
func (k *Key) Signer(ctx context.Context) (*Signer, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.clock()
	if k.current != nil && (k.reference.Version != "" || now.Sub(k.looked) < k.every) {
		return k.current, nil
	}
	s, err := k.version(ctx, k.reference.Version)
	if err != nil {
		if k.current != nil && err.Retry {
			return k.current, nil
		}
		return nil, err
	}
	k.current, k.looked = s, now
	return s, nil
}

// PublicKeys are those of every version that is enabled, for whoever verifies. Key Vault gives no disabled version's key: what it has
// signed is verified with a copy that was kept.
func (k *Key) PublicKeys(ctx context.Context) ([]crypto.PublicKey, error) {
	if k.reference.Version != "" {
		s, err := k.Signer(ctx)
		if err != nil {
			return nil, err
		}
		return []crypto.PublicKey{s.public}, nil
	}
	var out []crypto.PublicKey
	for pages := k.client.NewListKeyPropertiesVersionsPager(k.reference.Name, nil); pages.More(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, attempt{k.reference, "list the versions of", roleSign}.refusal(ctx, err)
		}
		for _, v := range page.Value {
			if v == nil || v.KID == nil || v.Attributes == nil || v.Attributes.Enabled == nil || !*v.Attributes.Enabled {
				continue
			}
			s, err := k.version(ctx, lastOf(string(*v.KID)))
			if err != nil {
				return nil, err
			}
			out = append(out, s.public)
		}
	}
	return out, nil
}

// version reads the public half of a version, the current one when empty.
func (k *Key) version(ctx context.Context, version string) (*Signer, *bridge.Error) {
	at := attempt{k.reference.at(version), "read", roleSign}
	answer, err := k.client.GetKey(ctx, k.reference.Name, version, nil)
	if err != nil {
		return nil, at.refusal(ctx, err)
	}
	if answer.Key == nil || answer.Key.KID == nil || !versionForm().MatchString(lastOf(string(*answer.Key.KID))) {
		return nil, badAnswer(at, "an answer without the key's id")
	}
	public, err := publicKey(answer.Key)
	if err != nil {
		e := refused("key_refused", fmt.Sprintf("cannot sign with key %s of vault %s: %v", k.reference.Name, k.reference.Vault(), err),
			"make one: az keyvault key create --vault-name "+k.reference.Vault()+" --name NAME --kty EC --curve P-256 --ops sign verify")
		return nil, e
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, badAnswer(at, "a point that is not on its curve")
	}
	sum := sha256.Sum256(der)
	return &Signer{reference: k.reference.at(lastOf(string(*answer.Key.KID))), client: k.client, public: public, id: hex.EncodeToString(sum[:16])}, nil
}

func publicKey(k *azkeys.JSONWebKey) (*ecdsa.PublicKey, error) {
	ec := k.Kty != nil && (*k.Kty == azkeys.KeyTypeEC || *k.Kty == azkeys.KeyTypeECHSM)
	if !ec || k.Crv == nil || *k.Crv != azkeys.CurveNameP256 || len(k.X) > 32 || len(k.Y) > 32 {
		return nil, fmt.Errorf("it is not of type EC on P-256")
	}
	point := make([]byte, 65)
	point[0] = 4
	new(big.Int).SetBytes(k.X).FillBytes(point[1:33])
	new(big.Int).SetBytes(k.Y).FillBytes(point[33:])
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
}

// Signer signs with one version of a key. It is what manifest.Signer asks for.
type Signer struct {
	reference Reference
	client    *azkeys.Client
	public    *ecdsa.PublicKey
	id        string
}

// KeyID is the first 32 hexadecimal digits of the SHA-256 of the key's SubjectPublicKeyInfo.
func (s *Signer) KeyID() string { return s.id }

// Algorithm is ES256 (RFC 7518 section 3.4).
func (s *Signer) Algorithm() string { return "ES256" }

// Public is the key that verifies.
func (s *Signer) Public() crypto.PublicKey { return s.public }

// Version is the reference to the version that signs.
func (s *Signer) Version() string { return s.reference.String() }

// Sign signs the 32 bytes of a SHA-256. The signature is r and s, 32 bytes each, and was verified before it is returned.
func (s *Signer) Sign(ctx context.Context, digest []byte) ([]byte, error) {
	at := attempt{s.reference, "sign with", roleSign}
	if len(digest) != sha256.Size {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopKeys, Code: "digest_refused", Text: fmt.Sprintf("a digest of %d bytes is not one of SHA-256", len(digest))}
	}
	algorithm := azkeys.SignatureAlgorithmES256
	answer, err := s.client.Sign(ctx, s.reference.Name, s.reference.Version, azkeys.SignParameters{Algorithm: &algorithm, Value: digest}, nil)
	if err != nil {
		return nil, at.refusal(ctx, err)
	}
	if r := answer.Result; len(r) == 64 && ecdsa.Verify(s.public, digest, new(big.Int).SetBytes(r[:32]), new(big.Int).SetBytes(r[32:])) {
		return r, nil
	}
	return nil, badAnswer(at, "a signature that is not the key's")
}

func badAnswer(a attempt, what string) *bridge.Error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopKeys, Code: "bad_answer", Text: "cannot " + a.what() + ": the answer is " + what,
		Hint: "check that the address is the vault's own and not a proxy's",
	}
}
