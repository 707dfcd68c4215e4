package azureapi

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

var guid = bridge.FormOf(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// Lifetimes of access tokens: managed identities get a day, applications an hour.
const (
	managedLife     = 24*time.Hour - time.Second
	applicationLife = time.Hour - time.Second
	// backdated is how far "iat" and "nbf" lie in the past, for verifiers with slow clocks.
	backdated = 5 * time.Minute
)

// storageAppID is Azure Storage's own application; it can be asked for by this name too.
const storageAppID = "e406a681-f3d4-42a8-90b6-c2b029497af1"

// resource is what a token is for.
type resource struct {
	name     string // as it was asked for
	audience string // the token's "aud"
	version  int    // of the token: 1 or 2
}

// firstParty are Microsoft's own resources, which every tenant has. All but the exchange take tokens of version 1.
var firstParty = []string{
	"https://management.azure.com", "https://management.core.windows.net", "https://storage.azure.com",
	"https://vault.azure.net", "https://graph.microsoft.com",
}

// resourceOf finds a resource of the tenant by App ID URI or id. A version 1 token's audience is the name as it was
// asked for, to the slash.
func (a *API) resourceOf(tenantID, name string) (resource, bool) {
	bare := strings.TrimSuffix(name, "/")
	if bare == trust.ExchangeAudience || bare == trust.EntraExchangeID {
		return resource{name, trust.EntraExchangeID, 2}, true
	}
	if slices.Contains(firstParty, bare) || bare == storageAppID {
		return resource{name, name, 1}, true
	}
	if host, ok := strings.CutPrefix(bare, "https://"); ok {
		if account, ok := strings.CutSuffix(host, blobapi.Suffix); ok {
			_, err := a.world.StorageAccount(account)
			return resource{name, name, 1}, err == nil
		}
	}
	for _, app := range a.world.Identities() {
		if app.TenantID != tenantID || app.Managed || (bare != app.ClientID && !slices.Contains(app.AppIDURIs, name) && !slices.Contains(app.AppIDURIs, bare)) {
			continue
		}
		if app.TokenVersion == 2 {
			return resource{name, app.ClientID, 2}, true
		}
		return resource{name, name, 1}, true
	}
	return resource{}, false
}

// minted is an access token and its times.
type minted struct {
	token     string
	life      time.Duration
	notBefore time.Time
	expiry    time.Time
}

// mint makes an app-only access token with the claims that real ones have.
func (a *API) mint(t world.Tenant, who world.Identity, res resource) (minted, error) {
	m := minted{life: applicationLife}
	if who.Managed {
		m.life = managedLife
	}
	now := a.world.Now().Truncate(time.Second)
	m.notBefore, m.expiry = now.Add(-backdated), now.Add(m.life)
	claims := map[string]any{
		"aud": res.audience,
		"iat": m.notBefore.Unix(), "nbf": m.notBefore.Unix(), "exp": m.expiry.Unix(),
		"aio":   strings.ReplaceAll(world.GUID()+world.GUID(), "-", "") + "==",
		"idtyp": "app",
		"oid":   who.ObjectID,
		"rh":    "1." + strings.ReplaceAll(world.GUID(), "-", "") + ".",
		"sub":   who.ObjectID,
		"tid":   t.ID,
		"uti":   strings.ReplaceAll(world.GUID(), "-", "")[:22],
	}
	if res.version == 2 {
		claims["iss"], claims["ver"] = issuerV2(t.ID), "2.0"
		claims["azp"], claims["azpacr"] = who.ClientID, "2"
	} else {
		claims["iss"], claims["ver"] = issuerV1(t.ID), "1.0"
		claims["idp"] = issuerV1(t.ID)
		claims["appid"], claims["appidacr"] = who.ClientID, "2"
	}
	if who.Managed && who.ResourceID != "" {
		claims["xms_mirid"] = who.ResourceID
	}
	var err error
	m.token, err = t.Keys.Sign(claims)
	return m, err
}

// assertionKeys asks the world first and the outside second.
type assertionKeys struct {
	world   *world.World
	outside trust.Keys
}

// Keys implements trust.Keys.
func (k assertionKeys) Keys(ctx context.Context, issuer, kid string) (*trust.KeySet, error) {
	if ring, ok := k.world.IssuerKeys(issuer); ok {
		return trust.ParseKeys(ring.JWKS())
	}
	if k.outside == nil {
		return nil, errors.New("the issuer is not in the sandbox's world")
	}
	return k.outside.Keys(ctx, issuer, kid)
}
