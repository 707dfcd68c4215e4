package landbridge

import (
	"context"
	"crypto/x509"
	"fmt"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/route"
)

// HomeSource says what proves who the program is on Google. The zero value is the metadata server; a Kind names one of
// "google-metadata" and "file".
type HomeSource = route.GoogleSource

// AzureOptions say how to get from Google to Azure. TenantID and ClientID are needed.
type AzureOptions struct {
	// TenantID is the Entra tenant, a GUID or a domain.
	TenantID string
	// ClientID of the app registration or user-assigned identity with a federated credential for the Google identity:
	// issuer https://accounts.google.com, subject the service account's unique id, audience api://AzureADTokenExchange.
	ClientID string
	// Source is found out when zero.
	Source HomeSource
	// AuthorityHost is Entra's address; the public cloud's when empty.
	AuthorityHost string
	// RootCAs replace the system's trusted roots.
	RootCAs *x509.CertPool
	// Audit is told of every lease and every refusal. When it fails, there is no lease.
	Audit func(context.Context, Record) error
}

// AzureCredential is the way back: an azcore.TokenCredential for every client of the Azure SDK, in a program that runs on
// Google. It is safe for use from many goroutines.
type AzureCredential struct {
	road *route.Azure
	stop func() bool
}

var _ azcore.TokenCredential = (*AzureCredential)(nil)

// NewAzureCredential returns a credential; it makes no call. When ctx ends the credential is closed.
func NewAzureCredential(ctx context.Context, o AzureOptions) (*AzureCredential, error) {
	road, err := route.ToAzure(route.AzureOptions{
		World: world(route.World{RootCAs: o.RootCAs}, o.Audit), Source: o.Source,
		TenantID: o.TenantID, ClientID: o.ClientID, AuthorityHost: o.AuthorityHost,
	})
	if err != nil {
		return nil, err
	}
	return &AzureCredential{road, context.AfterFunc(ctx, road.Close)}, nil
}

// GetToken implements azcore.TokenCredential.
func (c *AzureCredential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	switch {
	case o.TenantID != "" && !strings.EqualFold(o.TenantID, c.road.TenantID):
		return azcore.AccessToken{}, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopEntra, Code: "tenant_mismatch",
			Text: fmt.Sprintf("a token of tenant %q was asked for, but the credential is of tenant %q", o.TenantID, c.road.TenantID),
			Hint: "make a credential for that tenant; its identity needs a federated credential of its own",
		}
	case o.Claims != "":
		// A continuous-access challenge: the token in hand was withdrawn, and handing it out again would loop.
		return azcore.AccessToken{}, &bridge.Error{
			Kind: bridge.Denied, Hop: bridge.HopEntra, Code: "claims_challenge",
			Text: "azure asks for further claims, which a federated workload cannot give", Hint: "see the conditional access policies for workload identities in Entra",
		}
	}
	lease, err := c.road.Lease(ctx, bridge.LeaseRequest{Scopes: o.Scopes})
	if err != nil {
		return azcore.AccessToken{}, err
	}
	return azcore.AccessToken{Token: lease.Token.Reveal(), ExpiresOn: lease.Expiry}, nil
}

// Describe says in a few lines which source was chosen and why, and what will be asked of Entra.
func (c *AzureCredential) Describe() []string { return c.road.Describe() }

// Close ends what runs in the background. Tokens handed out stay good.
func (c *AzureCredential) Close() {
	c.stop()
	c.road.Close()
}
