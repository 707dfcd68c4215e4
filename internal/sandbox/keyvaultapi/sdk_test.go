package keyvaultapi_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/azureapi"
	"github.com/landbridge/landbridge/internal/sandbox/keyvaultapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	tenant   = "0a0b0c0d-1111-4222-8333-444455556666"
	objectID = "33333333-3333-4333-8333-333333333333"
	scope    = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/demo-vault"
	address  = "https://demo-vault.vault.azure.net"
)

// clients are Azure's own, with their check of the challenge on: they believe that they speak to production.
type clients struct {
	world   *world.World
	store   *keyvaultapi.Store
	keys    *azkeys.Client
	secrets *azsecrets.Client
	now     time.Time
}

func newClients(t *testing.T, roles ...string) *clients {
	t.Helper()
	c := &clients{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	c.world = world.New(func() time.Time { return c.now })
	keys := world.NewKeyRing()
	c.world.AddTenant(world.Tenant{ID: tenant, Keys: keys})
	c.world.AddIdentity(world.Identity{Name: "me", TenantID: tenant, ClientID: "c", ObjectID: objectID, Roles: roles})
	c.store = keyvaultapi.NewStore(c.world)
	c.store.AddVault(keyvaultapi.Vault{Name: "demo-vault", TenantID: tenant, ResourceID: scope, Location: "westeurope"})
	over := transport{azureapi.New(c.world, azureapi.Options{Vaults: c.store})}
	options := azcore.ClientOptions{Transport: over, Retry: policy.RetryOptions{MaxRetries: -1}}
	who := credential(func(o policy.TokenRequestOptions) (string, error) {
		if o.TenantID != tenant || !slices.Equal(o.Scopes, []string{"https://vault.azure.net/.default"}) {
			return "", fmt.Errorf("the challenge asks for %q of tenant %s", o.Scopes, o.TenantID)
		}
		return keys.Sign(map[string]any{
			"aud": "https://vault.azure.net", "iss": "https://sts.windows.net/" + tenant + "/", "tid": tenant, "oid": objectID, "appid": "c",
			"iat": c.now.Unix(), "nbf": c.now.Unix(), "exp": c.now.Add(365 * 24 * time.Hour).Unix(),
		})
	})
	var err error
	if c.keys, err = azkeys.NewClient(address, who, &azkeys.ClientOptions{ClientOptions: options}); err != nil {
		t.Fatal(err)
	}
	if c.secrets, err = azsecrets.NewClient(address, who, &azsecrets.ClientOptions{ClientOptions: options}); err != nil {
		t.Fatal(err)
	}
	return c
}

type transport struct{ http.Handler }

func (h transport) Do(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	h.ServeHTTP(rec, r)
	out := rec.Result()
	out.Request = r
	return out, nil
}

type credential func(policy.TokenRequestOptions) (string, error)

func (f credential) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := f(o)
	return azcore.AccessToken{Token: token, ExpiresOn: time.Now().Add(time.Hour)}, err
}

func refusedWith(t *testing.T, err error, status int, code string) {
	t.Helper()
	e, ok := errors.AsType[*azcore.ResponseError](err)
	if !ok || e.StatusCode != status || e.ErrorCode != code {
		t.Errorf("got %v, want %d %s", err, status, code)
	}
}

func TestKeysOfTheSDK(t *testing.T) {
	t.Parallel()
	c, ctx := newClients(t, "Key Vault Crypto Officer on "+scope), t.Context()
	first, err := c.store.AddKey("demo-vault", "signing", keyvaultapi.EC)
	if err != nil {
		t.Fatal(err)
	}
	rotated, err := c.keys.RotateKey(ctx, "signing", nil)
	if err != nil || rotated.Key.KID.Version() == first {
		t.Fatalf("rotated to %v: %v", rotated.Key, err)
	}
	var versions []string
	for pages := c.keys.NewListKeyPropertiesVersionsPager("signing", nil); pages.More(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range page.Value {
			versions = append(versions, v.KID.Version())
		}
	}
	if len(versions) != 2 || !slices.Contains(versions, first) || !slices.IsSorted(versions) {
		t.Errorf("versions %q", versions)
	}
	digest := sha256.Sum256([]byte("x"))
	signed, err := c.keys.Sign(ctx, "signing", "", azkeys.SignParameters{Algorithm: to.Ptr(azkeys.SignatureAlgorithmES256), Value: digest[:]}, nil)
	if err != nil || signed.KID.Version() != rotated.Key.KID.Version() {
		t.Fatalf("signed by %v: %v", signed.KID, err)
	}
	for version, want := range map[string]bool{first: false, rotated.Key.KID.Version(): true} {
		verified, err := c.keys.Verify(ctx, "signing", version, azkeys.VerifyParameters{Algorithm: to.Ptr(azkeys.SignatureAlgorithmES256), Digest: digest[:], Signature: signed.Result}, nil)
		if err != nil || *verified.Value != want {
			t.Errorf("version %s verifies: %v, %v", version, verified.Value, err)
		}
	}
	_, err = c.keys.Sign(ctx, "signing", "", azkeys.SignParameters{Algorithm: to.Ptr(azkeys.SignatureAlgorithmRS256), Value: digest[:]}, nil)
	refusedWith(t, err, http.StatusBadRequest, "BadParameter")
	_, err = c.keys.WrapKey(ctx, "signing", "", azkeys.KeyOperationParameters{Algorithm: to.Ptr(azkeys.EncryptionAlgorithmRSAOAEP256), Value: digest[:]}, nil)
	refusedWith(t, err, http.StatusBadRequest, "BadParameter")
	_, err = c.keys.GetKey(ctx, "none", "", nil)
	refusedWith(t, err, http.StatusNotFound, "KeyNotFound")
	_, err = c.keys.BackupKey(ctx, "signing", nil)
	refusedWith(t, err, http.StatusNotImplemented, "NotImplemented")
}

