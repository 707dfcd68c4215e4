package world

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Role is a set of permissions. A custom role is named projects/PROJECT/roles/ID, with the project's id.
type Role struct {
	Name        string
	Title       string
	Description string
	Stage       string
	Permissions []string
	Deleted     time.Time // zero: in use; for 7 days after it can be undeleted, for 30 more its id is taken
	Etag        string
}

// How long a deleted custom role can be had back, and how long its id stays taken.
const (
	RoleUndelete = 7 * 24 * time.Hour
	RolePurge    = 37 * 24 * time.Hour
)

// AddRole puts a custom role ("projects/P/roles/NAME") into the world, replacing one with the same name. It counts at once.
func (w *World) AddRole(name string, permissions ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := name[strings.LastIndexByte(name, '/')+1:]
	w.roles[name] = &Role{Name: name, Title: id, Stage: "GA", Permissions: slices.Clone(permissions), Etag: w.nextEtag()}
	delete(w.spread.roles, name)
}

// HasRole says whether a role exists and is not deleted.
func (w *World) HasRole(name string) bool {
	r, err := w.Role(name)
	return err == nil && r.Deleted.IsZero()
}

// Role finds a role by name, also a deleted one.
func (w *World) Role(name string) (Role, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.purgeRoles()
	r, ok := w.roles[name]
	if !ok {
		return Role{}, &NotFound{"role", name}
	}
	return cloneRole(r), nil
}

// Roles lists the roles whose names begin with prefix, in the order of names, deleted ones too.
func (w *World) Roles(prefix string) []Role {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.purgeRoles()
	var out []Role
	for _, name := range slices.Sorted(maps.Keys(w.roles)) {
		if strings.HasPrefix(name, prefix) {
			out = append(out, cloneRole(w.roles[name]))
		}
	}
	return out
}

// EditRole makes, changes, deletes or undeletes a custom role: change gets the present role, zero but for its name when
// there is none, and its error leaves everything as it was. What is changed spreads with the pace.
func (w *World) EditRole(name string, change func(r *Role, exists bool) error) (Role, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.purgeRoles()
	old, exists := w.roles[name]
	next := Role{Name: name}
	if exists {
		next = cloneRole(old)
	}
	if err := change(&next, exists); err != nil {
		return Role{}, err
	}
	w.roleChanges(name)
	next.Etag = w.nextEtag()
	w.roles[name] = &next
	return cloneRole(&next), nil
}

func (w *World) purgeRoles() {
	now := w.clock()
	maps.DeleteFunc(w.roles, func(_ string, r *Role) bool { return !r.Deleted.IsZero() && now.Sub(r.Deleted) >= RolePurge })
}

func cloneRole(r *Role) Role {
	out := *r
	out.Permissions = slices.Clone(r.Permissions)
	return out
}
