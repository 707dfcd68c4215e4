// Package rest carries the calls of Azure's own SDK: our HTTP client below it, the bridge's leases as its credential, and its
// refusals in our form.
//
// A leaser and a client enter; options for the SDK's clients leave, and the errors of their calls as *bridge.Error. It must never
// send a token to another host than the service's own, never retry and never wait: the callers do, on the verdict given here.
package rest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// Options configure Manager. HTTP and Leaser are required.
type Options struct {
	// HTTP makes the calls. A page of Resource Graph has some MiB: give it a body limit of 16.
	HTTP   *wire.Client
	Leaser bridge.Leaser
	// Endpoint is Resource Manager's address; the public cloud's when empty.
	Endpoint string
}

// Manager is what every client of Resource Manager is made with: arm…NewClient(subscription, m.Credential, m.Options).
type Manager struct {
	Endpoint   string // without a trailing slash
	Credential azcore.TokenCredential
	Options    *arm.ClientOptions
}

// NewManager checks the address. It makes no call.
func NewManager(o Options) (*Manager, error) {
	if o.HTTP == nil || o.Leaser == nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopARM, Code: "incomplete", Text: "calls of Resource Manager need an HTTP client and a leaser"}
	}
	base, err := azure.ResourceManagerAddress(o.Endpoint)
	if err != nil {
		return nil, err
	}
	return &Manager{Endpoint: base, Credential: Credential(o.Leaser), Options: ManagerOptions(o.HTTP, base)}, nil
}

// ManagerOptions are ClientOptions for Resource Manager at base, an address that was checked.
func ManagerOptions(client *wire.Client, base string) *arm.ClientOptions {
	options := &arm.ClientOptions{
		ClientOptions: ClientOptions(client, bridge.HopARM, base),
		// Registering a resource provider is the operator's decision; the refusal says how.
		DisableRPRegistration: true,
	}
	options.Cloud = cloud.Configuration{Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
		cloud.ResourceManager: {Endpoint: base, Audience: azure.ResourceManagerResource(base)},
	}}
	return options
}

// ClientOptions are what a client of the SDK gets for a service at base, an address that was checked: our transport, one attempt, no
// other host.
func ClientOptions(client *wire.Client, hop bridge.Hop, base string) policy.ClientOptions {
	u, err := url.Parse(base)
	if err != nil {
		u = &url.URL{} // no host: every call is refused
	}
	return policy.ClientOptions{
		Transport: transport{http: client, hop: hop, host: u.Host},
		Retry:     policy.RetryOptions{MaxRetries: -1},
		// Plain HTTP is loopback's alone: the address was checked.
		InsecureAllowCredentialWithHTTP: u.Scheme == "http",
	}
}

// transport is the SDK's way to our HTTP client. The SDK follows links that answers hold, with the token: they may lead to no other
// host.
type transport struct {
	http *wire.Client
	hop  bridge.Hop
	host string
}

// Do implements policy.Transporter.
func (t transport) Do(req *http.Request) (*http.Response, error) {
	if !strings.EqualFold(req.URL.Host, t.host) {
		return nil, &bridge.Error{
			Kind: bridge.Refused, Hop: t.hop, Code: "link_refused", Text: t.host + " sent us on to " + req.URL.Host + ", which would be handed our token",
			Hint: "check that the address is the service's own and not a proxy's",
		}
	}
	resp, err := t.http.Do(req.Context(), t.hop, req)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: http.StatusText(resp.Status), StatusCode: resp.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: resp.Header, Body: io.NopCloser(bytes.NewReader(resp.Body)), ContentLength: int64(len(resp.Body)), Request: req,
	}, nil
}

// Credential is a leaser as the SDK knows it: it is asked for each token by its scope, and keeps none longer than the SDK does.
func Credential(l bridge.Leaser) azcore.TokenCredential { return credential{l} }

type credential struct{ leaser bridge.Leaser }

// GetToken implements azcore.TokenCredential.
func (c credential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	lease, err := c.leaser.Lease(ctx, bridge.LeaseRequest{Scopes: o.Scopes})
	if err != nil {
		return azcore.AccessToken{}, err
	}
	return azcore.AccessToken{Token: lease.Token.Reveal(), ExpiresOn: lease.Expiry}, nil
}
