package armapi

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const identityKind = "Microsoft.ManagedIdentity/userAssignedIdentities"

// identityName is 3 to 128 letters, digits, - and _, a letter or digit first.
var identityName = bridge.FormOf(`^[A-Za-z0-9][A-Za-z0-9_-]{2,127}$`)

// identityID is the id that the path names; Microsoft.ManagedIdentity writes resourcegroups in lower case.
func identityID(c *call) string {
	return groupScope(c.sub, c.part["group"]) + "/providers/" + identityKind + "/" + c.part["name"]
}

func identityBody(i world.Identity) object {
	out := object{
		"id": strings.Replace(i.ResourceID, "/resourceGroups/", "/resourcegroups/", 1), "name": i.Name, "type": identityKind, "location": i.Location,
		"properties": object{"isolationScope": "None", "tenantId": i.TenantID, "principalId": i.ObjectID, "clientId": i.ClientID},
		"tags":       object{},
	}
	if len(i.Tags) > 0 {
		out["tags"] = i.Tags
	}
	return out
}

func (a *API) listIdentities(c *call) {
	scope := subscriptionScope(c.sub)
	if c.part["group"] != "" {
		scope = groupScope(c.sub, c.part["group"])
	}
	if !c.mayBelow(identityKind+"/read", scope) || c.part["group"] != "" && !c.findGroup() {
		return
	}
	var out []object
	for _, i := range a.world.Identities() {
		if userAssigned(i) && world.Under(i.ResourceID, scope) && a.world.Allowed(c.who.ObjectID, identityKind+"/read", i.ResourceID) {
			out = append(out, identityBody(i))
		}
	}
	page(c, out)
}

func userAssigned(i world.Identity) bool {
	return i.Managed && strings.Contains(strings.ToLower(i.ResourceID), "/userassignedidentities/")
}

// identity finds the path's identity for a caller that has the action, or refuses.
func (a *API) identity(c *call, action string) (world.Identity, bool) {
	if !c.may(identityKind+action, identityID(c)) || !c.findGroup() {
		return world.Identity{}, false
	}
	i, err := a.world.IdentityAt(identityID(c))
	if err != nil {
		c.resourceNotFound(identityKind, c.part["name"])
		return world.Identity{}, false
	}
	return i, true
}

func (a *API) getIdentity(c *call) {
	if i, ok := a.identity(c, "/read"); ok {
		c.write(http.StatusOK, identityBody(i))
	}
}

type identityInput struct {
	Location string            `json:"location"`
	Tags     map[string]string `json:"tags"`
}

// putIdentity makes an identity and its service principal, or replaces the tags of one that is there.
func (a *API) putIdentity(c *call) {
	if !c.may(identityKind+"/write", identityID(c)) || !c.findGroup() {
		return
	}
	var in identityInput
	if !c.readBody(&in) {
		return
	}
	location := strings.ToLower(strings.ReplaceAll(in.Location, " ", ""))
	name, _, _ := groupOf(c.sub, c.part["group"])
	old, err := a.world.IdentityAt(identityID(c))
	switch {
	case location == "":
		c.problem(http.StatusBadRequest, "LocationRequired", "The location property is required for this definition.")
	case !identityName().MatchString(c.part["name"]):
		c.problem(http.StatusBadRequest, "InvalidResourceName", "The resource name '"+c.part["name"]+"' is not valid: 3 to 128 letters, digits, hyphens and underscores, a letter or digit first.")
	case err != nil:
		fresh := world.Identity{
			Name: c.part["name"], TenantID: c.sub.TenantID, ClientID: world.GUID(), ObjectID: world.GUID(), Managed: true, TokenVersion: 2,
			ResourceID: groupScope(c.sub, name) + "/providers/" + identityKind + "/" + c.part["name"],
			Location:   location, Tags: in.Tags, Created: a.world.Now(),
		}
		a.world.AddIdentity(fresh)
		c.write(http.StatusCreated, identityBody(fresh))
	case old.Location != "" && old.Location != location:
		c.problem(http.StatusConflict, "InvalidResourceLocation", fmt.Sprintf(
			"The resource '%s' already exists in location '%s' in resource group '%s'. A resource with the same name cannot be created in location '%s'. Please select a new resource name.",
			old.Name, old.Location, name, location))
	default:
		a.tag(c, old, in.Tags)
	}
}

func (a *API) patchIdentity(c *call) {
	i, ok := a.identity(c, "/write")
	if !ok {
		return
	}
	var in identityInput
	if !c.readBody(&in) {
		return
	}
	if in.Tags == nil {
		in.Tags = i.Tags
	}
	a.tag(c, i, in.Tags)
}

func (a *API) tag(c *call, i world.Identity, tags map[string]string) {
	err := a.world.UpdateIdentity(i.ClientID, func(i *world.Identity) error { i.Tags = tags; return nil })
	next, gone := a.world.Identity(i.ClientID)
	if err != nil || gone != nil {
		c.resourceNotFound(identityKind, i.Name)
		return
	}
	c.write(http.StatusOK, identityBody(next))
}

// deleteIdentity removes the identity with its credentials. Role assignments stay and stand for nobody.
func (a *API) deleteIdentity(c *call) {
	if !c.may(identityKind+"/delete", identityID(c)) || !c.findGroup() {
		return
	}
	i, err := a.world.IdentityAt(identityID(c))
	if err != nil {
		c.rw.WriteHeader(http.StatusNoContent)
		return
	}
	a.world.RemoveIdentity(i.ClientID)
	c.rw.WriteHeader(http.StatusOK)
}
