package armapi_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	definitions = "/providers/Microsoft.Authorization/roleDefinitions"
	assignments = "/providers/Microsoft.Authorization/roleAssignments"
	reader      = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
	one         = "01010101-0000-4000-8000-000000000001"
	two         = "01010101-0000-4000-8000-000000000002"
)

func assign(role, principal, more string) string {
	return `{"properties":{"roleDefinitionId":"` + root + definitions + `/` + role + `","principalId":"` + principal + `"` + more + `}}`
}

func filter(path, text string) string {
	return path + version + "&$filter=" + url.QueryEscape(text)
}

func TestRoleDefinitions(t *testing.T) {
	t.Parallel()
	a := newARM(t)
	a.world.AddRoleDefinition(world.RoleDefinition{ID: one, Name: "Bob's role", Actions: []string{"*/read"}, AssignableScopes: []string{group}})
	names := func(got reply) []string {
		out := []string{}
		for _, v := range got.body["value"].([]any) {
			out = append(out, v.(map[string]any)["properties"].(map[string]any)["roleName"].(string))
		}
		return out
	}
	equal(t, "by name", []string{"Reader"}, names(a.ask(http.MethodGet, filter(root+definitions, "roleName eq 'reader'"), "")))
	equal(t, "with a quote", []string{"Bob's role"}, names(a.ask(http.MethodGet, filter(group+definitions, "roleName eq 'Bob''s role' and type eq 'CustomRole'"), "")))
	equal(t, "not assignable there", []string{}, names(a.ask(http.MethodGet, filter(root+definitions, "roleName eq 'Bob''s role'"), "")))
	equal(t, "unknown", []string{}, names(a.ask(http.MethodGet, filter(root+definitions, "roleName eq 'Reeder'"), "")))
	equal(t, "by id", any(root+definitions+"/"+reader), a.ask(http.MethodGet, root+definitions+"/"+reader, "").body["id"])
	equal(t, "no such id", "RoleDefinitionDoesNotExist", a.ask(http.MethodGet, root+definitions+"/"+two, "").refusal()[0])
	equal(t, "a filter that is none", "UnsupportedQuery", a.ask(http.MethodGet, filter(root+definitions, "color eq 'red'"), "").refusal()[0])
}

func TestRoleAssignments(t *testing.T) {
	t.Parallel()
	a := newARM(t)
	_, principal := a.identity("web")
	at := func(scope, name string) string { return scope + assignments + "/" + name }
	made := a.ask(http.MethodPut, at(group, one), assign(reader, principal, `,"principalType":"ServicePrincipal","description":"made by a test"`))
	equal(t, "made", 201, made.status)
	equal(t, "description", any("made by a test"), made.at("properties", "description"))
	if i, err := a.world.Principal(principal); err != nil || len(i.Roles) != 1 || !a.world.Allowed(principal, "Microsoft.X/y/read", group+"/providers/z") || a.world.Allowed(principal, "Microsoft.X/y/write", group) {
		t.Errorf("the role does not count: %+v, %v", i, err)
	}
	equal(t, "the same again", 201, a.ask(http.MethodPut, at(group, one), assign(reader, principal, "")).status)
	equal(t, "the same under another name", [2]string{"RoleAssignmentExists", "The role assignment already exists. The ID of the existing role assignment is " + strings.ReplaceAll(one, "-", "") + "."},
		a.ask(http.MethodPut, at(group, two), assign(reader, principal, "")).refusal())
	equal(t, "another role under the same name", "RoleAssignmentUpdateNotPermitted",
		a.ask(http.MethodPut, at(group, one), assign("b24988ac-6180-42a0-ab88-20f7382dd24c", principal, "")).refusal()[0])
	equal(t, "no GUID", "InvalidRoleAssignmentId", a.ask(http.MethodPut, at(group, "mine"), assign(reader, principal, "")).refusal()[0])
	equal(t, "no role", "RoleDefinitionDoesNotExist", a.ask(http.MethodPut, at(group, two), assign(two, principal, "")).refusal()[0])
	equal(t, "no group", "ResourceGroupNotFound", a.ask(http.MethodPut, at(root+"/resourceGroups/none", two), assign(reader, principal, "")).refusal()[0])
	equal(t, "a wrong kind", [2]string{"UnmatchedPrincipalType", "The PrincipalId '" + strings.ReplaceAll(principal, "-", "") + "' has type 'ServicePrincipal' , which is different from specified PrinciaplType 'User'."},
		a.ask(http.MethodPut, at(root, two), assign(reader, principal, `,"principalType":"User"`)).refusal())

	count := func(path string) int { return len(a.ask(http.MethodGet, path, "").body["value"].([]any)) }
	equal(t, "above, here and below", 2, count(root+assignments))
	equal(t, "not below", 1, count(filter(root+assignments, "atScope()")))
	equal(t, "of one", 1, count(filter(root+assignments, "principalId eq '"+principal+"'")))
	equal(t, "assigned to one, here", 1, count(filter(group+assignments, "atScope() and assignedTo('"+strings.ToUpper(principal)+"')")))
	equal(t, "deleted", 200, a.ask(http.MethodDelete, at(group, one), "").status)
	equal(t, "deleted again", 204, a.ask(http.MethodDelete, at(group, one), "").status)
	equal(t, "gone", "RoleAssignmentNotFound", a.ask(http.MethodGet, at(group, one), "").refusal()[0])
}

