package azureapi

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// The ways in which choosing a managed identity fails; each endpoint has words of its own for them.
type choice int

const (
	chosen choice = iota
	noIdentity
	manyIdentities
)

// selectors are the query parameters that name a user-assigned identity, in every endpoint's spelling.
var selectors = []string{"client_id", "clientid", "object_id", "principal_id", "msi_res_id", "mi_res_id"}

// identityOn chooses among the identities of a host. Without a selector the system-assigned one answers, or the only
// user-assigned one.
func (a *API) identityOn(h world.Host, query url.Values) (world.Identity, choice) {
	var attached []world.Identity
	for _, id := range append([]string{h.SystemAssigned}, h.UserAssigned...) {
		if who, err := a.world.Identity(id); id != "" && err == nil {
			attached = append(attached, who)
		}
	}
	for _, name := range selectors {
		want := query.Get(name)
		if want == "" {
			continue
		}
		for _, who := range attached {
			if selects(name, want, who) {
				return who, chosen
			}
		}
		return world.Identity{}, noIdentity
	}
	switch {
	case len(attached) == 0:
		return world.Identity{}, noIdentity
	case attached[0].ClientID == h.SystemAssigned, len(attached) == 1:
		return attached[0], chosen
	default:
		return world.Identity{}, manyIdentities
	}
}

func selects(name, want string, who world.Identity) bool {
	switch name {
	case "client_id", "clientid":
		return strings.EqualFold(want, who.ClientID)
	case "object_id", "principal_id":
		return strings.EqualFold(want, who.ObjectID)
	default:
		return who.ResourceID != "" && strings.EqualFold(want, who.ResourceID)
	}
}

// managedToken mints for a managed identity; a resource that is not there is refused by Entra behind the endpoint.
func (a *API) managedToken(who world.Identity, name string) (minted, *aadsts) {
	t, refused := a.tenant(who.TenantID, "invalid_request")
	if refused != nil {
		return minted{}, refused
	}
	res, ok := a.resourceOf(t.ID, name)
	if !ok {
		return minted{}, unknownResource(name, t.ID)
	}
	m, err := a.mint(t, who, res)
	if err != nil {
		return minted{}, &aadsts{90033, "temporarily_unavailable", http.StatusServiceUnavailable, "A transient error has occurred. Please try again."}
	}
	return m, nil
}

// knows says whether an endpoint takes this API version.
func knows(versions []string, query url.Values) bool {
	return slices.Contains(versions, query.Get("api-version"))
}
