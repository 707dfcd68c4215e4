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

// What Azure takes of credentials. Source: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
const maxCredentials = 20

var credentialName = bridge.FormOf(`^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$`)

// writeCredential makes a credential or changes one. The identity's credentials are read anew in the same turn, so that
// nothing is written that is there already, and the limits are said before the call.
func (k *Keeper) writeCredential(ctx context.Context, want *estate.FederatedCredential) (estate.Live, error) {
	if err := checkCredential(want); err != nil {
		return estate.Live{}, err
	}
	try := attempt{fmt.Sprintf("write the federated credential %s of %s", want.Name, want.Identity), identityWriter, place(want.Subscription, want.ResourceGroup)}
	key := identityKey(want.Subscription, want.ResourceGroup, want.Identity)
	turn, err := k.turns.take(ctx, k.o.Clock, key)
	if err != nil {
		return estate.Live{}, k.refusal(ctx, try, err)
	}
	defer turn.done()
	defer k.credentials.Drop(key)
	all, err := k.listCredentials(ctx, want.Subscription, want.ResourceGroup, want.Identity)
	if err != nil {
		return estate.Live{}, err
	}
	there := false
	for _, f := range all {
		same := strings.EqualFold(f.name, want.Name)
		if same && f.is(want) {
			f.name = want.Name
			return f.live(want.Subscription, want.ResourceGroup, want.Identity), nil
		}
		if !same && f.issuer == want.Issuer && f.subject == want.Subject {
			return estate.Live{}, alreadyTrusted(want, f)
		}
		there = there || same
	}
	if !there && len(all) >= maxCredentials {
		return estate.Live{}, tooMany(want)
	}
	s, err := k.clients.of(want.Subscription)
	if err != nil {
		return estate.Live{}, err
	}
	got, err := s.credentials.CreateOrUpdate(ctx, want.ResourceGroup, want.Identity, want.Name, armmsi.FederatedIdentityCredential{
		Properties: &armmsi.FederatedIdentityCredentialProperties{Issuer: to.Ptr(want.Issuer), Subject: to.Ptr(want.Subject), Audiences: []*string{to.Ptr(want.Audience)}},
	}, nil)
	if err != nil {
		return estate.Live{}, k.refusedCredential(ctx, turn, try, err)
	}
	f := credentialOf(&got.FederatedIdentityCredential)
	f.name = want.Name
	return f.live(want.Subscription, want.ResourceGroup, want.Identity), nil
}

// refusedCredential leaves the identity's credentials alone for a while when somebody else is writing them, and tells the
// caller to come back after that.
func (k *Keeper) refusedCredential(ctx context.Context, turn *gate, try attempt, err error) error {
	out := k.refusal(ctx, try, err)
	if e, ok := out.(*bridge.Error); ok && (e.Status == http.StatusConflict || e.Status == http.StatusTooManyRequests) { //nolint:errorlint // made just above
		e.RetryAfter = max(e.RetryAfter, k.o.Pause)
		turn.until = k.o.Clock().Add(e.RetryAfter)
	}
	return out
}

func checkCredential(want *estate.FederatedCredential) error {
	refuse := func(code, text, hint string) error {
		return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopARM, Code: code, Text: text, Hint: hint}
	}
	switch {
	case !credentialName().MatchString(want.Name):
		return refuse("credential_name", fmt.Sprintf("federated credential name %q is not one that Azure takes", want.Name),
			"3 to 120 letters, digits, - and _, a letter or digit first: shorten the names of set-up, cluster or workload")
	case want.Issuer == "" || want.Subject == "":
		return refuse("credential_empty", fmt.Sprintf("federated credential %s has no issuer or no subject", want.Name), "switch on the cluster's OIDC issuer first")
	case want.Audience == "" || strings.ContainsAny(want.Audience, ", "):
		return refuse("credential_audience", fmt.Sprintf("federated credential %s must have exactly one audience", want.Name), "api://AzureADTokenExchange")
	}
	return nil
}

func alreadyTrusted(want *estate.FederatedCredential, f credential) error {
	hint := fmt.Sprintf("remove it first: az identity federated-credential delete --name %s --identity-name %s --resource-group %s", f.name, want.Identity, want.ResourceGroup)
	if other := estate.CredentialMarkedBy(f.name); other != "" {
		hint = fmt.Sprintf("it belongs to the set-up %s: take the workload out of that file, or %s", other, hint)
	}
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopARM, Code: "credential_exists", Status: http.StatusConflict,
		Text: fmt.Sprintf("identity %s trusts this issuer and subject already, by its federated credential %s: Azure takes the pair once", want.Identity, f.name),
		Hint: hint,
	}
}

func tooMany(want *estate.FederatedCredential) error {
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopARM, Code: "credential_limit",
		Text: fmt.Sprintf("identity %s has %d federated credentials, and Azure takes no more", want.Identity, maxCredentials),
		Hint: "use route: direct, which needs none; or give some workloads another identity. To see them: az identity federated-credential list --identity-name " +
			want.Identity + " --resource-group " + want.ResourceGroup,
	}
}

func (k *Keeper) removeCredential(ctx context.Context, now *estate.FederatedCredential) error {
	try := attempt{fmt.Sprintf("remove the federated credential %s of %s", now.Name, now.Identity), identityWriter, place(now.Subscription, now.ResourceGroup)}
	key := identityKey(now.Subscription, now.ResourceGroup, now.Identity)
	s, err := k.clients.of(now.Subscription)
	if err != nil {
		return err
	}
	turn, err := k.turns.take(ctx, k.o.Clock, key)
	if err != nil {
		return k.refusal(ctx, try, err)
	}
	defer turn.done()
	defer k.credentials.Drop(key)
	if _, err := s.credentials.Delete(ctx, now.ResourceGroup, now.Identity, now.Name, nil); err != nil && status(err) != http.StatusNotFound {
		return k.refusedCredential(ctx, turn, try, err)
	}
	return nil
}
