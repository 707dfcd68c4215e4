package world

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// arm is what Azure Resource Manager remembers beside the things themselves.
type arm struct {
	assignments map[string]RoleAssignment // by lower-case id
	custom      map[string]RoleDefinition // by lower-case GUID
	writing     map[string]bool           // identities whose credentials are being written, by client id
}

// RoleAssignment gives a principal a role on a scope and everything below.
type RoleAssignment struct {
	Name          string // GUID
	Scope         string // /subscriptions/…
	Role          string // as people know it: Reader
	PrincipalID   string
	PrincipalType string // ServicePrincipal, User
	Description   string
	Created       time.Time
}

// ID is the assignment's resource id.
func (a RoleAssignment) ID() string {
	return a.Scope + "/providers/Microsoft.Authorization/roleAssignments/" + a.Name
}

// same says whether two give the same role to the same principal on the same scope.
func (a RoleAssignment) same(b RoleAssignment) bool {
	return strings.EqualFold(a.Scope, b.Scope) && strings.EqualFold(a.Role, b.Role) && strings.EqualFold(a.PrincipalID, b.PrincipalID)
}

// AssignmentExists says that another assignment gives the same already.
type AssignmentExists struct{ Existing RoleAssignment }

func (e *AssignmentExists) Error() string { return "the role assignment exists: " + e.Existing.ID() }

// AssignmentFixed says that an assignment of this name is there and differs in what cannot be changed.
type AssignmentFixed struct{ Existing RoleAssignment }

func (e *AssignmentFixed) Error() string {
	return "the role assignment cannot be changed: " + e.Existing.ID()
}

// PutRoleAssignment adds an assignment, or changes the description of one that is there. It says whether it is new.
func (w *World) PutRoleAssignment(a RoleAssignment) (isNew bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := strings.ToLower(a.ID())
	old, exists := w.arm.assignments[key]
	if exists && !old.same(a) {
		return false, &AssignmentFixed{old}
	}
	for _, other := range w.arm.assignments {
		if other.same(a) && !strings.EqualFold(other.Name, a.Name) {
			return false, &AssignmentExists{other}
		}
	}
	if exists {
		old.Description = a.Description
		a = old
	}
	w.putAssignment(a)
	return !exists, nil
}

func (w *World) putAssignment(a RoleAssignment) {
	if w.arm.assignments == nil {
		w.arm.assignments = map[string]RoleAssignment{}
	}
	w.arm.assignments[strings.ToLower(a.ID())] = a
}

// RemoveRoleAssignment removes an assignment by its id and returns it; false when there is none.
func (w *World) RemoveRoleAssignment(id string) (RoleAssignment, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := strings.ToLower(id)
	a, ok := w.arm.assignments[key]
	delete(w.arm.assignments, key)
	return a, ok
}

// RoleAssignments lists the assignments in the order of ids.
func (w *World) RoleAssignments() []RoleAssignment {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]RoleAssignment, 0, len(w.arm.assignments))
	for _, a := range w.arm.assignments {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b RoleAssignment) int { return compare(a.ID(), b.ID()) })
	return out
}

// Allowed says whether a role of the principal on the scope, or above it, allows the action.
func (w *World) Allowed(principal, action, scope string) bool {
	return w.allowedWhere(principal, action, false, func(at string) bool { return Under(scope, at) })
}

// AllowedData is Allowed for an action on data, which Owner and Reader do not have.
func (w *World) AllowedData(principal, action, scope string) bool {
	return w.allowedWhere(principal, action, true, func(at string) bool { return Under(scope, at) })
}

// AllowedBelow says whether a role on the scope, above it or anywhere below allows the action: lists show what the caller
// may see.
func (w *World) AllowedBelow(principal, action, scope string) bool {
	return w.allowedWhere(principal, action, false, func(at string) bool { return Under(scope, at) || Under(at, scope) })
}

func (w *World) allowedWhere(principal, action string, data bool, counts func(scope string) bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.arm.assignments {
		if a.PrincipalID != principal || !counts(a.Scope) {
			continue
		}
		if d, ok := w.definition(a.Role); ok && d.allows(action, data) {
			return true
		}
	}
	return false
}

// Under says whether a scope is the other one or lies inside it. Resource ids do not mind upper and lower case.
func Under(scope, at string) bool {
	scope, at = strings.ToLower(strings.TrimSuffix(scope, "/")), strings.ToLower(strings.TrimSuffix(at, "/"))
	return scope == at || strings.HasPrefix(scope, at+"/")
}

// assignExactly makes a principal's assignments these, "ROLE on SCOPE" each. One that is there already keeps its id.
func (w *World) assignExactly(principal, kind string, roles []string) {
	var wanted []RoleAssignment
	for _, text := range roles {
		if role, scope, ok := strings.Cut(text, " on "); ok {
			wanted = append(wanted, RoleAssignment{Scope: strings.TrimSuffix(scope, "/"), Role: role, PrincipalID: principal, PrincipalType: kind})
		}
	}
	for key, a := range w.arm.assignments {
		if a.PrincipalID != principal {
			continue
		}
		if i := slices.IndexFunc(wanted, a.same); i >= 0 {
			wanted = slices.Delete(wanted, i, i+1)
		} else {
			delete(w.arm.assignments, key)
		}
	}
	for _, a := range wanted {
		a.Name = stableGUID(strings.ToLower(a.Scope + "|" + a.Role + "|" + principal))
		w.putAssignment(a)
	}
}

// rolesOf writes a principal's assignments as "ROLE on SCOPE".
func (w *World) rolesOf(principal string) []string {
	var out []string
	for _, a := range w.arm.assignments {
		if a.PrincipalID == principal {
			out = append(out, a.Role+" on "+a.Scope)
		}
	}
	slices.Sort(out)
	return out
}

// stableGUID is a GUID that is the same for the same text.
func stableGUID(text string) string {
	sum := sha256.Sum256([]byte(text))
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-8" + h[17:20] + "-" + h[20:]
}

// WriteCredentials marks an identity, by client id, as having its credentials written, and returns what takes the mark off.
// False means that somebody else is at it.
func (w *World) WriteCredentials(clientID string) (done func(), ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.arm.writing[clientID] {
		return nil, false
	}
	if w.arm.writing == nil {
		w.arm.writing = map[string]bool{}
	}
	w.arm.writing[clientID] = true
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.arm.writing, clientID)
	}, true
}
