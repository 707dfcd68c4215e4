// Package landbridge lets a program on Azure call Google Cloud, and a program on Google call Azure, with no key at all.
//
// The program's own identity goes in: a projected service-account token, a managed identity, a metadata server. Token
// sources for Google's and Azure's Go libraries come out. Tokens are exchanged once for all callers, renewed before they
// run out, never handed out with less than five minutes of life, and never written anywhere.
//
//	bridge, err := landbridge.New(ctx, landbridge.Options{
//		Provider:       "projects/123456789/locations/global/workloadIdentityPools/azure/providers/aks-prod",
//		ServiceAccount: "app@prod.iam.gserviceaccount.com",
//	})
//	client, err := genai.NewClient(ctx, &genai.ClientConfig{
//		Backend: genai.BackendVertexAI, Project: "prod", Location: "europe-west4", Credentials: bridge.Credentials(),
//	})
package landbridge

import (
	"context"
	"crypto/x509"
	"time"

	"cloud.google.com/go/auth"
	"golang.org/x/oauth2"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/route"
)

// Error is what every refusal is: which hop refused, in whose words, and what to do next. Use errors.As.
type Error = bridge.Error

// Record is one line of an audit log: a lease obtained, or a refusal. It names tokens by their hash and holds none.
type Record = bridge.Record

// Source says what proves who the program is on Azure. The zero value finds out: a projected token, the Azure workload
// identity webhook, Service Fabric, App Service, Arc, a virtual machine, the Azure CLI. A Kind names one of
// "kubernetes", "file", "azure-workload-identity", "service-fabric", "app-service", "arc", "imds" and "azure-cli".
type Source = route.AzureSource

// Options say how to get to Google. Without a Provider they are filled in from the environment: the variables of
// landbridge serve (LANDBRIDGE_TO_GOOGLE_PROVIDER, LANDBRIDGE_TO_GOOGLE_SERVICE_ACCOUNT and so on), else the
// external_account file that GOOGLE_APPLICATION_CREDENTIALS names.
type Options struct {
	// Provider is the workload identity pool provider, projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER.
	Provider string
	// ServiceAccount to impersonate. Empty is direct access: the program's own principal.
	ServiceAccount string
	// Delegates lead to ServiceAccount, each allowed to mint tokens for the next.
	Delegates []string
	// Scopes of tokens when a call names none; cloud-platform when empty.
	Scopes []string
	// Lifetime of a service account's token; an hour when zero. More needs an organisation policy, and AllowLongLifetime.
	Lifetime          time.Duration
	AllowLongLifetime bool
	// Project that Google's libraries find in the credentials; GOOGLE_CLOUD_PROJECT when empty.
	Project string
	// QuotaProject is billed instead of Project.
	QuotaProject string
	// Source is found out when zero.
	Source Source
	// AssertionAudience, where the provider lists allowed audiences; its own name when empty.
	AssertionAudience string
	// STSLocation keeps the exchange in a region: sts.REGION.rep.googleapis.com.
	STSLocation string
	// UniverseDomain of another Google Cloud than the public one.
	UniverseDomain string
	// STSEndpoint and IAMEndpoint replace Google's base URLs: https, or http on loopback (a landbridge sandbox).
	STSEndpoint, IAMEndpoint string
	// RootCAs replace the system's trusted roots.
	RootCAs *x509.CertPool
	// Audit is told of every lease and every refusal. When it fails, there is no lease. It must not keep the record's
	// slices, and may be called from many goroutines.
	Audit func(context.Context, Record) error
}

// Bridge hands out Google tokens. It is safe for use from many goroutines.
type Bridge struct {
	ctx  context.Context
	road *route.Google
	stop func() bool
}

// New returns a Bridge; it makes no call. Token sources without a context of their own use ctx, and when ctx ends the
// Bridge is closed.
func New(ctx context.Context, o Options) (*Bridge, error) {
	r, err := o.route()
	if err != nil {
		return nil, err
	}
	road, err := route.ToGoogle(r)
	if err != nil {
		return nil, err
	}
	return &Bridge{ctx: ctx, road: road, stop: context.AfterFunc(ctx, road.Close)}, nil
}

// Close ends what runs in the background. Tokens handed out stay good.
func (b *Bridge) Close() {
	b.stop()
	b.road.Close()
}

// Describe says in a few lines which source was chosen and why, and what will be asked of Google.
func (b *Bridge) Describe() []string { return b.road.Describe() }

// TokenSource is for golang.org/x/oauth2 and everything that takes its token sources.
func (b *Bridge) TokenSource(scopes ...string) oauth2.TokenSource {
	return tokenSource{b.ctx, b.road.Handle(bridge.LeaseRequest{Scopes: scopes})}
}

// TokenProvider is for cloud.google.com/go/auth.
func (b *Bridge) TokenProvider(scopes ...string) auth.TokenProvider {
	return tokenProvider{b.road.Handle(bridge.LeaseRequest{Scopes: scopes})}
}

// Credentials are for libraries that take credentials of cloud.google.com/go/auth: genai, and the cloud.google.com/go
// clients through option.WithAuthCredentials.
func (b *Bridge) Credentials(scopes ...string) *auth.Credentials {
	return auth.NewCredentials(&auth.CredentialsOptions{
		TokenProvider:          b.TokenProvider(scopes...),
		ProjectIDProvider:      property(b.road.Project),
		QuotaProjectIDProvider: property(b.road.QuotaProject),
		UniverseDomainProvider: property(b.road.UniverseDomain),
	})
}

// IDToken returns an OIDC ID token for a service of yours that checks one, such as Cloud Run. Only a service account can
// sign one. Ask again for each call: a token with life left is returned at once.
func (b *Bridge) IDToken(ctx context.Context, audience string) (string, error) {
	if audience == "" {
		return "", &bridge.Error{Kind: bridge.Usage, Code: "audience_missing", Text: "an ID token needs an audience", Hint: "name the URL of the service that will check it"}
	}
	lease, err := b.road.Lease(ctx, bridge.LeaseRequest{Audience: audience})
	if err != nil {
		return "", err
	}
	return lease.Token.Reveal(), nil
}

// leaser is one request's place in a broker.
type leaser interface {
	Lease(ctx context.Context) (bridge.Lease, error)
}

type tokenSource struct {
	ctx   context.Context // oauth2.TokenSource has none of its own
	lease leaser
}

func (s tokenSource) Token() (*oauth2.Token, error) {
	lease, err := s.lease.Lease(s.ctx)
	if err != nil {
		return nil, err
	}
	return &oauth2.Token{AccessToken: lease.Token.Reveal(), TokenType: "Bearer", Expiry: lease.Expiry}, nil
}

type tokenProvider struct{ lease leaser }

func (p tokenProvider) Token(ctx context.Context) (*auth.Token, error) {
	lease, err := p.lease.Lease(ctx)
	if err != nil {
		return nil, err
	}
	return &auth.Token{Value: lease.Token.Reveal(), Type: "Bearer", Expiry: lease.Expiry}, nil
}

func property(value string) auth.CredentialsPropertyProvider {
	return auth.CredentialsPropertyFunc(func(context.Context) (string, error) { return value, nil })
}

// recorder is a program's own audit function as the port.
type recorder func(context.Context, Record) error

func (r recorder) Record(ctx context.Context, record Record) error { return r(ctx, record) }
