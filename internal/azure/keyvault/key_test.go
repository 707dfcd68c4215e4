package keyvault_test

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"math/big"
	"net/http"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/azure/keyvault"
	"github.com/landbridge/landbridge/internal/manifest"
	"github.com/landbridge/landbridge/internal/sandbox/keyvaultapi"
)

var _ manifest.Signer = (*keyvault.Signer)(nil)

func verifies(t testing.TB, s *keyvault.Signer, digest, signature []byte) {
	t.Helper()
	public, ok := s.Public().(*ecdsa.PublicKey)
	if !ok || len(signature) != 64 || !ecdsa.Verify(public, digest, new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		t.Errorf("the signature %x of %x does not verify", signature, digest)
	}
}

func TestSignaturesVerify(t *testing.T) {
	t.Parallel()
	v := newVault(t, "Key Vault Crypto User")
	s := must(must(v.client().Key(signingKey, keyvault.KeyOptions{}))(t).Signer(t.Context()))(t)
	der := must(x509.MarshalPKIXPublicKey(s.Public()))(t)
	if sum := sha256.Sum256(der); s.KeyID() != hex.EncodeToString(sum[:16]) || s.Algorithm() != "ES256" {
		t.Errorf("id %s, algorithm %s", s.KeyID(), s.Algorithm())
	}
	trusted := must(manifest.NewKeys(s.Public()))(t)
	rapid.Check(t, func(r *rapid.T) {
		digest := sha256.Sum256(rapid.SliceOf(rapid.Byte()).Draw(r, "message"))
		signature, err := s.Sign(t.Context(), digest[:])
		if err != nil {
			r.Fatal(err)
		}
		if err := trusted.Verify(s.KeyID(), s.Algorithm(), digest[:], signature); err != nil {
			r.Fatal(err)
		}
	})
}

func TestRotationIsSeenAfterAWhile(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	key := must(v.client().Key(signingKey, keyvault.KeyOptions{Every: 5 * time.Minute}))(t)
	first := must(key.Signer(t.Context()))(t)
	v.key("signing", keyvaultapi.EC)
	if same := must(key.Signer(t.Context()))(t); same != first {
		t.Error("looked again before its time")
	}
	v.pass(5 * time.Minute)
	second := must(key.Signer(t.Context()))(t)
	if second.KeyID() == first.KeyID() || second.Version() == first.Version() {
		t.Fatal("the new version is not used")
	}
	digest := sha256.Sum256([]byte("manifest"))
	for _, s := range []*keyvault.Signer{first, second} { // a run that began with the old version ends with it
		verifies(t, s, digest[:], must(s.Sign(t.Context(), digest[:]))(t))
	}
	public := must(manifest.NewKeys(must(key.PublicKeys(t.Context()))(t)...))(t)
	if len(public) != 2 || public[first.KeyID()] == nil || public[second.KeyID()] == nil {
		t.Errorf("%d public keys, want both versions'", len(public))
	}
	pinned := must(must(v.client().Key(first.Version(), keyvault.KeyOptions{}))(t).Signer(t.Context()))(t)
	if pinned.KeyID() != first.KeyID() {
		t.Error("a pinned version is another")
	}
}

func TestAKnownVersionGoesOnWhileTheVaultIsAway(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	key := must(v.client().Key(signingKey, keyvault.KeyOptions{}))(t)
	first := must(key.Signer(t.Context()))(t)
	v.pass(time.Hour)
	v.when(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) })
	if s := must(key.Signer(t.Context()))(t); s != first {
		t.Error("not the version that was known")
	}
	other := must(v.client().Key(signingKey, keyvault.KeyOptions{}))(t)
	_, err := other.Signer(t.Context())
	wants(t, err, "http_503", "cannot read key signing of vault demo-vault", "try again")
}

func TestKeysThatDoNotSign(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	version := v.key("off", keyvaultapi.EC)
	v.key("sealing", keyvaultapi.RSA)
	ctx := t.Context()
	key := must(v.client().Key("https://demo-vault.vault.azure.net/keys/off", keyvault.KeyOptions{}))(t)
	s := must(key.Signer(ctx))(t)
	digest := sha256.Sum256(nil)
	set := func(enabled bool, expires time.Time) {
		if err := v.store.SetKey("demo-vault", "off", version, enabled, expires); err != nil {
			t.Fatal(err)
		}
	}
	set(true, noon)
	_, err := s.Sign(ctx, digest[:])
	wants(t, err, "KeyExpired", "cannot sign with key off of vault demo-vault, version "+version, "az keyvault key rotate --vault-name demo-vault --name off")
	set(false, time.Time{})
	_, err = s.Sign(ctx, digest[:])
	wants(t, err, "KeyDisabled", "not allowed on a disabled key", "--enabled true")
	if public := must(key.PublicKeys(ctx))(t); len(public) != 0 {
		t.Errorf("%d public keys of a disabled version", len(public))
	}
	_, err = s.Sign(ctx, digest[:31])
	wants(t, err, "digest_refused", "a digest of 31 bytes", "")
	_, err = must(v.client().Key(sealingKey, keyvault.KeyOptions{}))(t).Signer(ctx)
	wants(t, err, "key_refused", "not of type EC on P-256", "--kty EC --curve P-256")
	_, err = must(v.client().Key("https://demo-vault.vault.azure.net/keys/none", keyvault.KeyOptions{}))(t).Signer(ctx)
	wants(t, err, "KeyNotFound", "was not found in this key vault", "az keyvault key recover --vault-name demo-vault --name none")
}

func TestDataKeysAreWrappedAndOpenedAfterRotation(t *testing.T) {
	t.Parallel()
	v := newVault(t, "Key Vault Crypto User")
	v.key("sealing", keyvaultapi.RSA)
	key := must(v.client().EncryptionKey(sealingKey))(t)
	plain := sha256.Sum256([]byte("a data key"))
	wrapped := must(key.Wrap(t.Context(), plain[:]))(t)
	v.key("sealing", keyvaultapi.RSA)
	if opened := must(key.Unwrap(t.Context(), wrapped))(t); string(opened) != string(plain[:]) {
		t.Error("another key came out")
	}
	_, err := key.Wrap(t.Context(), plain[:16])
	wants(t, err, "key_refused", "a data key of 16 bytes", "")
	_, err = key.Unwrap(t.Context(), "not.wrapped")
	wants(t, err, "key_refused", "not one that Key Vault has wrapped", "use the encryption key")
	_, err = key.Unwrap(t.Context(), wrapped[:len(wrapped)-8]+"AAAAAAAA")
	wants(t, err, "BadParameter", "cannot unwrap with key sealing", "")
}
