package provision

import (
	"context"
	"slices"

	"google.golang.org/api/iam/v1"

	"github.com/landbridge/landbridge/internal/estate"
)

func roleTask(r *estate.Role, verb, permission string) task {
	return task{hopIAM, verb + " the role " + r.Name(), "iam.roles." + permission, r.Project}
}

// listRoles lists a project's custom roles, deleted ones too, by id.
func (k *Keeper) listRoles(ctx context.Context, project string) (map[string]*iam.Role, error) {
	roles, err := k.read.roles.Ask(ctx, project, func(ctx context.Context) (map[string]*iam.Role, error) {
		out := map[string]*iam.Role{}
		err := k.iam.Projects.Roles.List("projects/"+project).View("FULL").ShowDeleted(true).PageSize(1000).
			Pages(ctx, func(page *iam.ListRolesResponse) error {
				for _, r := range page.Roles {
					out[lastPart(r.Name)] = r
				}
				return nil
			})
		return out, err
	})
	return roles, k.refused(task{hopIAM, "list the roles of the project " + project, "iam.roles.list", project}, err)
}

func (k *Keeper) readRole(ctx context.Context, want *estate.Role) (estate.Live, error) {
	roles, err := k.listRoles(ctx, want.Project)
	if err != nil {
		return estate.Live{}, err
	}
	return roleLive(want, roles[want.ID]), nil
}

func roleLive(want *estate.Role, r *iam.Role) estate.Live {
	if r == nil {
		return estate.Live{}
	}
	permissions := alike(want.Permissions, r.IncludedPermissions)
	slices.Sort(permissions)
	return estate.Live{
		Spec:    &estate.Role{Project: want.Project, ID: want.ID, Title: r.Title, Permissions: permissions},
		Deleted: r.Deleted,
		Setup:   estate.MarkedBy(r.Description),
	}
}

// writeRole creates, undeletes or changes a role; see writePool. Of a deleted role Google says FAILED_PRECONDITION where it
// says ALREADY_EXISTS of another.
func (k *Keeper) writeRole(ctx context.Context, setup string, want *estate.Role, now estate.Live) (estate.Live, error) {
	defer k.read.roles.Drop(want.Project)
	roles := k.iam.Projects.Roles
	if now.Spec == nil {
		made, err := roles.Create("projects/"+want.Project, &iam.CreateRoleRequest{RoleId: want.ID, Role: &iam.Role{
			Title: want.Title, Description: estate.Mark(setup), Stage: "GA", IncludedPermissions: want.Permissions,
		}}).Context(ctx).Do()
		if err == nil {
			return roleLive(want, made), nil
		}
		if s := statusOf(err); s != "ALREADY_EXISTS" && s != "FAILED_PRECONDITION" {
			return estate.Live{}, k.refused(roleTask(want, "create", "create"), err)
		}
	}
	fresh, err := roles.Get(want.Name()).Context(ctx).Do()
	if err != nil {
		return estate.Live{}, k.refused(roleTask(want, "read", "get"), err)
	}
	if err := taken("role "+want.ID, fresh.Description, setup); err != nil {
		return estate.Live{}, err
	}
	if fresh.Deleted {
		if fresh, err = roles.Undelete(want.Name(), &iam.UndeleteRoleRequest{}).Context(ctx).Do(); err != nil {
			return estate.Live{}, k.refused(roleTask(want, "undelete", "undelete"), err)
		}
		fresh.Deleted = false
	}
	live := roleLive(want, fresh)
	is := live.Spec.(*estate.Role)
	var m mask
	change := &iam.Role{}
	if is.Title != want.Title {
		change.Title = want.Title
		m.add("title", "Title")
	}
	if !slices.Equal(is.Permissions, slices.Sorted(slices.Values(want.Permissions))) {
		change.IncludedPermissions = want.Permissions
		m.add("includedPermissions", "IncludedPermissions")
	}
	if m.empty() {
		return live, nil
	}
	change.ForceSendFields = m.force
	after, err := roles.Patch(want.Name(), change).UpdateMask(m.paths()).Context(ctx).Do()
	if err != nil {
		return estate.Live{}, k.refused(roleTask(want, "change", "update"), err)
	}
	return roleLive(want, after), nil
}

func (k *Keeper) removeRole(ctx context.Context, r *estate.Role) error {
	defer k.read.roles.Drop(r.Project)
	fresh, err := k.iam.Projects.Roles.Get(r.Name()).Context(ctx).Do()
	if missing(err) || err == nil && fresh.Deleted {
		return nil
	}
	if err == nil {
		_, err = k.iam.Projects.Roles.Delete(r.Name()).Context(ctx).Do()
	}
	if missing(err) {
		return nil
	}
	return k.refused(roleTask(r, "delete", "delete"), err)
}
