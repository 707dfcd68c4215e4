package kms_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google/kms"
	"github.com/landbridge/landbridge/internal/manifest"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/kmsapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

const ring = "projects/demo/locations/europe-west4/keyRings/bridge/cryptoKeys/"

var _ manifest.Signer = (*kms.Signer)(nil)

// far is the sandbox's Cloud KMS on loopback.
type far struct {
	testing.TB
	world *world.World
	keys  *kmsapi.Keys
	url   string
	// bend changes an answer on its way.
	bend atomic.Pointer[func(path string, body map[string]any)]
}

func newFar(t testing.TB, roles ...string) *far {
	t.Helper()
	f := &far{TB: t, world: world.New(time.Now)}
	f.world.AddProject(world.Project{ID: "demo", Number: "1234567890", Services: map[string]bool{"cloudkms.googleapis.com": true}})
	google := googleapi.New(f.world, googleapi.Options{})
	f.keys = kmsapi.New(google, f.world)
	for name, algorithm := range map[string]string{"ed": kmsapi.Ed25519, "ec": kmsapi.P256, "seal": kmsapi.Symmetric} {
		must(f.keys.AddKey(ring+name, algorithm))(t)
	}
	for _, role := range roles {
		if err := f.world.Bind("demo", role, "user:signer@example.com"); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		bend := f.bend.Load()
		if bend == nil {
			google.ServeHTTP(rw, r)
			return
		}
		rec := httptest.NewRecorder()
		google.ServeHTTP(rec, r)
		var body map[string]any
		if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil {
			t.Error(err)
		}
		(*bend)(r.URL.Path, body)
		text, _ := json.Marshal(body)
		rw.WriteHeader(rec.Code)
		_, _ = rw.Write(text)
	}))
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

// Lease implements bridge.Leaser.
func (f *far) Lease(_ context.Context, req bridge.LeaseRequest) (bridge.Lease, error) {
	expiry := f.world.Now().Add(time.Hour)
	return bridge.Lease{Expiry: expiry, Principal: "signer@example.com", Token: f.world.Issue(world.Grant{
		Principal: "signer@example.com", Members: []string{"user:signer@example.com"}, Scopes: req.Scopes, Expiry: expiry,
	})}, nil
}

func (f *far) client() *kms.Client {
	f.Helper()
	http := wire.New(wire.Options{NoProxy: true})
	f.Cleanup(http.CloseIdle)
	return must(kms.New(kms.Options{HTTP: http, Leaser: f, Endpoint: f.url}))(f)
}

const (
	signs    = "roles/cloudkms.signerVerifier"
	encrypts = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
)

func TestSignaturesVerify(t *testing.T) {
	t.Parallel()
	for name, algorithm := range map[string]string{"ed": manifest.Ed25519, "ec": manifest.ES256} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t, signs)
			version := ring + name + "/cryptoKeyVersions/1"
			s := must(f.client().Signer(t.Context(), version))(t)
			der := must(x509.MarshalPKIXPublicKey(s.Public()))(t)
			if sum := sha256.Sum256(der); s.KeyID() != hex.EncodeToString(sum[:16]) || s.Algorithm() != algorithm || s.Version() != version {
				t.Errorf("id %s, algorithm %s, version %s", s.KeyID(), s.Algorithm(), s.Version())
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
		})
	}
}

