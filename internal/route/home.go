package route

import (
	"context"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/wire"
)

// AzureHome hands out leases of Azure to a workload that lives there: its own tokens, with no far shore in between. Each resource has
// tokens of its own, so each has a route. It is safe for use from many goroutines.
type AzureHome struct {
	world  World
	source AzureSource

	mu     sync.Mutex
	routes map[string]*Route // by scope
}

// NewAzureHome returns one for the identity that source names. A Kubernetes token is no token of Azure's, so on AKS Entra is asked with
// it, as Azure Workload Identity does. It makes no call.
func NewAzureHome(w World, source AzureSource) (*AzureHome, error) {
	h := &AzureHome{world: w, source: source, routes: map[string]*Route{}}
	_, err := h.route(azure.StorageScope) // says now what cannot work
	return h, err
}

// Lease implements bridge.Leaser. req names one scope, RESOURCE/.default.
func (h *AzureHome) Lease(ctx context.Context, req bridge.LeaseRequest) (bridge.Lease, error) {
	if len(req.Scopes) != 1 || req.Audience != "" {
		return bridge.Lease{}, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopHome, Code: "scope_missing", Text: "a lease of Azure needs one scope, RESOURCE/.default"}
	}
	r, err := h.route(req.Scopes[0])
	if err != nil {
		return bridge.Lease{}, err
	}
	return r.Lease(ctx, req)
}

func (h *AzureHome) route(scope string) (*Route, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r, ok := h.routes[scope]; ok {
		return r, nil
	}
	client := h.world.wire()
	settings := h.source
	settings.Resource = strings.TrimSuffix(scope, "/.default")
	choice, err := azure.Detect(azure.Deps{HTTP: client, Clock: h.world.Clock, Env: h.world.Env}, azureAtHome(h.world.Env, settings))
	if err != nil {
		return nil, err
	}
	r, err := assemble(h.world, client, chosen{choice.Source, []string{"azure: as this workload itself, by " + describe(choice.Source)}}, own{})
	if err != nil {
		return nil, err
	}
	h.routes[scope] = r
	return r, nil
}

// azureAtHome is the source of Azure's own tokens where the other one reads a file of Kubernetes' as it is.
func azureAtHome(env bridge.Env, s AzureSource) AzureSource {
	federated := s.Kind == azure.Kubernetes || s.Kind == azure.File || (s.Kind == "" || s.Kind == azure.Auto) && env("AZURE_FEDERATED_TOKEN_FILE") != ""
	if federated {
		s.Kind, s.Format, s.Field = azure.WorkloadIdentity, "", ""
	}
	return s
}

// Describe says in a line what was chosen, and why.
func (h *AzureHome) Describe() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.routes[azure.StorageScope].Describe()
}

// Close ends what runs in the background.
func (h *AzureHome) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.routes {
		r.Close()
	}
}

// own is the exchange that is none: what the workload has at home is what it asks with.
type own struct{}

// AssertionAudience implements bridge.Exchanger; a source of Azure's own tokens knows its resource.
func (own) AssertionAudience() string { return "" }

// Exchange implements bridge.Exchanger.
func (own) Exchange(_ context.Context, a bridge.Assertion, req bridge.LeaseRequest) (bridge.Lease, error) {
	return bridge.Lease{
		Token: a.Token, Type: bridge.AccessToken, Principal: bridge.Principal(a.Subject), Scopes: req.Scopes, Expiry: a.Expiry, Trace: a.Trace,
	}, nil
}

// NewGoogleHome returns the way to Google of a workload that lives there: access tokens of its service account from the metadata
// server. It makes no call.
func NewGoogleHome(w World, source GoogleSource) (*Route, error) {
	client := wire.New(wire.Options{RootCAs: w.RootCAs, UserAgent: w.UserAgent, Timeout: w.Timeout, NoProxy: true})
	choice, err := google.DetectSource(google.SourceDeps{Wire: client, Clock: w.Clock, Env: w.Env}, source)
	if err != nil {
		return nil, err
	}
	host := source.MetadataHost
	if host == "" {
		host = w.Env("GCE_METADATA_HOST")
	}
	x, err := google.NewMetadataToken(google.MetadataOptions{Wire: client, Clock: w.Clock, Host: host})
	if err != nil {
		return nil, err
	}
	return assemble(w, client, chosen{choice.Source, []string{"google: as this workload itself, by " + describe(choice.Source)}}, x)
}
