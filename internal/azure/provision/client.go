package provision

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/authorization/armauthorization/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/containerservice/armcontainerservice/v8"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/msi/armmsi"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// clientOptions are what every client of the SDK gets: our transport, one attempt, no side effects.
func clientOptions(o Options) (*arm.ClientOptions, error) {
	u, err := url.Parse(o.Endpoint)
	if err != nil {
		return nil, err
	}
	return &arm.ClientOptions{
		ClientOptions: policy.ClientOptions{
			Cloud: cloud.Configuration{Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
				cloud.ResourceManager: {Endpoint: o.Endpoint, Audience: azure.ResourceManagerResource(o.Endpoint)},
			}},
			Transport: transport{http: o.HTTP, host: u.Host},
			Retry:     policy.RetryOptions{MaxRetries: -1},
			// Plain HTTP is loopback's alone: the address was checked.
			InsecureAllowCredentialWithHTTP: u.Scheme == "http",
		},
		// Registering a resource provider is the operator's decision; the refusal says how.
		DisableRPRegistration: true,
	}, nil
}

// transport is the SDK's way to our HTTP client. The SDK follows links that answers hold, with the operator's token: they may
// lead to no other host.
type transport struct {
	http *wire.Client
	host string
}

// Do implements policy.Transporter.
func (t transport) Do(req *http.Request) (*http.Response, error) {
	if !strings.EqualFold(req.URL.Host, t.host) {
		return nil, &bridge.Error{
			Kind: bridge.Refused, Hop: bridge.HopARM, Code: "link_refused", Text: t.host + " sent us on to " + req.URL.Host + ", which would be handed the operator's token",
			Hint: "check that the address is Resource Manager's own and not a proxy's",
		}
	}
	resp, err := t.http.Do(req.Context(), bridge.HopARM, req)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: http.StatusText(resp.Status), StatusCode: resp.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: resp.Header, Body: io.NopCloser(bytes.NewReader(resp.Body)), ContentLength: int64(len(resp.Body)), Request: req,
	}, nil
}

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
