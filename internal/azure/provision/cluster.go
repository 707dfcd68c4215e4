package provision

import (
	"context"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/containerservice/armcontainerservice/v8"

	"github.com/landbridge/landbridge/internal/estate"
)

const (
	clusterReader = "Azure Kubernetes Service Cluster User Role"
	clusterWriter = "Azure Kubernetes Service Contributor Role"
)

// cluster is what matters of a managed cluster.
type cluster struct {
	name     string
	location string
	tenant   string
	state    string // Succeeded, Updating, Failed …
	oidc     bool
	issuer   string // empty until AKS has made it
	workload bool
}

func clusterOf(c *armcontainerservice.ManagedCluster) cluster {
	out := cluster{name: value(c.Name), location: value(c.Location)}
	if c.Identity != nil {
		out.tenant = value(c.Identity.TenantID)
	}
	if p := c.Properties; p != nil {
		out.state = value(p.ProvisioningState)
		if p.OidcIssuerProfile != nil {
			out.oidc, out.issuer = value(p.OidcIssuerProfile.Enabled), value(p.OidcIssuerProfile.IssuerURL)
		}
		if p.SecurityProfile != nil && p.SecurityProfile.WorkloadIdentity != nil {
			out.workload = value(p.SecurityProfile.WorkloadIdentity.Enabled)
		}
	}
	return out
}

// value is what a pointer of the SDK points to.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// place is a resource group, as a key and as a scope; Resource Manager does not mind upper and lower case.
func place(subscription, group string) string {
	return "/subscriptions/" + strings.ToLower(subscription) + "/resourceGroups/" + strings.ToLower(group)
}

// clustersIn lists the clusters of a resource group.
func (k *Keeper) clustersIn(ctx context.Context, subscription, group string) ([]cluster, error) {
	scope := place(subscription, group)
	return k.clusters.Ask(ctx, scope, func(ctx context.Context) ([]cluster, error) {
		s, err := k.clients.of(subscription)
		if err != nil {
			return nil, err
		}
		var out []cluster
		for pager := s.clusters.NewListByResourceGroupPager(group, nil); pager.More(); {
			page, err := pager.NextPage(ctx)
			if err != nil {
				return nil, k.refusal(ctx, attempt{"list the AKS clusters of resource group " + group, clusterReader, scope}, err)
			}
			for _, c := range page.Value {
				if c != nil {
					out = append(out, clusterOf(c))
				}
			}
		}
		return out, nil
	})
}

func (k *Keeper) readCluster(ctx context.Context, want *estate.Cluster) (estate.Live, error) {
	all, err := k.clustersIn(ctx, want.Subscription, want.ResourceGroup)
	if err != nil {
		return estate.Live{}, err
	}
	for _, c := range all {
		if strings.EqualFold(c.name, want.Name) {
			return k.liveCluster(want, c), nil
		}
	}
	return estate.Live{}, nil
}

// liveCluster shows the two switches as far as they are wanted: what is on beside that is not set-up's affair. An issuer
// that has no address yet is not on.
func (k *Keeper) liveCluster(want *estate.Cluster, c cluster) estate.Live {
	tenant := c.tenant
	if tenant == "" {
		tenant = k.o.TenantID
	}
	outputs := map[string]string{"location": c.location, "tenant_id": tenant}
	if c.issuer != "" {
		outputs["issuer"] = c.issuer
	}
	return estate.Live{
		Spec: &estate.Cluster{
			Subscription: want.Subscription, ResourceGroup: want.ResourceGroup, Name: want.Name,
			OIDCIssuer: want.OIDCIssuer && c.oidc && c.issuer != "", WorkloadIdentity: want.WorkloadIdentity && c.workload,
		},
		Outputs: outputs,
	}
}

// fits says whether the cluster has what is wanted and nothing is going on.
func (c cluster) fits(want *estate.Cluster) bool {
	return (!want.OIDCIssuer || c.oidc && c.issuer != "") && (!want.WorkloadIdentity || c.workload)
}