func TestSecretsOfTheSDK(t *testing.T) {
	t.Parallel()
	c, ctx := newClients(t, "Key Vault Secrets Officer on "+scope), t.Context()
	set := func(value string) error {
		_, err := c.secrets.SetSecret(ctx, "api-key", azsecrets.SetSecretParameters{Value: &value, Tags: map[string]*string{"a": to.Ptr("b")}}, nil)
		return err
	}
	const many = 60 // more than two pages
	for i := range many {
		if err := set(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for pages := c.secrets.NewListSecretPropertiesVersionsPager("api-key", nil); pages.More(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		n += len(page.Value)
	}
	if n != many {
		t.Errorf("%d versions listed", n)
	}
	got, err := c.secrets.GetSecret(ctx, "api-key", "", nil)
	if err != nil || *got.Value != fmt.Sprint(many-1) || *got.Tags["a"] != "b" || !got.Attributes.Created.Equal(c.now) {
		t.Fatalf("got %+v: %v", got, err)
	}
	if _, err := c.secrets.DeleteSecret(ctx, "api-key", nil); err != nil {
		t.Fatal(err)
	}
	_, err = c.secrets.GetSecret(ctx, "api-key", "", nil)
	refusedWith(t, err, http.StatusNotFound, "SecretNotFound")
	refusedWith(t, set("again"), http.StatusConflict, "Conflict")
	if _, err := c.secrets.RecoverDeletedSecret(ctx, "api-key", nil); err != nil {
		t.Fatal(err)
	}
	if got, err = c.secrets.GetSecret(ctx, "api-key", "", nil); err != nil || *got.Value != fmt.Sprint(many-1) {
		t.Errorf("recovered %+v: %v", got, err)
	}
	if _, err := c.secrets.DeleteSecret(ctx, "api-key", nil); err != nil {
		t.Fatal(err)
	}
	c.now = c.now.Add(90 * 24 * time.Hour)
	_, err = c.secrets.GetDeletedSecret(ctx, "api-key", nil)
	refusedWith(t, err, http.StatusNotFound, "SecretNotFound")
	if err := set("a new life"); err != nil {
		t.Error(err)
	}
	if _, err := c.secrets.DeleteSecret(ctx, "api-key", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := c.secrets.PurgeDeletedSecret(ctx, "api-key", nil); err != nil {
		t.Error(err)
	}
	if err := set("purged and made again"); err != nil {
		t.Error(err)
	}
}

func TestARoleOnOneSecretIsForThatOne(t *testing.T) {
	t.Parallel()
	c, ctx := newClients(t, "Key Vault Secrets User on "+scope+"/secrets/mine", "Owner on "+scope), t.Context()
	for _, name := range []string{"mine", "other"} {
		if _, err := c.store.AddSecret("demo-vault", keyvaultapi.Secret{Name: name, Value: bridge.NewSecret("v")}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.secrets.GetSecret(ctx, "mine", "", nil); err != nil {
		t.Error(err)
	}
	_, err := c.secrets.GetSecret(ctx, "other", "", nil)
	refusedWith(t, err, http.StatusForbidden, "Forbidden")
	_, err = c.secrets.SetSecret(ctx, "mine", azsecrets.SetSecretParameters{Value: to.Ptr("x")}, nil)
	refusedWith(t, err, http.StatusForbidden, "Forbidden")
}
