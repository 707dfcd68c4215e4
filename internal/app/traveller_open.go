package app

import (
	"context"

	"github.com/landbridge/landbridge/internal/azure"
	azureprovision "github.com/landbridge/landbridge/internal/azure/provision"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/doctor"
	"github.com/landbridge/landbridge/internal/estate"
	googleprovision "github.com/landbridge/landbridge/internal/google/provision"
	"github.com/landbridge/landbridge/internal/kube"
	"github.com/landbridge/landbridge/internal/wire"
)

// traveller assembles the keepers of the three sides and the operator who asks them. It calls nobody.
func (a *App) traveller(cfg *config.Config) (*traveller, error) {
	roots, err := a.roots(cfg)
	if err != nil {
		return nil, err
	}
	s := cfg.Setup
	client := wire.New(wire.Options{UserAgent: a.agent(), RootCAs: roots})
	token, err := googleprovision.Operator(googleprovision.OperatorOptions{
		Kind: s.Google.Operator.Kind, File: s.Google.Operator.File, Env: a.host.Env, Clock: a.host.Clock, RootCAs: roots,
	})
	if err != nil {
		return nil, err
	}
	onGoogle, err := googleprovision.New(context.Background(), googleprovision.Options{
		Token: token, Clock: a.host.Clock, RootCAs: roots, UserAgent: a.agent(),
		Endpoints: googleprovision.Endpoints{
			IAM: s.Google.Endpoints.IAM, ResourceManager: s.Google.Endpoints.ResourceManager, ServiceUsage: s.Google.Endpoints.ServiceUsage,
		},
	})
	if err != nil {
		return nil, err
	}
	credential, err := azureprovision.NewOperator(azureprovision.OperatorOptions{
		Kind: azureprovision.OperatorKind(s.Azure.Operator.Kind), File: s.Azure.Operator.File,
		TenantID: s.Azure.TenantID, AuthorityHost: s.Azure.AuthorityHost, Endpoint: s.Azure.Endpoints.ResourceManager,
		Azure: azure.Deps{HTTP: client, Clock: a.host.Clock, Env: a.host.Env},
	})
	if err != nil {
		return nil, err
	}
	onAzure, err := azureprovision.New(azureprovision.Options{
		HTTP: client, Clock: a.host.Clock, Credential: credential, Endpoint: s.Azure.Endpoints.ResourceManager, TenantID: s.Azure.TenantID,
	})
	if err != nil {
		return nil, err
	}
	clusters := kube.New(kube.Options{Clock: a.host.Clock, Env: a.host.Env, UserAgent: a.agent()})
	return &traveller{
		clock: a.host.Clock, client: client, cfg: s, spec: setupSpec(s), clusters: clusters, operator: token, google: onGoogle,
		keys:    a.published(client),
		keepers: map[estate.Side]estate.Keeper{estate.Google: onGoogle, estate.Azure: onAzure, estate.Kubernetes: kube.NewKeeper(clusters)},
		outputs: map[estate.Reference]string{},
	}, nil
}

// held are those of the wanted permissions that the holder of a lease has on a project.
func (t *traveller) held(ctx context.Context, lease bridge.Lease, project string, wanted []string) ([]string, error) {
	return t.google.TestPermissions(ctx, project, wanted, lease.Token)
}

// iamKeys are the keys of the project's service accounts that somebody has the private half of.
func (t *traveller) iamKeys(ctx context.Context) ([]doctor.IAMKey, error) {
	found, err := t.google.UserManagedKeys(ctx, t.spec.Google.Project)
	out := make([]doctor.IAMKey, len(found))
	for i, k := range found {
		out[i] = doctor.IAMKey{Account: k.Account, KeyID: k.ID, Project: t.spec.Google.Project, Created: k.Created, Disabled: k.Disabled}
	}
	return out, err
}
