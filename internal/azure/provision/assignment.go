package provision

import (
	"context"
	"crypto/sha1" //nolint:gosec // RFC 9562 makes names with it; it guards nothing
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/authorization/armauthorization/v2"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

const assigner = "Role Based Access Control Administrator"

// assignment is a role assignment.
type assignment struct {
	id, scope       string
	role            string // GUID
	principal, kind string
	setup           string // whose mark it bears
}

func assignmentOf(a *armauthorization.RoleAssignment) assignment {
	out := assignment{id: value(a.ID)}
	if p := a.Properties; p != nil {
		definition := value(p.RoleDefinitionID)
		out.scope, out.principal, out.role = value(p.Scope), value(p.PrincipalID), strings.ToLower(definition[strings.LastIndex(definition, "/")+1:])
		out.kind, out.setup = string(value(p.PrincipalType)), estate.MarkedBy(value(p.Description))
	}
	return out
}

// gives says whether the assignment gives this role to this principal on this scope.
func (a assignment) gives(r role, principal, scope string) bool {
	return strings.EqualFold(a.role, r.guid) && strings.EqualFold(a.principal, principal) && strings.EqualFold(strings.Trim(a.scope, "/"), strings.Trim(scope, "/"))
}

func (a assignment) live(role, scope string) estate.Live {
	return estate.Live{
		Spec:    &estate.RoleAssignment{Scope: scope, Role: role, PrincipalID: a.principal, PrincipalType: a.kind},
		Setup:   a.setup,
		Outputs: map[string]string{"id": a.id},
	}
}

// assignmentsOf lists a principal's assignments in the subscription of a scope, below it and above it.
func (k *Keeper) assignmentsOf(ctx context.Context, principal, scope string) ([]assignment, error) {
	return widest(k, scope, func(at string) ([]assignment, error) { return k.assignmentsAt(ctx, principal, scope, at) })
}

func (k *Keeper) assignmentsAt(ctx context.Context, principal, scope, at string) ([]assignment, error) {
	return k.assignments.Ask(ctx, assignmentKey(principal, at), func(ctx context.Context) ([]assignment, error) {
		s, err := k.clients.of(subscriptionOf(scope))
		if err != nil {
			return nil, err
		}
		// The SDK puts the filter into the query as it is.
		filter := url.PathEscape("principalId eq '" + strings.ReplaceAll(principal, "'", "''") + "'")
		var out []assignment
		for pager := s.assignments.NewListForScopePager(at, &armauthorization.RoleAssignmentsClientListForScopeOptions{Filter: to.Ptr(filter)}); pager.More(); {
			page, err := pager.NextPage(ctx)
			if err != nil {
				return nil, k.refusal(ctx, attempt{"list the role assignments of " + principal, "Reader", "/" + at}, err)
			}
			for _, a := range page.Value {
				if a != nil {
					out = append(out, assignmentOf(a))
				}
			}
		}
		return out, nil
	})
}

func assignmentKey(principal, at string) string { return strings.ToLower(at + "|" + principal) }

// forgetAssignments drops what was said of a principal's assignments on a scope.
func (k *Keeper) forgetAssignments(principal, scope string) {
	k.assignments.Drop(assignmentKey(principal, above(scope)))
	k.assignments.Drop(assignmentKey(principal, strings.Trim(scope, "/")))
}

func (k *Keeper) findAssignment(ctx context.Context, want *estate.RoleAssignment) (assignment, role, bool, error) {
	r, err := k.roleFor(ctx, want.Role, want.Scope)
	if err != nil {
		return assignment{}, r, false, err
	}
	all, err := k.assignmentsOf(ctx, want.PrincipalID, want.Scope)
	for _, a := range all {
		if a.gives(r, want.PrincipalID, want.Scope) {
			return a, r, true, nil
		}
	}
	return assignment{}, r, false, err
}

func (k *Keeper) readAssignment(ctx context.Context, want *estate.RoleAssignment) (estate.Live, error) {
	a, _, ok, err := k.findAssignment(ctx, want)
	if !ok {
		return estate.Live{}, err
	}
	return a.seen(want), nil
}

// seen is an assignment in the words in which it is wanted.
func (a assignment) seen(want *estate.RoleAssignment) estate.Live {
	out := a.live(want.Role, want.Scope)
	out.Spec.(*estate.RoleAssignment).PrincipalID = want.PrincipalID
	return out
}

// writeAssignment makes an assignment under a name that follows from what it gives, so that a repeated call is the same call.
// One that is there, whoever made it, is enough.
func (k *Keeper) writeAssignment(ctx context.Context, setup string, want *estate.RoleAssignment) (estate.Live, error) {
	a, r, ok, err := k.findAssignment(ctx, want)
	if ok {
		return a.seen(want), nil
	}
	if err != nil {
		return estate.Live{}, err
	}
	s, err := k.clients.of(subscriptionOf(want.Scope))
	if err != nil {
		return estate.Live{}, err
	}
	properties := &armauthorization.RoleAssignmentProperties{
		RoleDefinitionID: to.Ptr(r.definitionID(want.Scope)), PrincipalID: to.Ptr(want.PrincipalID), Description: to.Ptr(estate.Mark(setup)),
	}
	if want.PrincipalType != "" {
		properties.PrincipalType = to.Ptr(armauthorization.PrincipalType(want.PrincipalType))
	}
	got, err := s.assignments.Create(ctx, strings.Trim(want.Scope, "/"), assignmentName(want.Scope, r.guid, want.PrincipalID), armauthorization.RoleAssignmentCreateParameters{Properties: properties}, nil)
	k.forgetAssignments(want.PrincipalID, want.Scope)
	if err == nil {
		return assignmentOf(&got.RoleAssignment).seen(want), nil
	}
	if code(err) == "RoleAssignmentExists" { // somebody was quicker
		if a, _, ok, _ := k.findAssignment(ctx, want); ok {
			return a.seen(want), nil
		}
	}
	return estate.Live{}, k.refusal(ctx, attempt{fmt.Sprintf("give %s the role %s on %s", want.PrincipalID, want.Role, want.Scope), assigner, want.Scope}, err)
}

// assignmentName is the name of the assignment of a role, by the GUID of its definition: a UUID of version 5 (RFC 9562) in
// the space of URLs.
func assignmentName(scope, role, principal string) string {
	space := [16]byte{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}
	sum := sha1.Sum(append(space[:], strings.ToLower(strings.Trim(scope, "/")+"|"+role+"|"+principal)...)) //nolint:gosec // see the import
	sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func (k *Keeper) removeAssignment(ctx context.Context, now *estate.RoleAssignment) error {
	k.forgetAssignments(now.PrincipalID, now.Scope)
	a, _, ok, err := k.findAssignment(ctx, now)
	if !ok {
		if e, is := err.(*bridge.Error); is && e.Code == "role_unknown" { //nolint:errorlint // made by roleFor, never wrapped
			return nil // with the role, its assignments are gone
		}
		return err
	}
	s, err := k.clients.of(subscriptionOf(now.Scope))
	if err != nil {
		return err
	}
	_, err = s.assignments.DeleteByID(ctx, strings.TrimPrefix(a.id, "/"), nil)
	k.forgetAssignments(now.PrincipalID, now.Scope)
	if err != nil && !gone(err) {
		return k.refusal(ctx, attempt{fmt.Sprintf("take the role %s on %s from %s", now.Role, now.Scope, now.PrincipalID), assigner, now.Scope}, err)
	}
	return nil
}