// TestNewPrincipal: Entra knows a new principal everywhere only after a while; who says what kind it is need not wait.
func TestNewPrincipal(t *testing.T) {
	t.Parallel()
	a := newARM(t)
	a.world.SetPace(world.Pace{Federation: time.Minute})
	_, principal := a.identity("web")
	path := group + assignments + "/" + one
	equal(t, "at once", [2]string{"PrincipalNotFound", "Principal " + strings.ReplaceAll(principal, "-", "") + " does not exist in the directory " + tenant + ". Check that you have the correct principal ID. " +
		"If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, " +
		"such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype"}, a.ask(http.MethodPut, path, assign(reader, principal, "")).refusal())
	equal(t, "with its kind", 201, a.ask(http.MethodPut, path, assign(reader, principal, `,"principalType":"ServicePrincipal"`)).status)
	_, second := a.identity("second")
	a.clock.pass(time.Minute)
	equal(t, "after a while", 201, a.ask(http.MethodPut, group+assignments+"/"+two, assign(reader, second, "")).status)
}

// TestWhoMayDoWhat asks for each call with each role.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	calls := map[string]func(a *arm, who string) reply{
		"read cluster":   func(a *arm, who string) reply { return a.ask(http.MethodGet, cluster, "", "X-Who", who) },
		"write cluster":  func(a *arm, who string) reply { return a.ask(http.MethodPut, cluster, a.put(issuerOn), "X-Who", who) },
		"read identity":  func(a *arm, who string) reply { return a.ask(http.MethodGet, identities+"/web", "", "X-Who", who) },
		"write identity": func(a *arm, who string) reply { return a.ask(http.MethodPatch, identities+"/web", `{}`, "X-Who", who) },
		"write credential": func(a *arm, who string) reply {
			return a.ask(http.MethodPut, identities+"/web/federatedIdentityCredentials/one", credential("one"), "X-Who", who)
		},
		"assign": func(a *arm, who string) reply {
			return a.ask(http.MethodPut, group+assignments+"/"+one, assign(reader, owner, ""), "X-Who", who)
		},
		"find role": func(a *arm, who string) reply { return a.ask(http.MethodGet, root+definitions, "", "X-Who", who) },
	}
	const who = "cccccccc-2222-4333-8444-555555555555"
	for role, may := range map[string]string{
		"Owner":                        "read cluster,write cluster,read identity,write identity,write credential,assign,find role",
		"Contributor":                  "read cluster,write cluster,read identity,write identity,write credential,find role",
		"Reader":                       "read cluster,read identity,find role",
		"Managed Identity Contributor": "read identity,write identity,write credential,find role",
		"Role Based Access Control Administrator":    "read cluster,read identity,assign,find role",
		"Azure Kubernetes Service Contributor Role":  "read cluster,write cluster",
		"Azure Kubernetes Service Cluster User Role": "read cluster",
		"Storage Blob Data Owner":                    "",
	} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			a := newARM(t)
			a.identity("web")
			a.world.AddIdentity(world.Identity{Name: "x@example.com", TenantID: tenant, ObjectID: who, User: true, Roles: []string{role + " on " + root}})
			for name, call := range calls {
				got := call(a, who)
				allowed := may != "" && strings.Contains(","+may+",", ","+name+",")
				if denied := got.status == http.StatusForbidden; denied == allowed {
					t.Errorf("%s: %d %v", name, got.status, got.refusal())
				}
			}
		})
	}
	a := newARM(t)
	equal(t, "words", [2]string{"AuthorizationFailed", "The client 'name-of-cccccccc' with object id '" + who + "' does not have authorization to perform action 'Microsoft.ContainerService/managedClusters/read' over scope '" +
		cluster + "' or the scope is invalid. If access was recently granted, please refresh your credentials."}, calls["read cluster"](a, who).refusal())
}
