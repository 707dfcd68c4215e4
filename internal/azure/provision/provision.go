// Package provision makes Azure's side of a bridge as it shall be: the OIDC issuer of AKS clusters, user-assigned identities
// with their federated credentials, and role assignments.
//
// A wanted thing and an operator's credential enter; calls of Azure's own SDK leave, and what is there now comes back as
// plain values. It must never change what the wanted thing does not say, never write twice what is there already, never send
// the credential to another host than Resource Manager's, and never retry: the caller does, on the verdict given here.
//
// Caches, until Forget or a write of the same: the clusters and identities of a resource group, the credentials of an
// identity, the assignments of a principal in a subscription, the definition of a role; because a hundred workloads share
// a few lists, and Resource Manager counts calls.
package provision

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/memo"
	"github.com/landbridge/landbridge/internal/wire"
)

// Options configure New. HTTP, Clock and Credential are required.
type Options struct {
	HTTP  *wire.Client
	Clock bridge.Clock
	// Credential is the operator's, as NewOperator makes it.
	Credential azcore.TokenCredential
	// Endpoint is Resource Manager's address; the public cloud's when empty.
	Endpoint string
	// TenantID is the Entra tenant, where Azure's answers do not say it.
	TenantID string
	// Poll is how often a long-running operation is looked at, 5 s when 0; Patience how long it is waited for, 20 minutes
	// when 0: AKS takes some minutes.
	Poll, Patience time.Duration
	// Pause is how long the credentials of an identity are left alone after Azure has called two writes concurrent; 4 s when
	// 0, which is the rate that Azure documents.
	Pause time.Duration
}

// Keeper implements estate.Keeper for the things of Azure. What many callers read at once is asked once.
type Keeper struct {
	o       Options
	clients clients

	clusters    memo.Answers[[]cluster]
	identities  memo.Answers[[]identity]
	credentials memo.Answers[[]credential]
	roles       memo.Answers[role]
	assignments memo.Answers[[]assignment]
	turns       turns
	narrow      sync.Map // subscriptions that the operator may not look at as a whole
}

var _ estate.Keeper = (*Keeper)(nil)

// New returns a keeper. It makes no call.
func New(o Options) (*Keeper, error) {
	if o.HTTP == nil || o.Clock == nil || o.Credential == nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopARM, Code: "incomplete", Text: "a keeper of Azure needs an HTTP client, a clock and a credential"}
	}
	base, err := azure.ResourceManagerAddress(o.Endpoint)
	if err != nil {
		return nil, err
	}
	o.Endpoint = base
	for d, otherwise := range map[*time.Duration]time.Duration{&o.Poll: 5 * time.Second, &o.Patience: 20 * time.Minute, &o.Pause: 4 * time.Second} {
		if *d == 0 {
			*d = otherwise
		}
	}
	return &Keeper{o: o, clients: clients{credential: o.Credential, options: rest.ManagerOptions(o.HTTP, base)}}, nil
}

// Read implements estate.Keeper.
func (k *Keeper) Read(ctx context.Context, want estate.Spec) (estate.Live, error) {
	switch want := want.(type) {
	case *estate.Cluster:
		return k.readCluster(ctx, want)
	case *estate.Identity:
		return k.readIdentity(ctx, want)
	case *estate.FederatedCredential:
		return k.readCredential(ctx, want)
	case *estate.RoleAssignment:
		return k.readAssignment(ctx, want)
	}
	return estate.Live{}, notOurs(want)
}

// Write implements estate.Keeper.
func (k *Keeper) Write(ctx context.Context, setup string, want estate.Spec, now estate.Live) (estate.Live, error) {
	switch want := want.(type) {
	case *estate.Cluster:
		return k.writeCluster(ctx, want)
	case *estate.Identity:
		return k.writeIdentity(ctx, setup, want, now)
	case *estate.FederatedCredential:
		return k.writeCredential(ctx, want)
	case *estate.RoleAssignment:
		return k.writeAssignment(ctx, setup, want)
	}
	return estate.Live{}, notOurs(want)
}

// Remove implements estate.Keeper.
func (k *Keeper) Remove(ctx context.Context, now estate.Spec) error {
	switch now := now.(type) {
	case *estate.Cluster:
		return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopARM, Code: "not_removed", Text: "set-up removes no cluster: it did not make " + now.Name}
	case *estate.Identity:
		return k.removeIdentity(ctx, now)
	case *estate.FederatedCredential:
		return k.removeCredential(ctx, now)
	case *estate.RoleAssignment:
		return k.removeAssignment(ctx, now)
	}
	return notOurs(now)
}

// Forget implements estate.Keeper.
func (k *Keeper) Forget() {
	k.clusters.Forget()
	k.identities.Forget()
	k.credentials.Forget()
	k.roles.Forget()
	k.assignments.Forget()
	k.narrow.Clear()
}

func notOurs(s estate.Spec) error {
	return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopARM, Code: "wrong_side", Text: fmt.Sprintf("a %s is not Azure's", s.Kind())}
}
