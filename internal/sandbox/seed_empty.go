package sandbox

import (
	"strconv"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// The part of the default world in which nothing is set up yet: where set-up is tried.
const (
	emptyGroup      = "landbridge-empty"
	emptyGroupScope = "/subscriptions/" + subscriptionID + "/resourceGroups/" + emptyGroup
	azureLocation   = "swedencentral"
)

// emptyClusters are AKS clusters of that group, with their OIDC issuers off.
var emptyClusters = [...]string{"aks-one", "aks-two", "aks-three", "aks-four", "aks-five"}

// seedEmpty adds the resource group with its clusters. An issuer, once it is on, is served by this sandbox, below base.
func seedEmpty(w *world.World, base string) {
	for i, name := range emptyClusters {
		w.AddCluster(world.Cluster{
			Name: name, TenantID: tenantID, Issuer: base + clusterID[:len(clusterID)-1] + strconv.Itoa(i+1) + "/",
			Accounts: map[string]bool{"default/default": true},
			Managed:  &world.ManagedCluster{Subscription: subscriptionID, ResourceGroup: emptyGroup, Location: azureLocation},
		})
	}
}
