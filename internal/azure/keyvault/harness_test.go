package keyvault_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/azure/keyvault"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/azureapi"
	"github.com/landbridge/landbridge/internal/sandbox/keyvaultapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	tenant   = "0a0b0c0d-1111-4222-8333-444455556666"
	objectID = "33333333-3333-4333-8333-333333333333"
	clientID = "22222222-2222-4222-8222-222222222222"
	scope    = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/demo-vault"

	signingKey = "https://demo-vault.vault.azure.net/keys/signing"
	sealingKey = "https://demo-vault.vault.azure.net/keys/sealing"
	apiKey     = "https://demo-vault.vault.azure.net/secrets/api-key"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// tenantKeys sign the tokens of every test: an RSA key is slow to make.
var tenantKeys = sync.OnceValue(func() *world.KeyRing {
	keys := world.NewKeyRing()
	keys.JWKS()
	return keys
})

// vault is a pretended vault behind the pretended Entra's check of tokens.
type vault struct {
	testing.TB
	world *world.World
	store *keyvaultapi.Store
	url   string
	roots *x509.CertPool

	mu   sync.Mutex
	now  time.Time
	asks []string // scopes that leases were asked for
	meet http.HandlerFunc
}

func newVault(t testing.TB, roles ...string) *vault {
	t.Helper()
	v := &vault{TB: t, now: noon}
	v.world = world.New(v.clock)
	v.world.AddTenant(world.Tenant{ID: tenant, Keys: tenantKeys()})
	who := world.Identity{Name: "me", TenantID: tenant, ClientID: clientID, ObjectID: objectID}
	if roles == nil {
		roles = []string{"Key Vault Crypto Officer", "Key Vault Secrets Officer"}
	}
	for _, role := range roles {
		who.Roles = append(who.Roles, role+" on "+scope)
	}
	v.world.AddIdentity(who)
	v.store = keyvaultapi.NewStore(v.world)
	v.store.AddVault(keyvaultapi.Vault{Name: "demo-vault", TenantID: tenant, ResourceID: scope, Location: "westeurope"})
	v.key("signing", keyvaultapi.EC)
	azure := azureapi.New(v.world, azureapi.Options{Vaults: v.store})
	server := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		v.mu.Lock()
		meet := v.meet
		v.mu.Unlock()
		if meet != nil {
			meet(rw, r)
			return
		}
		azure.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	v.url, v.roots = server.URL, x509.NewCertPool()
	v.roots.AddCert(server.Certificate())
	return v
}

func (v *vault) clock() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

func (v *vault) pass(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now = v.now.Add(d)
}

// when lets something else answer in the vault's place; nil heals it.
func (v *vault) when(meet http.HandlerFunc) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.meet = meet
}

func (v *vault) key(name, kind string) string {
	v.Helper()
	return must(v.store.AddKey("demo-vault", name, kind))(v)
}

func (v *vault) secret(s keyvaultapi.Secret) string {
	v.Helper()
	return must(v.store.AddSecret("demo-vault", s))(v)
}

// Lease implements bridge.Leaser as Entra would.
func (v *vault) Lease(_ context.Context, req bridge.LeaseRequest) (bridge.Lease, error) {
	now := v.clock()
	v.mu.Lock()
	v.asks = append(v.asks, req.Scopes...)
	v.mu.Unlock()
	issuer := "https://sts.windows.net/" + tenant + "/"
	token, err := tenantKeys().Sign(map[string]any{
		"aud": strings.TrimSuffix(req.Scopes[0], "/.default"), "iss": issuer, "tid": tenant, "oid": objectID, "appid": clientID, "ver": "1.0",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(365 * 24 * time.Hour).Unix(),
	})
	// The SDK goes by the real clock.
	return bridge.Lease{Token: bridge.NewSecret(token), Principal: objectID, Expiry: time.Now().Add(time.Hour)}, err
}

func (v *vault) client() *keyvault.Client {
	v.Helper()
	return must(keyvault.New(keyvault.Options{HTTP: v.http(), Leaser: v, Clock: v.clock, Endpoint: v.url}))(v)
}

func (v *vault) http() *wire.Client {
	client := wire.New(wire.Options{RootCAs: v.roots, NoProxy: true})
	v.Cleanup(client.CloseIdle)
	return client
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

// wants holds a refusal to its code, and to words of its text and its hint.
func wants(t testing.TB, err error, code, text, hint string) {
	t.Helper()
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		t.Fatalf("got %v, want a refusal with code %s", err, code)
	}
	if e.Code != code || !strings.Contains(e.Error(), text) || !strings.Contains(e.Hint, hint) {
		t.Errorf("got code %s\ntext %s\nhint %s\nwant code %s, text with %q, hint with %q", e.Code, e.Error(), e.Hint, code, text, hint)
	}
	if e.Hop != bridge.HopKeys {
		t.Errorf("hop %q", e.Hop)
	}
}
