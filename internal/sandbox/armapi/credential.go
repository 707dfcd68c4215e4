package armapi

import (
	"net/http"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

const credentialKind = identityKind + "/federatedIdentityCredentials"

func credentialBody(i world.Identity, f trust.FederatedCredential) object {
	properties := object{"issuer": f.Issuer, "subject": f.Subject, "audiences": f.Audiences}
	if f.ClaimsMatchingExpression != nil {
		properties["claimsMatchingExpression"] = f.ClaimsMatchingExpression
	}
	return object{
		"id":   strings.Replace(i.ResourceID, "/resourceGroups/", "/resourcegroups/", 1) + "/federatedIdentityCredentials/" + f.Name,
		"name": f.Name, "type": credentialKind, "properties": properties,
	}
}

// parent finds the identity above the path's credentials, for a caller that has the action, or refuses.
func (a *API) parent(c *call, verb string) (world.Identity, bool) {
	scope := identityID(c)
	if name := c.part["credential"]; name != "" {
		scope += "/federatedIdentityCredentials/" + name
	}
	if !c.may(credentialKind+"/"+verb, scope) || !c.findGroup() {
		return world.Identity{}, false
	}
	i, err := a.world.IdentityAt(identityID(c))
	if err != nil {
		c.problem(http.StatusNotFound, "ParentResourceNotFound", "Failed to perform '"+verb+
			"' on resource(s) of type 'userAssignedIdentities/federatedIdentityCredentials', because the parent resource '"+identityID(c)+"' could not be found.")
		return world.Identity{}, false
	}
	return i, true
}

func (a *API) listCredentials(c *call) {
	i, ok := a.parent(c, "read")
	if !ok {
		return
	}
	var out []object
	for _, f := range i.Credentials {
		out = append(out, credentialBody(i, f))
	}
	page(c, out)
}

func (a *API) getCredential(c *call) {
	i, ok := a.parent(c, "read")
	if !ok {
		return
	}
	at := indexOf(i, c.part["credential"])
	if at < 0 {
		c.resourceNotFound(credentialKind, c.part["name"]+"/"+c.part["credential"])
		return
	}
	c.write(http.StatusOK, credentialBody(i, i.Credentials[at]))
}

func indexOf(i world.Identity, name string) int {
	return slices.IndexFunc(i.Credentials, func(f trust.FederatedCredential) bool { return strings.EqualFold(f.Name, name) })
}

func (a *API) deleteCredential(c *call) {
	i, ok := a.parent(c, "delete")
	if !ok {
		return
	}
	done, ok := a.alone(c, i)
	if !ok {
		return
	}
	defer done()
	found := false
	err := a.world.UpdateIdentity(i.ClientID, func(i *world.Identity) error {
		at := indexOf(*i, c.part["credential"])
		if found = at >= 0; found {
			delete(i.Since, i.Credentials[at].Name)
			i.Credentials = slices.Delete(i.Credentials, at, at+1)
		}
		return nil
	})
	if err != nil || !found {
		c.rw.WriteHeader(http.StatusNoContent)
		return
	}
	c.rw.WriteHeader(http.StatusOK)
}

// alone lets one writer at a time at an identity's credentials, as Microsoft.ManagedIdentity does. The writer keeps its place
// for as long as a call takes, so that a careless client is caught.
func (a *API) alone(c *call, i world.Identity) (done func(), ok bool) {
	done, ok = a.world.WriteCredentials(i.ClientID)
	if !ok {
		c.problem(http.StatusConflict, "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
			"Too many Federated Identity Credentials are written concurrently for the managed identity '"+strings.ToLower(i.ResourceID)+
				"'. Concurrent Federated Identity Credentials writes under the same managed identity are not supported.")
		return nil, false
	}
	if bridge.Wait(c.Context(), a.world.Pace().Latency) != nil {
		done()
		return nil, false
	}
	return done, true
}
