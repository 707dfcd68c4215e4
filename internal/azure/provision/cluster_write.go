package provision

import (
	"context"
	"fmt"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/containerservice/armcontainerservice/v8"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// writeCluster switches on what is wanted. AKS has no way to change just these two: the whole cluster is read, two fields of
// it change, and it is written back if it is still as it was read. An operation that is under way, perhaps our own of a run
// that was interrupted, is waited for first.
func (k *Keeper) writeCluster(ctx context.Context, want *estate.Cluster) (estate.Live, error) {
	scope := place(want.Subscription, want.ResourceGroup)
	defer k.clusters.Drop(scope)
	s, err := k.clients.of(want.Subscription)
	if err != nil {
		return estate.Live{}, err
	}
	full, err := k.settledCluster(ctx, s, want)
	if err != nil {
		return estate.Live{}, err
	}
	if c := clusterOf(full); c.fits(want) {
		return k.liveCluster(want, c), nil
	}
	switchOn(full, want)
	try := attempt{"switch on the OIDC issuer of AKS cluster " + want.Name, clusterWriter, scope}
	poller, err := s.clusters.BeginCreateOrUpdate(ctx, want.ResourceGroup, want.Name, *full, &armcontainerservice.ManagedClustersClientBeginCreateOrUpdateOptions{IfMatch: full.ETag})
	if err != nil {
		return estate.Live{}, k.refusal(ctx, try, err)
	}
	err = k.until(ctx, want.Name, func(ctx context.Context) (bool, error) {
		if poller.Done() {
			return true, nil
		}
		_, err := poller.Poll(ctx) //nolint:bodyclose // our transport has read it whole
		return poller.Done(), err
	})
	if err != nil {
		return estate.Live{}, k.refusal(ctx, try, err)
	}
	if _, err := poller.Result(ctx); err != nil {
		return estate.Live{}, k.refusal(ctx, try, err)
	}
	full, err = k.settledCluster(ctx, s, want)
	if err != nil {
		return estate.Live{}, err
	}
	c := clusterOf(full)
	if !c.fits(want) {
		return estate.Live{}, &bridge.Error{
			Kind: bridge.Unreachable, Hop: bridge.HopARM, Code: "issuer_missing", Retry: true, RetryAfter: 10 * time.Second,
			Text: fmt.Sprintf("AKS cluster %s was changed (%s), and does not show its issuer yet", want.Name, c.state),
			Hint: fmt.Sprintf("az aks show --name %s --resource-group %s --query oidcIssuerProfile", want.Name, want.ResourceGroup),
		}
	}
	return k.liveCluster(want, c), nil
}

// switchOn changes the two fields and leaves all else as it was read.
func switchOn(c *armcontainerservice.ManagedCluster, want *estate.Cluster) {
	if c.Properties == nil {
		c.Properties = &armcontainerservice.ManagedClusterProperties{}
	}
	p := c.Properties
	if want.OIDCIssuer {
		if p.OidcIssuerProfile == nil {
			p.OidcIssuerProfile = &armcontainerservice.ManagedClusterOIDCIssuerProfile{}
		}
		p.OidcIssuerProfile.Enabled = to.Ptr(true)
	}
	if want.WorkloadIdentity {
		if p.SecurityProfile == nil {
			p.SecurityProfile = &armcontainerservice.ManagedClusterSecurityProfile{}
		}
		p.SecurityProfile.WorkloadIdentity = &armcontainerservice.ManagedClusterSecurityProfileWorkloadIdentity{Enabled: to.Ptr(true)}
	}
}

// settledCluster reads the whole cluster when nothing is going on with it any more.
func (k *Keeper) settledCluster(ctx context.Context, s *subscription, want *estate.Cluster) (*armcontainerservice.ManagedCluster, error) {
	var full armcontainerservice.ManagedCluster
	err := k.until(ctx, want.Name, func(ctx context.Context) (bool, error) {
		got, err := s.clusters.Get(ctx, want.ResourceGroup, want.Name, nil)
		full = got.ManagedCluster
		return ended(clusterOf(&full).state), err
	})
	if err != nil {
		return nil, k.refusal(ctx, attempt{"read AKS cluster " + want.Name, clusterReader, place(want.Subscription, want.ResourceGroup)}, err)
	}
	return &full, nil
}

// ended says whether a provisioning state is a last one.
func ended(state string) bool {
	switch state {
	case "Succeeded", "Failed", "Canceled", "":
		return true
	}
	return false
}

// until looks again and again, for as long as the patience lasts.
func (k *Keeper) until(ctx context.Context, name string, done func(context.Context) (bool, error)) error {
	deadline := k.o.Clock().Add(k.o.Patience)
	for {
		ok, err := done(ctx)
		if ok || err != nil {
			return err
		}
		if !k.o.Clock().Before(deadline) {
			return &bridge.Error{
				Kind: bridge.Unreachable, Hop: bridge.HopARM, Code: "operation_slow", Text: fmt.Sprintf("AKS cluster %s is still being changed after %s", name, k.o.Patience),
				Hint: "AKS goes on by itself: run the same again later, it takes up the wait",
			}
		}
		if err := bridge.Wait(ctx, k.o.Poll); err != nil {
			return err
		}
	}
}
