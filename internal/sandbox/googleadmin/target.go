package googleadmin

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// target is what a path of the IAM API names.
type target struct {
	kind    string // of the routes' table
	project string // id or number, as the caller wrote it; "-" is any, for a service account
	id      string // of the pool, account or role
	inner   string // of the provider
	verb    string // after a colon
}

// parse takes a path apart.
func parse(path string) (target, bool) {
	part := strings.Split(strings.TrimPrefix(path, "/v1/"), "/")
	last := len(part) - 1
	var t target
	part[last], t.verb, _ = cutVerb(part[last])
	for _, p := range part {
		if p == "" {
			return t, false
		}
	}
	if part[0] == "roles" {
		t.kind = "predefined roles"
		if len(part) == 2 {
			t.kind, t.id = "predefined role", part[1]
		}
		return t, len(part) <= 2
	}
	if len(part) < 3 || part[0] != "projects" {
		return t, false
	}
	t.project = part[1]
	part = part[2:]
	if len(part) > 2 && part[0] == "locations" && part[1] == "global" {
		part = part[2:]
	}
	if len(part) > 1 {
		t.id = part[1]
	}
	ok := true
	switch {
	case part[0] == "workloadIdentityPools":
		t.kind, t.inner, ok = parsePool(part)
	case part[0] == "serviceAccounts" && len(part) <= 2:
		t.kind = []string{"accounts", "account"}[len(part)-1]
	case part[0] == "serviceAccounts" && len(part) == 3 && part[2] == "keys":
		t.kind = "keys"
	case part[0] == "roles" && len(part) <= 2:
		t.kind = []string{"roles", "role"}[len(part)-1]
	default:
		ok = false
	}
	return t, ok
}

func parsePool(part []string) (kind, provider string, ok bool) {
	switch {
	case len(part) == 1:
		return "pools", "", true
	case len(part) == 2:
		return "pool", "", true
	case part[2] == "operations" && len(part) == 4:
		return "pool operation", "", true
	case part[2] != "providers":
		return "", "", false
	case len(part) == 3:
		return "providers", "", true
	case len(part) == 4:
		return "provider", part[3], true
	case len(part) == 6 && part[4] == "operations":
		return "provider operation", part[3], true
	}
	return "", "", false
}

func cutVerb(s string) (name, verb string, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// pools is the parent of the pools, by the project's number.
func (c *call) pools() string {
	return "projects/" + c.projectNumber() + "/locations/global/workloadIdentityPools"
}

func (c *call) projectNumber() string {
	if c.project.Number == "" {
		return c.target.project
	}
	return c.project.Number
}

func (c *call) poolName() string     { return c.pools() + "/" + c.id }
func (c *call) providerName() string { return c.poolName() + "/providers/" + c.inner }
func (c *call) roleName() string     { return "projects/" + c.project.ID + "/roles/" + c.id }

// admit finds out who calls, finds the project, and checks the permission.
func (a *admin) admit(c *call, r route) *problem {
	project := c.target.project
	if project == "-" { // any project: the account says which
		account, err := a.world.ServiceAccount(c.id)
		if err != nil {
			account, err = a.world.RetiredAccount(c.id)
		}
		if err == nil {
			project = account.ProjectID
		}
	}
	grant, p := a.google.Admit(c.Request, googleapi.Call{API: iamAPI, Title: iamTitle, Method: r.rpc, Project: project})
	if p != nil {
		return p
	}
	found, err := a.world.Project(project)
	c.grant, c.project = grant, found
	held := a.world.ProjectPermissions(grant, project, r.permission)
	if strings.HasPrefix(r.permission, "iam.serviceAccount") && c.id != "" {
		if account, err := a.world.ServiceAccount(c.id); err == nil {
			if found.ID != account.ProjectID {
				return unknownAccount()
			}
			held = a.world.AccountPermissions(grant, c.id, r.permission)
		}
	}
	if r.permission != "" && (err != nil || len(held) == 0) {
		return c.refuse(r.permission)
	}
	return nil
}

// refuse is a missing permission in the words of the API that misses it: each of the three has its own.
func (c *call) refuse(permission string) *problem {
	verb := permission[strings.LastIndexByte(permission, '.')+1:]
	switch {
	case strings.HasPrefix(permission, "iam.serviceAccount"):
		return googleapi.Denied(permission, iamAPI, "")
	case strings.HasPrefix(permission, "iam.roles."):
		text := fmt.Sprintf("You don't have permission to %s the role at projects/%s/roles/%s.", verb, c.target.project, c.id)
		switch verb {
		case "create":
			text = "You don't have permission to create a role in projects/" + c.target.project + "."
		case "list":
			text = "You don't have permission to list roles in projects/" + c.target.project + "."
		}
		out := googleapi.Denied(permission, iamAPI, "")
		out.Message = text
		return out
	}
	resource := "projects/" + c.target.project + "/locations/global"
	if c.id != "" {
		resource += "/workloadIdentityPools/" + c.id
	}
	if c.inner != "" {
		resource += "/providers/" + c.inner
	}
	return googleapi.Denied(permission, iamAPI, resource)
}

// precondition says that a thing is not in the state that the call needs.
func precondition(message string) *problem {
	return &problem{Code: http.StatusBadRequest, Status: "FAILED_PRECONDITION", Message: message}
}

// taken says that a name is in use, also by something deleted.
func taken(message string) *problem {
	return &problem{Code: http.StatusConflict, Status: "ALREADY_EXISTS", Message: message}
}

// refusal is a problem that comes out of a change of the world, which wants an error.
type refusal struct{ *problem }

func (refusal) Error() string { return "refused" }

// settled turns what a change of the world returned into a problem.
func settled(err error) *problem {
	if err == nil {
		return nil
	}
	if refused, ok := errors.AsType[refusal](err); ok {
		return refused.problem
	}
	if _, ok := errors.AsType[*world.NotFound](err); ok {
		return googleapi.Absent("Requested entity was not found.")
	}
	return googleapi.Invalid("Request contains an invalid argument.")
}
