package azureapi

import (
	"net/http"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Entra's own names, which its tokens and documents carry whatever host they were fetched from.
const (
	entraHost    = "login.microsoftonline.com"
	entraV1Host  = "sts.windows.net"
	entraErrorID = "https://" + entraHost + "/error?code="
)

var (
	entraDiscovery = bridge.FormOf(`^/([^/]+)(/v2\.0)?/\.well-known/openid-configuration$`)
	entraKeys      = bridge.FormOf(`^/([^/]+)/discovery/(v2\.0/)?keys$`)
	entraToken     = bridge.FormOf(`^/([^/]+)/oauth2/(v2\.0/)?token$`)
)

// serveEntra is login.microsoftonline.com, as far as programs without a user need it.
func (a *API) serveEntra(rw http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if path == "/common/discovery/instance" {
		a.serveInstanceDiscovery(rw, r)
		return
	}
	if part := entraDiscovery().FindStringSubmatch(path); part != nil {
		a.serveOpenIDConfiguration(rw, r, part[1], part[2] != "")
		return
	}
	if part := entraKeys().FindStringSubmatch(path); part != nil {
		a.serveEntraKeys(rw, r, part[1])
		return
	}
	if part := entraToken().FindStringSubmatch(path); part != nil {
		a.serveToken(rw, r, part[1], part[2] != "")
		return
	}
	notPretended(rw, r)
}

// tenant finds a tenant by its id. The words are Entra's; its name for the error differs between the two endpoints.
func (a *API) tenant(id, errorName string) (world.Tenant, *aadsts) {
	t, err := a.world.Tenant(id)
	if err != nil {
		return world.Tenant{}, &aadsts{90002, errorName, http.StatusBadRequest, "Tenant '" + id + "' not found. " +
			"Check to make sure you have the correct tenant ID and are signing into the correct cloud. " +
			"Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."}
	}
	return t, nil
}

func (a *API) serveEntraKeys(rw http.ResponseWriter, r *http.Request, tenantID string) {
	t, refused := a.tenant(tenantID, "invalid_tenant")
	if refused != nil {
		a.refuse(rw, r, refused)
		return
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = rw.Write(t.Keys.JWKS())
}

// issuerV1 and issuerV2 are the "iss" of the two versions of a tenant's tokens.
func issuerV1(tenant string) string { return "https://" + entraV1Host + "/" + tenant + "/" }
func issuerV2(tenant string) string { return "https://" + entraHost + "/" + tenant + "/v2.0" }
