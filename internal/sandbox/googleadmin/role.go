package googleadmin

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

type roleBody struct {
	Title, Description, Stage, Etag string
	IncludedPermissions             []string
}

func (a *admin) listRoles(c *call) (any, *problem) {
	return a.showRoles(c, a.world.Roles("projects/"+c.project.ID+"/roles/"))
}

func (a *admin) listPredefined(c *call) (any, *problem) {
	return a.showRoles(c, a.world.Roles("roles/"))
}

func (a *admin) showRoles(c *call, roles []world.Role) (any, *problem) {
	query := c.URL.Query()
	deleted, full := query.Get("showDeleted") == "true", query.Get("view") == "FULL"
	roles = slices.DeleteFunc(roles, func(r world.Role) bool { return !r.Deleted.IsZero() && !deleted })
	cut, next, p := page(query, roles, 300, 1000)
	out := make([]map[string]any, len(cut))
	for i, r := range cut {
		out[i] = roleJSON(r, full)
	}
	return listed("roles", out, next), p
}

func (a *admin) getRole(c *call) (any, *problem) {
	r, err := a.world.Role(c.roleName())
	if err != nil {
		return nil, noRole(c.roleName())
	}
	return roleJSON(r, true), nil
}

func (a *admin) getPredefined(c *call) (any, *problem) {
	r, err := a.world.Role("roles/" + c.id)
	if err != nil {
		return nil, noRole("roles/" + c.id)
	}
	return roleJSON(r, true), nil
}

func noRole(name string) *problem {
	return googleapi.Absent("The role named " + name + " was not found.")
}

func (a *admin) createRole(c *call) (any, *problem) {
	var body struct {
		RoleID string
		Role   roleBody
	}
	if p := a.google.Read(c.Request, "CreateRoleRequest", &body); p != nil {
		return nil, p
	}
	if !regexp.MustCompile(`^[a-zA-Z0-9_.]{3,64}$`).MatchString(body.RoleID) {
		return nil, googleapi.Invalid(fmt.Sprintf("The role ID %q must have 3 to 64 letters, digits, underscores and periods.", body.RoleID))
	}
	if p := checkRole(body.Role); p != nil {
		return nil, p
	}
	c.id = body.RoleID
	return a.editRole(c, func(r *world.Role, exists bool) *problem {
		switch {
		case exists && !r.Deleted.IsZero():
			return precondition("You can't create a role_id (" + c.id + ") which has been marked for deletion.")
		case exists:
			return taken("A role named " + c.id + " in projects/" + c.project.ID + " already exists.")
		}
		r.Title, r.Description, r.Stage, r.Permissions = body.Role.Title, body.Role.Description, body.Role.Stage, body.Role.IncludedPermissions
		return nil
	})
}

// checkRole applies the rules for a role's texts and permissions. That a permission exists is beyond the sandbox, but its form
// is not, nor those that a project's role cannot hold.
func checkRole(r roleBody) *problem {
	switch {
	case len(r.Title) > 100:
		return googleapi.Invalid("The role title is longer than 100 bytes.")
	case len(r.Description) > 300:
		return googleapi.Invalid("The role description is longer than 300 bytes.")
	case len(r.IncludedPermissions) > 3000:
		return googleapi.Invalid("The role has more than 3000 permissions.")
	}
	form := regexp.MustCompile(`^[a-z][a-z0-9.-]*(/[a-zA-Z]+)?(\.[a-zA-Z0-9_]+)+$`)
	for _, permission := range r.IncludedPermissions {
		if strings.Count(permission, ".") < 2 || !form.MatchString(permission) || permission == "resourcemanager.projects.list" {
			return googleapi.Invalid("Permission " + permission + " is not valid.")
		}
	}
	return nil
}

func (a *admin) patchRole(c *call) (any, *problem) {
	var body roleBody
	if p := a.google.Read(c.Request, "Role", &body); p != nil {
		return nil, p
	}
	if p := checkRole(body); p != nil {
		return nil, p
	}
	paths := []string{"title", "description", "stage", "includedPermissions"}
	if text := c.URL.Query().Get("updateMask"); text != "" { // a role may be patched whole
		var p *problem
		if paths, p = mask(text, paths...); p != nil {
			return nil, p
		}
	}
	return a.editRole(c, func(r *world.Role, exists bool) *problem {
		if p := usable(c, r, exists, body.Etag); p != nil {
			return p
		}
		for _, path := range paths {
			switch path {
			case "title":
				r.Title = body.Title
			case "description":
				r.Description = body.Description
			case "stage":
				r.Stage = body.Stage
			case "includedPermissions":
				r.Permissions = body.IncludedPermissions
			}
		}
		return nil
	})
}

// usable: the role must be there, in use, and as the caller knew it.
func usable(c *call, r *world.Role, exists bool, etag string) *problem {
	switch {
	case !exists:
		return noRole(c.roleName())
	case !r.Deleted.IsZero():
		return precondition("The role " + c.roleName() + " has been marked for deletion.")
	case etag != "" && etag != r.Etag:
		return &problem{Code: http.StatusConflict, Status: "ABORTED", Message: "There were concurrent changes of the role. Please retry the whole read-modify-write with exponential backoff."}
	}
	return nil
}

func (a *admin) deleteRole(c *call) (any, *problem) {
	return a.editRole(c, func(r *world.Role, exists bool) *problem {
		if p := usable(c, r, exists, c.URL.Query().Get("etag")); p != nil {
			return p
		}
		r.Deleted = a.world.Now()
		return nil
	})
}

func (a *admin) undeleteRole(c *call) (any, *problem) {
	var body struct{ Etag string }
	if p := a.google.Read(c.Request, "UndeleteRoleRequest", &body); p != nil {
		return nil, p
	}
	return a.editRole(c, func(r *world.Role, exists bool) *problem {
		switch {
		case !exists:
			return noRole(c.roleName())
		case r.Deleted.IsZero():
			return precondition("You can't undelete a role_id (" + c.id + ") which has not been deleted.")
		case a.world.Now().Sub(r.Deleted) >= world.RoleUndelete:
			return precondition("You can't undelete a role_id (" + c.id + ") which was deleted more than 7 days ago.")
		}
		r.Deleted = time.Time{}
		return nil
	})
}

func (a *admin) editRole(c *call, change func(r *world.Role, exists bool) *problem) (any, *problem) {
	r, err := a.world.EditRole(c.roleName(), func(r *world.Role, exists bool) error {
		if p := change(r, exists); p != nil {
			return refusal{p}
		}
		return nil
	})
	if p := settled(err); p != nil {
		return nil, p
	}
	return roleJSON(r, true), nil
}

func roleJSON(r world.Role, full bool) map[string]any {
	out := map[string]any{"name": r.Name}
	put(out, "title", r.Title)
	put(out, "description", r.Description)
	put(out, "etag", r.Etag)
	if r.Stage != "ALPHA" {
		put(out, "stage", r.Stage)
	}
	if full && len(r.Permissions) > 0 {
		out["includedPermissions"] = r.Permissions
	}
	if !r.Deleted.IsZero() {
		out["deleted"] = true
	}
	return out
}
