package provision

import (
	"context"
	"maps"
	"slices"

	"google.golang.org/api/iam/v1"

	"github.com/landbridge/landbridge/internal/estate"
)

// poolOf is the pool that providers are in.
func poolOf(project, id string) string { return (&estate.Pool{Project: project, ID: id}).Name() }

func providerTask(p *estate.Provider, verb, permission string) task {
	return task{hopIAM, verb + " the provider " + p.ID + " of the pool " + p.Pool, "iam.workloadIdentityPoolProviders." + permission, p.Project}
}

// listProviders lists a pool's providers, deleted ones too, by id. A pool that does not exist has none.
func (k *Keeper) listProviders(ctx context.Context, project, pool string) (map[string]*iam.WorkloadIdentityPoolProvider, error) {
	parent := poolOf(project, pool)
	providers, err := k.read.providers.Ask(ctx, parent, func(ctx context.Context) (map[string]*iam.WorkloadIdentityPoolProvider, error) {
		out := map[string]*iam.WorkloadIdentityPoolProvider{}
		err := k.iam.Projects.Locations.WorkloadIdentityPools.Providers.List(parent).ShowDeleted(true).PageSize(100).
			Pages(ctx, func(page *iam.ListWorkloadIdentityPoolProvidersResponse) error {
				for _, p := range page.WorkloadIdentityPoolProviders {
					out[lastPart(p.Name)] = p
				}
				return nil
			})
		if missing(err) {
			return out, nil
		}
		return out, err
	})
	return providers, k.refused(task{hopIAM, "list the providers of the pool " + pool, "iam.workloadIdentityPoolProviders.list", project}, err)
}

func (k *Keeper) readProvider(ctx context.Context, want *estate.Provider) (estate.Live, error) {
	providers, err := k.listProviders(ctx, want.Project, want.Pool)
	if err != nil {
		return estate.Live{}, err
	}
	return providerLive(want, providers[want.ID]), nil
}

// providerLive shows a provider as want would write the same: an absent list or map is as want has it, and keys stand in the
// form in which two sets are compared. A provider that is not OIDC has no issuer.
func providerLive(want *estate.Provider, p *iam.WorkloadIdentityPoolProvider) estate.Live {
	if p == nil {
		return estate.Live{}
	}
	spec := &estate.Provider{
		Project: want.Project, Pool: want.Pool, ID: lastPart(p.Name), DisplayName: p.DisplayName, Disabled: p.Disabled,
		Audiences: alike(want.Audiences, nil), Mapping: maps.Clone(p.AttributeMapping), Condition: p.AttributeCondition,
	}
	if len(spec.Mapping) == 0 && want.Mapping != nil {
		spec.Mapping = map[string]string{}
	}
	if p.Oidc != nil {
		spec.Issuer, spec.Audiences, spec.JWKS = p.Oidc.IssuerUri, alike(want.Audiences, p.Oidc.AllowedAudiences), p.Oidc.JwksJson
		if keys, err := estate.PublicKeys([]byte(spec.JWKS)); err == nil {
			spec.JWKS = keys
		}
	}
	return estate.Live{
		Spec: spec, Deleted: p.State == deletedState, Setup: estate.MarkedBy(p.Description),
		Outputs: map[string]string{"name": p.Name},
	}
}

// alike is a live list in the form of the wanted one: an empty list is nil where the wanted one is.
func alike(want, live []string) []string {
	if len(live) > 0 {
		return slices.Clone(live)
	}
	if want == nil {
		return nil
	}
	return []string{}
}

