package azureapi

import (
	"net/http"
	"slices"

	"github.com/landbridge/landbridge/internal/sandbox/armapi"
)

// armAudiences are what Resource Manager takes as a token's audience, in the order in which its refusal lists them.
var armAudiences = []string{
	"https://management.core.windows.net/", "https://management.core.windows.net",
	"https://management.azure.com/", "https://management.azure.com",
}

// serveARM is Azure Resource Manager: the token is looked at here, the rest is package armapi's, or another provider's.
func (a *API) serveARM(rw http.ResponseWriter, r *http.Request) {
	providers := append([]Provider{a.arm}, a.options.Providers...)
	at := slices.IndexFunc(providers, func(p Provider) bool { return p.Knows(r) })
	if at < 0 {
		notPretended(rw, r)
		return
	}
	c, fault := a.caller(r, armAudiences...)
	if fault != bearerFine {
		a.refuseBearer(rw, r, c, fault)
		return
	}
	who := armapi.Caller{Tenant: c.tenant, Issuer: c.issuer, ObjectID: c.objectID, Name: c.clientID}
	if c.identity.User {
		who.Name = c.identity.Name
	}
	providers[at].Serve(rw, r, who)
}
