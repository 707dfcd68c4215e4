package provision

import (
	"context"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/msi/armmsi"

	"github.com/landbridge/landbridge/internal/estate"
)

// credential is a federated identity credential.
type credential struct {
	name, issuer, subject string
	audiences             []string
}

func credentialOf(f *armmsi.FederatedIdentityCredential) credential {
	out := credential{name: value(f.Name)}
	if p := f.Properties; p != nil {
		out.issuer, out.subject = value(p.Issuer), value(p.Subject)
		for _, a := range p.Audiences {
			out.audiences = append(out.audiences, value(a))
		}
	}
	return out
}

// is says whether the credential is as wanted. Entra compares to the letter, and so do we.
func (f credential) is(want *estate.FederatedCredential) bool {
	return f.issuer == want.Issuer && f.subject == want.Subject && len(f.audiences) == 1 && f.audiences[0] == want.Audience
}

func (f credential) live(subscription, group, identity string) estate.Live {
	return estate.Live{
		Spec: &estate.FederatedCredential{
			Subscription: subscription, ResourceGroup: group, Identity: identity, Name: f.name,
			Issuer: f.issuer, Subject: f.subject, Audience: strings.Join(f.audiences, ", "),
		},
		Setup: estate.CredentialMarkedBy(f.name),
	}
}

// credentialsOf lists the credentials of an identity; none when there is no such identity.
func (k *Keeper) credentialsOf(ctx context.Context, subscription, group, identity string) ([]credential, error) {
	return k.credentials.Ask(ctx, identityKey(subscription, group, identity), func(ctx context.Context) ([]credential, error) {
		return k.listCredentials(ctx, subscription, group, identity)
	})
}

func (k *Keeper) listCredentials(ctx context.Context, subscription, group, identity string) ([]credential, error) {
	s, err := k.clients.of(subscription)
	if err != nil {
		return nil, err
	}
	var out []credential
	for pager := s.credentials.NewListPager(group, identity, nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			if gone(err) {
				return nil, nil
			}
			return nil, k.refusal(ctx, attempt{"list the federated credentials of " + identity, identityWriter, place(subscription, group)}, err)
		}
		for _, f := range page.Value {
			if f != nil {
				out = append(out, credentialOf(f))
			}
		}
	}
	return out, nil
}

// gone says that a thing, or the one it belongs to, is not there, while its resource group is.
func gone(err error) bool {
	c := code(err)
	return status(err) == http.StatusNotFound && c != "ResourceGroupNotFound" && c != "SubscriptionNotFound"
}

func (k *Keeper) readCredential(ctx context.Context, want *estate.FederatedCredential) (estate.Live, error) {
	i, ok, err := k.identityNamed(ctx, want.Subscription, want.ResourceGroup, want.Identity)
	if !ok {
		return estate.Live{}, err
	}
	all, err := k.credentialsOf(ctx, want.Subscription, want.ResourceGroup, i.name)
	if err != nil {
		return estate.Live{}, err
	}
	for _, f := range all {
		if strings.EqualFold(f.name, want.Name) {
			f.name = want.Name
			return f.live(want.Subscription, want.ResourceGroup, want.Identity), nil
		}
	}
	return estate.Live{}, nil
}
