package armapi

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const assignmentKind = "Microsoft.Authorization/roleAssignments"

var guid = bridge.FormOf(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func (a *API) assignmentBody(as world.RoleAssignment) object {
	definition := ""
	for _, d := range a.world.RoleDefinitions() {
		if strings.EqualFold(d.Name, as.Role) {
			definition = definitionID(as.Scope, d)
		}
	}
	properties := object{
		"roleDefinitionId": definition, "principalId": as.PrincipalID, "principalType": as.PrincipalType, "scope": as.Scope,
		"condition": nil, "conditionVersion": nil, "delegatedManagedIdentityResourceId": nil, "description": nil,
	}
	if as.Description != "" {
		properties["description"] = as.Description
	}
	if !as.Created.IsZero() {
		stamp := as.Created.UTC().Format("2006-01-02T15:04:05.0000000Z")
		properties["createdOn"], properties["updatedOn"] = stamp, stamp
	}
	return object{"id": as.ID(), "type": assignmentKind, "name": as.Name, "properties": properties}
}

// listAssignments shows those on the scope, above it and below it; atScope() leaves those below out.
func (a *API) listAssignments(c *call) {
	scope := c.part["scope"]
	if !c.may(assignmentKind+"/read", scope) {
		return
	}
	terms, ok := c.filter("principalId", "assignedTo", "atScope()")
	if !ok {
		return
	}
	principal := terms["principalId"] + terms["assignedTo"]
	_, only := terms["atScope()"]
	var out []object
	for _, as := range a.world.RoleAssignments() {
		near := world.Under(scope, as.Scope) || !only && world.Under(as.Scope, scope)
		if near && (principal == "" || strings.EqualFold(as.PrincipalID, principal)) {
			out = append(out, a.assignmentBody(as))
		}
	}
	page(c, out)
}

func assignmentID(c *call) string {
	return c.part["scope"] + "/providers/" + assignmentKind + "/" + c.part["name"]
}

func (a *API) getAssignment(c *call) {
	if !c.may(assignmentKind+"/read", c.part["scope"]) {
		return
	}
	for _, as := range a.world.RoleAssignments() {
		if strings.EqualFold(as.ID(), assignmentID(c)) {
			c.write(http.StatusOK, a.assignmentBody(as))
			return
		}
	}
	c.problem(http.StatusNotFound, "RoleAssignmentNotFound", "The role assignment '"+c.part["name"]+"' is not found.")
}

// scopeGroup finds the resource group of a scope.
var scopeGroup = bridge.FormOf(`(?i)^/subscriptions/[^/]+/resourceGroups/([^/]+)`)

type assignmentInput struct {
	Properties struct {
		RoleDefinitionID string `json:"roleDefinitionId"`
		PrincipalID      string `json:"principalId"`
		PrincipalType    string `json:"principalType"`
		Description      string `json:"description"`
		Condition        string `json:"condition"`
	} `json:"properties"`
}

func (a *API) putAssignment(c *call) {
	scope := c.part["scope"]
	if !c.may(assignmentKind+"/write", assignmentID(c)) {
		return
	}
	if !guid().MatchString(c.part["name"]) {
		c.problem(http.StatusBadRequest, "InvalidRoleAssignmentId", "The role assignment ID '"+c.part["name"]+"' is not valid. The role assignment ID must be a GUID.")
		return
	}
	if found := scopeGroup().FindStringSubmatch(scope); found != nil {
		if c.part["group"] = found[1]; !c.findGroup() {
			return
		}
	}
	var in assignmentInput
	if !c.readBody(&in) {
		return
	}
	p := in.Properties
	if p.Condition != "" {
		c.problem(http.StatusNotImplemented, "NotImplemented", "The sandbox does not pretend conditions of role assignments. The real API may know them.")
		return
	}
	role, ok := a.definition(p.RoleDefinitionID)
	if !ok || !assignable(role, scope) {
		c.problem(http.StatusBadRequest, "RoleDefinitionDoesNotExist", "The specified role definition with ID '"+p.RoleDefinitionID[strings.LastIndex(p.RoleDefinitionID, "/")+1:]+"' does not exist.")
		return
	}
	kind, ok := a.assignee(c, p.PrincipalID, p.PrincipalType)
	if !ok {
		return
	}
	as := world.RoleAssignment{
		Name: c.part["name"], Scope: scope, Role: role.Name, PrincipalID: p.PrincipalID, PrincipalType: kind, Description: p.Description,
		Created: a.world.Now().Truncate(time.Microsecond),
	}
	_, err := a.world.PutRoleAssignment(as)
	if exists, ok := errors.AsType[*world.AssignmentExists](err); ok {
		c.problem(http.StatusConflict, "RoleAssignmentExists", "The role assignment already exists. The ID of the existing role assignment is "+strings.ReplaceAll(exists.Existing.Name, "-", "")+".")
		return
	}
	if err != nil {
		c.problem(http.StatusConflict, "RoleAssignmentUpdateNotPermitted", "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.")
		return
	}
	c.write(http.StatusCreated, a.assignmentBody(as))
}

// assignee looks the principal up in Entra, which knows a new one everywhere only after a while: a caller that says what
// kind of principal it is need not wait for that.
func (a *API) assignee(c *call, id, kind string) (string, bool) {
	who, err := a.world.Principal(id)
	replicated := !a.world.Now().Before(who.Created.Add(a.world.Pace().Federation))
	switch {
	case err != nil || who.TenantID != c.who.Tenant || kind == "" && !replicated:
		c.problem(http.StatusBadRequest, "PrincipalNotFound", "Principal "+strings.ReplaceAll(id, "-", "")+" does not exist in the directory "+c.who.Tenant+
			". Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. "+
			"In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype")
	case kind != "" && kind != who.Type():
		c.problem(http.StatusBadRequest, "UnmatchedPrincipalType", "The PrincipalId '"+strings.ReplaceAll(id, "-", "")+"' has type '"+who.Type()+"' , which is different from specified PrinciaplType '"+kind+"'.")
	default:
		return who.Type(), true
	}
	return "", false
}

func (a *API) deleteAssignment(c *call) {
	if !c.may(assignmentKind+"/delete", assignmentID(c)) {
		return
	}
	as, ok := a.world.RemoveRoleAssignment(assignmentID(c))
	if !ok {
		c.rw.WriteHeader(http.StatusNoContent)
		return
	}
	c.write(http.StatusOK, a.assignmentBody(as))
}
