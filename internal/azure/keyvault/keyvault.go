// Package keyvault signs and wraps with the keys of Azure Key Vault, and reads and rotates its secrets.
//
// A digest enters and its signature leaves; a reference enters and a bridge.Secret leaves. It must never hand a lease to another host
// than Key Vault's own or for another resource than Key Vault, never put a secret's value into an error, and never retry: the callers
// do, on the verdict given here.
package keyvault

import (
	"net/url"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// Options configure New. HTTP, Leaser and Clock are required.
type Options struct {
	HTTP   *wire.Client
	Leaser bridge.Leaser
	Clock  bridge.Clock
	// Endpoint stands in for every vault, whose name becomes the first element of the path: https on loopback, an emulator. Key Vault
	// itself when empty.
	Endpoint string
}

// Client calls vaults. It is safe for use from many goroutines.
type Client struct {
	options  Options
	endpoint *url.URL // nil is Key Vault itself

	// The SDK's clients by the vault's host: each learns by a 401 which token its vault wants, and keeps the token.
	mu      sync.Mutex
	keys    map[string]*azkeys.Client
	secrets map[string]*azsecrets.Client
}

// New checks the options. It makes no call.
func New(o Options) (*Client, error) {
	if o.HTTP == nil || o.Leaser == nil || o.Clock == nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopKeys, Code: "incomplete", Text: "calls of Key Vault need an HTTP client, a leaser and a clock"}
	}
	c := &Client{options: o, keys: map[string]*azkeys.Client{}, secrets: map[string]*azsecrets.Client{}}
	if o.Endpoint == "" {
		return c, nil
	}
	u, err := url.Parse(o.Endpoint)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, refused("address_malformed", "the endpoint of Key Vault is not an address of the form https://HOST:PORT", "write https://127.0.0.1:PORT")
	case !loopback(u.Hostname()):
		return nil, refused("host_refused", "the endpoint of Key Vault "+u.Hostname()+" is not on loopback, and would be handed a token", "leave it out: the vault's own address is in each reference")
	case u.Scheme != "https":
		return nil, refused("host_refused", "the endpoint of Key Vault is reached over plain http, over which its client sends no token", "write https://"+u.Host)
	}
	c.endpoint = u
	return c, nil
}

// base is the address of a reference's vault.
func (c *Client) base(r Reference) string {
	if c.endpoint == nil {
		return "https://" + r.Host
	}
	return strings.TrimSuffix(c.endpoint.String(), "/") + "/" + r.Vault()
}

// calling is what the SDK's clients are made with. The challenge of an emulator cannot match its address: the transport and the
// credential hold it to the cloud's resource all the same.
func (c *Client) calling(r Reference) (policy.ClientOptions, credential) {
	base, scope := c.base(r), r.scope()
	o := rest.ClientOptions(c.options.HTTP, bridge.HopKeys, base)
	o.Transport = challenged{o.Transport}
	return o, credential{rest.Credential(c.options.Leaser), scope}
}

func (c *Client) keyClient(r Reference) (*azkeys.Client, error) {
	return kept(c, c.keys, r, func(base string, who credential, o policy.ClientOptions) (*azkeys.Client, error) {
		return azkeys.NewClient(base, who, &azkeys.ClientOptions{ClientOptions: o, DisableChallengeResourceVerification: c.endpoint != nil})
	})
}

func (c *Client) secretClient(r Reference) (*azsecrets.Client, error) {
	return kept(c, c.secrets, r, func(base string, who credential, o policy.ClientOptions) (*azsecrets.Client, error) {
		return azsecrets.NewClient(base, who, &azsecrets.ClientOptions{ClientOptions: o, DisableChallengeResourceVerification: c.endpoint != nil})
	})
}

// kept is the client of a vault, made at its first call.
func kept[T any](c *Client, of map[string]T, r Reference, fresh func(base string, who credential, o policy.ClientOptions) (T, error)) (T, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	client, ok := of[r.Host]
	if ok {
		return client, nil
	}
	o, who := c.calling(r)
	client, err := fresh(c.base(r), who, o)
	if err != nil {
		return client, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopKeys, Code: "incomplete", Text: "the client of Key Vault cannot be made", Cause: err}
	}
	of[r.Host] = client
	return client, nil
}

func refused(code, text, hint string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopKeys, Code: code, Text: text, Hint: hint}
}
