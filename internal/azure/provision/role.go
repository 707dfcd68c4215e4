package provision

import (
	"context"
	"fmt"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/authorization/armauthorization/v2"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// role is a definition: its GUID, and the name by which people know it.
type role struct{ guid, name string }

// subscriptionOf is the subscription of a scope; "" when it lies in none, as a management group does.
func subscriptionOf(scope string) string {
	parts := strings.Split(strings.Trim(scope, "/"), "/")
	if len(parts) < 2 || !strings.EqualFold(parts[0], "subscriptions") {
		return ""
	}
	return parts[1]
}

// above is where the roles and assignments of a scope are asked for: its subscription, or the scope itself. Without the
// leading slash, as the SDK wants it.
func above(scope string) string {
	if id := subscriptionOf(scope); id != "" {
		return "subscriptions/" + strings.ToLower(id)
	}
	return strings.Trim(scope, "/")
}

// widest asks with the subscription of a scope, whose answer serves many; where the operator may not look at all of that, with
// the scope itself.
func widest[T any](k *Keeper, scope string, ask func(at string) (T, error)) (T, error) {
	at, own := above(scope), strings.Trim(scope, "/")
	if _, narrow := k.narrow.Load(at); !narrow {
		out, err := ask(at)
		if bridge.KindOf(err) != bridge.Denied || err == nil || strings.EqualFold(at, own) {
			return out, err
		}
		k.narrow.Store(at, true)
	}
	return ask(own)
}

// definitionID is a role's resource id in the place of a scope.
func (r role) definitionID(scope string) string {
	if id := subscriptionOf(scope); id != "" {
		return "/subscriptions/" + id + "/providers/Microsoft.Authorization/roleDefinitions/" + r.guid
	}
	return "/providers/Microsoft.Authorization/roleDefinitions/" + r.guid
}

// roleFor finds a role that can be assigned on a scope, by its GUID or by its display name.
func (k *Keeper) roleFor(ctx context.Context, name, scope string) (role, error) {
	if estate.IsGUID(name) {
		return role{guid: strings.ToLower(name), name: name}, nil
	}
	return widest(k, scope, func(at string) (role, error) { return k.roleAt(ctx, name, scope, at) })
}

func (k *Keeper) roleAt(ctx context.Context, name, scope, at string) (role, error) {
	return k.roles.Ask(ctx, strings.ToLower(at+"|"+name), func(ctx context.Context) (role, error) {
		s, err := k.clients.of(subscriptionOf(scope))
		if err != nil {
			return role{}, err
		}
		filter := "roleName eq '" + strings.ReplaceAll(name, "'", "''") + "'"
		for pager := s.definitions.NewListPager(at, &armauthorization.RoleDefinitionsClientListOptions{Filter: to.Ptr(filter)}); pager.More(); {
			page, err := pager.NextPage(ctx)
			if err != nil {
				return role{}, k.refusal(ctx, attempt{"look up the role " + name, "Reader", "/" + at}, err)
			}
			for _, d := range page.Value {
				if d != nil && d.Properties != nil && strings.EqualFold(value(d.Properties.RoleName), name) {
					return role{guid: strings.ToLower(value(d.Name)), name: value(d.Properties.RoleName)}, nil
				}
			}
		}
		return role{}, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopARM, Code: "role_unknown", Text: fmt.Sprintf("there is no role %q that can be assigned on %s", name, scope),
			Hint: fmt.Sprintf("correct it in landbridge.yaml: az role definition list --name %q; custom roles need the subscription among their assignable scopes", name),
		}
	})
}

// roleNamed finds the display name of a role that an assignment names by GUID.
func (k *Keeper) roleNamed(ctx context.Context, id, scope string) (role, error) {
	return widest(k, scope, func(at string) (role, error) { return k.roleByID(ctx, id, scope, at) })
}

func (k *Keeper) roleByID(ctx context.Context, id, scope, at string) (role, error) {
	return k.roles.Ask(ctx, strings.ToLower(at+"|guid|"+id), func(ctx context.Context) (role, error) {
		s, err := k.clients.of(subscriptionOf(scope))
		if err != nil {
			return role{}, err
		}
		got, err := s.definitions.Get(ctx, at, id, nil)
		if err != nil {
			if gone(err) { // a custom role that was deleted since: its GUID must do
				return role{guid: id, name: id}, nil
			}
			return role{}, k.refusal(ctx, attempt{"look up the role " + id, "Reader", "/" + at}, err)
		}
		out := role{guid: strings.ToLower(id), name: id}
		if got.Properties != nil && value(got.Properties.RoleName) != "" {
			out.name = value(got.Properties.RoleName)
		}
		return out, nil
	})
}