// writeProvider creates, undeletes or changes a provider; see writePool.
func (k *Keeper) writeProvider(ctx context.Context, setup string, want *estate.Provider, now estate.Live) (estate.Live, error) {
	providers := k.iam.Projects.Locations.WorkloadIdentityPools.Providers
	parent := poolOf(want.Project, want.Pool)
	defer k.read.providers.Drop(parent)
	if now.Spec == nil {
		t := providerTask(want, "create", "create")
		op, err := providers.Create(parent, &iam.WorkloadIdentityPoolProvider{
			DisplayName: want.DisplayName, Disabled: want.Disabled, Description: estate.Mark(setup),
			AttributeMapping: want.Mapping, AttributeCondition: want.Condition,
			Oidc: &iam.Oidc{IssuerUri: want.Issuer, AllowedAudiences: want.Audiences, JwksJson: want.JWKS},
		}).WorkloadIdentityPoolProviderId(want.ID).Context(ctx).Do()
		if err != nil && statusOf(err) != "ALREADY_EXISTS" {
			return estate.Live{}, k.refused(t, err)
		}
		if err == nil {
			if err := k.awaitIAM(ctx, t, op, k.providerOperation); err != nil {
				return estate.Live{}, err
			}
		}
	}
	fresh, err := providers.Get(want.Name()).Context(ctx).Do()
	if err != nil {
		return estate.Live{}, k.refused(providerTask(want, "read", "get"), err)
	}
	if err := taken("provider "+want.ID, fresh.Description, setup); err != nil {
		return estate.Live{}, err
	}
	if fresh.State == deletedState {
		t := providerTask(want, "undelete", "undelete")
		op, err := providers.Undelete(want.Name(), &iam.UndeleteWorkloadIdentityPoolProviderRequest{}).Context(ctx).Do()
		if err == nil {
			err = k.awaitIAM(ctx, t, op, k.providerOperation)
		}
		if err != nil {
			return estate.Live{}, k.refused(t, err)
		}
		fresh.State = ""
	}
	live := providerLive(want, fresh)
	change, m := providerChange(want, live.Spec.(*estate.Provider))
	if m.empty() {
		return live, nil
	}
	t := providerTask(want, "change", "update")
	op, err := providers.Patch(want.Name(), change).UpdateMask(m.paths()).Context(ctx).Do()
	if err == nil {
		err = k.awaitIAM(ctx, t, op, k.providerOperation)
	}
	if err != nil {
		return estate.Live{}, k.refused(t, err)
	}
	spec := *want
	live.Spec = &spec
	return live, nil
}

// providerChange is the patch that makes a provider as wanted: what differs and nothing else.
func providerChange(want, now *estate.Provider) (*iam.WorkloadIdentityPoolProvider, mask) {
	var m, inner mask
	change, oidc := &iam.WorkloadIdentityPoolProvider{}, &iam.Oidc{}
	if now.DisplayName != want.DisplayName {
		change.DisplayName = want.DisplayName
		m.add("displayName", "DisplayName")
	}
	if now.Disabled != want.Disabled {
		change.Disabled = want.Disabled
		m.add("disabled", "Disabled")
	}
	if !maps.Equal(now.Mapping, want.Mapping) {
		change.AttributeMapping = want.Mapping
		m.add("attributeMapping", "AttributeMapping")
	}
	if now.Condition != want.Condition {
		change.AttributeCondition = want.Condition
		m.add("attributeCondition", "AttributeCondition")
	}
	if now.Issuer != want.Issuer {
		oidc.IssuerUri = want.Issuer
		inner.add("oidc.issuerUri", "IssuerUri")
	}
	if !slices.Equal(now.Audiences, want.Audiences) {
		oidc.AllowedAudiences = want.Audiences
		inner.add("oidc.allowedAudiences", "AllowedAudiences")
	}
	if now.JWKS != want.JWKS {
		oidc.JwksJson = want.JWKS
		inner.add("oidc.jwksJson", "JwksJson")
	}
	if !inner.empty() {
		oidc.ForceSendFields = inner.force
		change.Oidc = oidc
		m.path = append(m.path, inner.path...)
	}
	change.ForceSendFields = m.force
	return change, m
}

func (k *Keeper) removeProvider(ctx context.Context, p *estate.Provider) error {
	defer k.read.providers.Drop(poolOf(p.Project, p.Pool))
	providers := k.iam.Projects.Locations.WorkloadIdentityPools.Providers
	t := providerTask(p, "delete", "delete")
	fresh, err := providers.Get(p.Name()).Context(ctx).Do()
	if missing(err) || err == nil && fresh.State == deletedState {
		return nil
	}
	if err != nil {
		return k.refused(t, err)
	}
	op, err := providers.Delete(p.Name()).Context(ctx).Do()
	if missing(err) {
		return nil
	}
	if err == nil {
		err = k.awaitIAM(ctx, t, op, k.providerOperation)
	}
	return k.refused(t, err)
}

func (k *Keeper) providerOperation(ctx context.Context, name string) (*iam.Operation, error) {
	return k.iam.Projects.Locations.WorkloadIdentityPools.Providers.Operations.Get(name).Context(ctx).Do()
}
