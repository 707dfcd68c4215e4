package armapi

import (
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	definitionKind = "Microsoft.Authorization/roleDefinitions"
	readDefinition = definitionKind + "/read"
)

func definitionBody(d world.RoleDefinition, scope string) object {
	kind, scopes := "BuiltInRole", []string{"/"}
	if d.Custom {
		kind, scopes = "CustomRole", d.AssignableScopes
	}
	empty := func(list []string) []string {
		if list == nil {
			return []string{}
		}
		return list
	}
	return object{
		"id": definitionID(scope, d), "type": definitionKind, "name": d.ID,
		"properties": object{
			"roleName": d.Name, "type": kind, "description": d.Description, "assignableScopes": empty(scopes),
			"permissions": []object{{"actions": empty(d.Actions), "notActions": empty(d.NotActions), "dataActions": empty(d.DataActions), "notDataActions": []string{}}},
		},
	}
}

// definitionID is a role's id as a subscription shows it.
func definitionID(scope string, d world.RoleDefinition) string {
	if id := SubscriptionOf(scope); id != "" {
		return "/subscriptions/" + id + "/providers/" + definitionKind + "/" + d.ID
	}
	return "/providers/" + definitionKind + "/" + d.ID
}

// assignable says whether a role may be assigned on a scope.
func assignable(d world.RoleDefinition, scope string) bool {
	if !d.Custom {
		return true
	}
	for _, at := range d.AssignableScopes {
		if world.Under(scope, at) {
			return true
		}
	}
	return false
}

func (a *API) listDefinitions(c *call) {
	scope := c.part["scope"]
	if !c.may(readDefinition, scope) {
		return
	}
	terms, ok := c.filter("roleName", "type", "atScopeAndBelow()", "atScope()")
	if !ok {
		return
	}
	var out []object
	for _, d := range a.world.RoleDefinitions() {
		body := definitionBody(d, scope)
		properties := body["properties"].(object)
		if name, asked := terms["roleName"]; asked && !strings.EqualFold(name, d.Name) {
			continue
		}
		if kind, asked := terms["type"]; asked && !strings.EqualFold(kind, properties["type"].(string)) {
			continue
		}
		if assignable(d, scope) {
			out = append(out, body)
		}
	}
	page(c, out)
}

func (a *API) getDefinition(c *call) {
	scope := c.part["scope"]
	if !c.may(readDefinition, scope) {
		return
	}
	if d, ok := a.definition(c.part["name"]); ok && assignable(d, scope) {
		c.write(http.StatusOK, definitionBody(d, scope))
		return
	}
	c.problem(http.StatusNotFound, "RoleDefinitionDoesNotExist", "The specified role definition with ID '"+c.part["name"]+"' does not exist.")
}

// definition finds a role by its GUID, or by an id that ends with it.
func (a *API) definition(id string) (world.RoleDefinition, bool) {
	name := id[strings.LastIndex(id, "/")+1:]
	for _, d := range a.world.RoleDefinitions() {
		if strings.EqualFold(d.ID, name) {
			return d, true
		}
	}
	return world.RoleDefinition{}, false
}
