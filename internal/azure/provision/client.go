package provision

import (
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/authorization/armauthorization/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/containerservice/armcontainerservice/v8"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/msi/armmsi"
)

// clients are the SDK's, by subscription. Making one costs nothing but its token cache.
type clients struct {
	credential azcore.TokenCredential
	options    *arm.ClientOptions

	mu   sync.Mutex
	made map[string]*subscription
}

// subscription is the SDK's clients for one subscription.
type subscription struct {
	clusters    *armcontainerservice.ManagedClustersClient
	identities  *armmsi.UserAssignedIdentitiesClient
	credentials *armmsi.FederatedIdentityCredentialsClient
	assignments *armauthorization.RoleAssignmentsClient
	definitions *armauthorization.RoleDefinitionsClient
}

func (c *clients) of(id string) (*subscription, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := strings.ToLower(id)
	if s, ok := c.made[key]; ok {
		return s, nil
	}
	aks, err := armcontainerservice.NewManagedClustersClient(id, c.credential, c.options)
	if err != nil {
		return nil, err
	}
	msi, err := armmsi.NewClientFactory(id, c.credential, c.options)
	if err != nil {
		return nil, err
	}
	rbac, err := armauthorization.NewClientFactory(id, c.credential, c.options)
	if err != nil {
		return nil, err
	}
	s := &subscription{
		clusters: aks, identities: msi.NewUserAssignedIdentitiesClient(), credentials: msi.NewFederatedIdentityCredentialsClient(),
		assignments: rbac.NewRoleAssignmentsClient(), definitions: rbac.NewRoleDefinitionsClient(),
	}
	if c.made == nil {
		c.made = map[string]*subscription{}
	}
	c.made[key] = s
	return s, nil
}