func TestDataKeysAreWrappedForOnePurpose(t *testing.T) {
	t.Parallel()
	f, ctx := newFar(t, encrypts), t.Context()
	c := f.client()
	key := must(c.EncryptionKey(ring+"seal", "jobs"))(t)
	plain := sha256.Sum256([]byte("a data key"))
	wrapped := must(key.Wrap(ctx, plain[:]))(t)
	must(f.keys.AddKey(ring+"seal", kmsapi.Symmetric))(t) // rotated
	if opened := must(key.Unwrap(ctx, wrapped))(t); !bytes.Equal(opened, plain[:]) {
		t.Error("another key came out")
	}
	_, err := must(c.EncryptionKey(ring+"seal", "something else"))(t).Unwrap(ctx, wrapped)
	wants(t, err, "INVALID_ARGUMENT", "cannot decrypt with key seal of key ring bridge: INVALID_ARGUMENT: Decryption failed", "for another purpose")
	_, err = key.Wrap(ctx, plain[:31])
	wants(t, err, "key_refused", "a data key of 31 bytes", "")
	_, err = key.Unwrap(ctx, "=")
	wants(t, err, "key_refused", "not one that Cloud KMS has wrapped", "")
	for _, bad := range []string{"", "seal", ring + "seal/cryptoKeyVersions/1", ring + "a/b"} {
		_, err = c.EncryptionKey(bad, "")
		wants(t, err, "reference_malformed", "is not that of a key", "without a version")
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	f, ctx := newFar(t, signs), t.Context()
	c := f.client()
	version := ring + "ed/cryptoKeyVersions/1"
	_, err := c.Signer(ctx, ring+"ed")
	wants(t, err, "reference_malformed", "not that of a key version", "cryptoKeyVersions/V")
	_, err = c.Signer(ctx, ring+"ed/cryptoKeyVersions/7")
	wants(t, err, "NOT_FOUND", "cannot read the public key of key ed of key ring bridge, version 7", "gcloud kms keys versions list --key ed --keyring bridge --location europe-west4 --project demo")
	s := must(c.Signer(ctx, version))(t)
	digest := sha256.Sum256(nil)
	_, err = s.Sign(ctx, digest[:20])
	wants(t, err, "digest_refused", "a digest of 20 bytes", "")
	for state, hint := range map[string]string{
		kmsapi.Disabled: "gcloud kms keys versions enable 1 --key ed", kmsapi.Destroyed: "gcloud kms keys versions restore 1 --key ed",
	} {
		if err := f.keys.SetState(ring+"ed", 1, state); err != nil {
			t.Fatal(err)
		}
		_, err = s.Sign(ctx, digest[:])
		wants(t, err, "FAILED_PRECONDITION", "is not enabled, current state is: "+state, hint)
	}
	_, err = c.Signer(ctx, ring+"seal/cryptoKeyVersions/1")
	wants(t, err, "FAILED_PRECONDITION", "is not a key with the purpose ASYMMETRIC_SIGN", "")

	f = newFar(t)
	_, err = f.client().Signer(ctx, version)
	wants(t, err, "PERMISSION_DENIED", "Permission 'cloudkms.cryptoKeyVersions.viewPublicKey' denied",
		"gcloud kms keys add-iam-policy-binding ed --keyring bridge --location europe-west4 --project demo --member user:signer@example.com --role "+signs)
	_, err = must(f.client().EncryptionKey(ring+"seal", ""))(t).Wrap(ctx, digest[:])
	wants(t, err, "PERMISSION_DENIED", "useToEncrypt", "--role "+encrypts)
	if err := f.world.UpdateProject("demo", func(p *world.Project) { p.Services = nil }); err != nil {
		t.Fatal(err)
	}
	_, err = f.client().Signer(ctx, version)
	wants(t, err, "PERMISSION_DENIED", "has not been used in project", "gcloud services enable cloudkms.googleapis.com --project demo")
	f.world.SetFault("kms", world.Fault{Status: http.StatusServiceUnavailable, RetryAfter: 3 * time.Second})
	_, err = f.client().Signer(ctx, version)
	if e, ok := errors.AsType[*bridge.Error](err); !ok || !e.Retry || e.RetryAfter != 3*time.Second || e.Kind != bridge.Unreachable {
		t.Errorf("got %v", err)
	}
}

// What changed on its way is not used, and nothing of it gets into an error.
func TestChecksumsAreHeldOnBothSides(t *testing.T) {
	t.Parallel()
	f, ctx := newFar(t, signs, encrypts), t.Context()
	c := f.client()
	version := ring + "ec/cryptoKeyVersions/1"
	s, key := must(c.Signer(ctx, version))(t), must(c.EncryptionKey(ring+"seal", "jobs"))(t)
	digest := sha256.Sum256([]byte("x"))
	wrapped := must(key.Wrap(ctx, digest[:]))(t)
	flip := func(field string) func(string, map[string]any) {
		return func(_ string, body map[string]any) {
			text, _ := body[field].(string)
			raw, _ := base64.StdEncoding.DecodeString(text)
			raw[len(raw)/2] ^= 1
			body[field] = base64.StdEncoding.EncodeToString(raw)
		}
	}
	set := func(field string, value any) func(string, map[string]any) {
		return func(_ string, body map[string]any) { body[field] = value }
	}
	sign := func() error { _, err := s.Sign(ctx, digest[:]); return err }
	wrap := func() error { _, err := key.Wrap(ctx, digest[:]); return err }
	unwrap := func() error { _, err := key.Unwrap(ctx, wrapped); return err }
	read := func() error { _, err := c.Signer(ctx, version); return err }
	for name, one := range map[string]struct {
		bend func(string, map[string]any)
		call func() error
	}{
		"signature": {flip("signature"), sign}, "digest not verified": {set("verifiedDigestCrc32c", false), sign}, "another version": {set("name", ring+"ec/cryptoKeyVersions/2"), sign},
		"ciphertext": {flip("ciphertext"), wrap}, "plaintext not verified": {set("verifiedPlaintextCrc32c", false), wrap},
		"purpose not verified": {set("verifiedAdditionalAuthenticatedDataCrc32c", false), wrap}, "plaintext": {flip("plaintext"), unwrap}, "pem": {set("pem", "x"), read},
	} {
		f.bend.Store(&one.bend)
		err := one.call()
		f.bend.Store(nil)
		wants(t, err, "checksum_mismatch", "checksums do not hold", "try again")
		if e, _ := errors.AsType[*bridge.Error](err); !e.Retry {
			t.Errorf("%s: no retry", name)
		}
		if text := err.Error(); strings.Contains(text, base64.StdEncoding.EncodeToString(digest[:])) {
			t.Errorf("%s: a key in %s", name, text)
		}
	}
	// A checksum that holds for a wrong signature does not make it right: that of three zero bytes.
	forged := func(_ string, body map[string]any) {
		zeros := []byte{0, 0, 0}
		body["signature"] = zeros
		body["signatureCrc32c"] = strconv.FormatUint(uint64(crc32.Checksum(zeros, crc32.MakeTable(crc32.Castagnoli))), 10)
	}
	f.bend.Store(&forged)
	wants(t, sign(), "bad_answer", "a signature that is not the key's", "")
}

func TestSomethingElseAnswers(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{"<html>": "answer_not_google", `{"pem": 4}`: "bad_answer"} {
		server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			if want == "answer_not_google" {
				rw.WriteHeader(http.StatusForbidden)
			}
			_, _ = io.WriteString(rw, body)
		}))
		t.Cleanup(server.Close)
		f := &far{TB: t, world: world.New(time.Now), url: server.URL}
		_, err := f.client().Signer(t.Context(), ring+"ed/cryptoKeyVersions/1")
		wants(t, err, want, "cannot read the public key of key ed", "endpoint of Cloud KMS")
	}
	_, err := kms.New(kms.Options{})
	wants(t, err, "incomplete", "need an HTTP client", "")
}

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func wants(t testing.TB, err error, code, text, hint string) {
	t.Helper()
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		t.Fatalf("got %v, want a refusal with code %s", err, code)
	}
	if e.Code != code || !strings.Contains(e.Error(), text) || !strings.Contains(e.Hint, hint) {
		t.Errorf("got code %s\ntext %s\nhint %s\nwant code %s, text with %q, hint with %q", e.Code, e.Error(), e.Hint, code, text, hint)
	}
}
