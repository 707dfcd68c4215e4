package provision

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/msi/armmsi"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

const identityWriter = "Managed Identity Contributor"

// identity is what matters of a user-assigned identity.
type identity struct {
	id, name, location        string
	client, principal, tenant string
	setup                     string // whose mark it bears
}

func identityOf(i *armmsi.Identity) identity {
	out := identity{id: value(i.ID), name: value(i.Name), location: value(i.Location), setup: value(i.Tags[estate.AzureMarkKey])}
	if p := i.Properties; p != nil {
		out.client, out.principal, out.tenant = value(p.ClientID), value(p.PrincipalID), value(p.TenantID)
	}
	return out
}

func (i identity) live(subscription, group string) estate.Live {
	return estate.Live{
		Spec:    &estate.Identity{Subscription: subscription, ResourceGroup: group, Name: i.name, Location: i.location},
		Setup:   i.setup,
		Outputs: map[string]string{"client_id": i.client, "principal_id": i.principal, "tenant_id": i.tenant, "id": i.id},
	}
}

// identitiesIn lists the identities of a resource group.
func (k *Keeper) identitiesIn(ctx context.Context, subscription, group string) ([]identity, error) {
	scope := place(subscription, group)
	return k.identities.Ask(ctx, scope, func(ctx context.Context) ([]identity, error) {
		s, err := k.clients.of(subscription)
		if err != nil {
			return nil, err
		}
		var out []identity
		for pager := s.identities.NewListByResourceGroupPager(group, nil); pager.More(); {
			page, err := pager.NextPage(ctx)
			if err != nil {
				return nil, k.refusal(ctx, attempt{"list the managed identities of resource group " + group, identityWriter, scope}, err)
			}
			for _, i := range page.Value {
				if i != nil {
					out = append(out, identityOf(i))
				}
			}
		}
		return out, nil
	})
}

// identityNamed finds one of a resource group; false when there is none.
func (k *Keeper) identityNamed(ctx context.Context, subscription, group, name string) (identity, bool, error) {
	all, err := k.identitiesIn(ctx, subscription, group)
	for _, i := range all {
		if strings.EqualFold(i.name, name) {
			return i, true, nil
		}
	}
	return identity{}, false, err
}

func (k *Keeper) readIdentity(ctx context.Context, want *estate.Identity) (estate.Live, error) {
	i, ok, err := k.identityNamed(ctx, want.Subscription, want.ResourceGroup, want.Name)
	if !ok {
		return estate.Live{}, err
	}
	return i.seen(want), nil
}

// seen is an identity under the name by which it is wanted. A location is the same with and without spaces and capitals.
func (i identity) seen(want *estate.Identity) estate.Live {
	out := i.live(want.Subscription, want.ResourceGroup)
	spec := out.Spec.(*estate.Identity)
	spec.Name = want.Name
	if sameLocation(want.Location, i.location) {
		spec.Location = want.Location
	}
	return out
}

func sameLocation(a, b string) bool {
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "")) }
	return plain(a) == plain(b)
}

// writeIdentity makes an identity and marks it. One that is there stays as it is, whoever made it: its location cannot
// change, and its mark shall not.
func (k *Keeper) writeIdentity(ctx context.Context, setup string, want *estate.Identity, now estate.Live) (estate.Live, error) {
	if now.Exists() {
		return now, nil
	}
	scope := place(want.Subscription, want.ResourceGroup)
	s, err := k.clients.of(want.Subscription)
	if err != nil {
		return estate.Live{}, err
	}
	// A PUT would replace the tags of an identity that somebody has made meanwhile.
	try := attempt{"make the managed identity " + want.Name, identityWriter, scope}
	got, err := s.identities.Get(ctx, want.ResourceGroup, want.Name, nil)
	if err == nil {
		k.identities.Drop(scope)
		return identityOf(&got.Identity).seen(want), nil
	}
	if status(err) != http.StatusNotFound || code(err) == "ResourceGroupNotFound" || code(err) == "SubscriptionNotFound" {
		return estate.Live{}, k.refusal(ctx, try, err)
	}
	if want.Location == "" {
		return estate.Live{}, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopARM, Code: "location_missing", Text: "no location is named for the managed identity " + want.Name,
			Hint: fmt.Sprintf("set setup.azure.location, as a rule the resource group's: az group show --name %s --query location", want.ResourceGroup),
		}
	}
	made, err := s.identities.CreateOrUpdate(ctx, want.ResourceGroup, want.Name, armmsi.Identity{
		Location: to.Ptr(want.Location), Tags: map[string]*string{estate.AzureMarkKey: to.Ptr(setup)},
	}, nil)
	k.identities.Drop(scope)
	if err != nil {
		return estate.Live{}, k.refusal(ctx, try, err)
	}
	return identityOf(&made.Identity).seen(want), nil
}

// removeIdentity removes an identity, and with it its credentials. Its role assignments go first, as long as there is a
// principal to find them by.
func (k *Keeper) removeIdentity(ctx context.Context, now *estate.Identity) error {
	scope := place(now.Subscription, now.ResourceGroup)
	s, err := k.clients.of(now.Subscription)
	if err != nil {
		return err
	}
	_, err = s.identities.Delete(ctx, now.ResourceGroup, now.Name, nil)
	k.identities.Drop(scope)
	k.credentials.Drop(identityKey(now.Subscription, now.ResourceGroup, now.Name))
	if err != nil && status(err) != http.StatusNotFound {
		return k.refusal(ctx, attempt{"remove the managed identity " + now.Name, identityWriter, scope}, err)
	}
	return nil
}

// identityKey names an identity in any case.
func identityKey(subscription, group, name string) string {
	return place(subscription, group) + "/" + strings.ToLower(name)
}
