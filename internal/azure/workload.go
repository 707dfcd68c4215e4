package azure

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/tokenfile"
)

// WorkloadIdentitySource signs in to Entra with the token that the Azure workload identity webhook mounts, and gives
// Entra's token on. Every call signs in anew: Entra gives a workload a new token each time it asks.
type WorkloadIdentitySource struct {
	files []*tokenfile.Source // tried in order until one exists
	entra *Entra
}

// NewWorkloadIdentity returns a source; it makes no call and need not find the file yet. What the settings leave open
// comes from the AZURE_ variables that the webhook injects.
func NewWorkloadIdentity(d Deps, s Settings) (*WorkloadIdentitySource, error) {
	d, err := d.whole()
	if err == nil {
		err = s.check(WorkloadIdentity)
	}
	if err != nil {
		return nil, err
	}
	if d.Env("AZURE_KUBERNETES_TOKEN_PROXY") != "" {
		return nil, usage("identity_binding", "this pod uses an AKS identity binding (AZURE_KUBERNETES_TOKEN_PROXY), whose token only AKS's own proxy takes",
			"mount a projected token whose audience is the Google provider and use kind kubernetes: it needs no identity on Azure")
	}
	client, tenant := cmp.Or(s.ClientID, d.Env("AZURE_CLIENT_ID")), cmp.Or(s.TenantID, d.Env("AZURE_TENANT_ID"))
	if client == "" {
		return nil, usage("client_id_missing", "no client id: neither client_id nor AZURE_CLIENT_ID is set",
			"annotate the service account with azure.workload.identity/client-id, label the pod azure.workload.identity/use=true and restart it")
	}
	if tenant == "" {
		return nil, usage("tenant_missing", "no tenant: neither tenant_id nor AZURE_TENANT_ID is set", "label the pod azure.workload.identity/use=true and restart it")
	}
	entra, err := NewEntra(EntraOptions{
		HTTP: d.HTTP, Clock: d.Clock, TenantID: tenant, ClientID: client,
		AuthorityHost: cmp.Or(s.AuthorityHost, d.Env("AZURE_AUTHORITY_HOST")), Scope: s.resource() + "/.default",
	})
	if err != nil {
		return nil, err
	}
	out := &WorkloadIdentitySource{entra: entra}
	for _, path := range webhookFiles(cmp.Or(s.File, d.Env("AZURE_FEDERATED_TOKEN_FILE"))) {
		file, err := tokenfile.New(tokenfile.Options{Path: path, Clock: d.Clock})
		if err != nil {
			return nil, err
		}
		out.files = append(out.files, file)
	}
	return out, nil
}

// webhookFiles are the paths to try. The webhook moved its token in v1.6, so that a path of its own stands for both; any
// other path was chosen by somebody and stands for itself.
func webhookFiles(named string) []string {
	both := []string{tokenfile.AzureTokenFile, tokenfile.AzureTokenFileBefore16}
	switch named {
	case "":
		return both
	case tokenfile.AzureTokenFileBefore16:
		slices.Reverse(both)
		return both
	case tokenfile.AzureTokenFile:
		return both
	}
	return []string{named}
}

// Describe implements bridge.Describer.
func (s *WorkloadIdentitySource) Describe() string {
	return "Entra token of " + s.entra.client + ", got with " + s.files[0].Describe()
}

// Assertion implements bridge.Source.
func (s *WorkloadIdentitySource) Assertion(ctx context.Context, req bridge.AssertionRequest) (bridge.Assertion, error) {
	own, err := s.own(ctx, req)
	if err != nil {
		return bridge.Assertion{}, err
	}
	return s.entra.Reassert(ctx, own)
}

// own is the pod's token, from the first of the files that exists.
func (s *WorkloadIdentitySource) own(ctx context.Context, req bridge.AssertionRequest) (bridge.Assertion, error) {
	var first error
	for _, file := range s.files {
		out, err := file.Assertion(ctx, bridge.AssertionRequest{Audience: TokenExchangeResource, Fresh: req.Fresh})
		e, ok := errors.AsType[*bridge.Error](err)
		if !ok || e.Code != "token_file_missing" {
			return out, err
		}
		if first == nil {
			first = err
		}
	}
	return bridge.Assertion{}, first
}
