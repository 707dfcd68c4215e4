// Package trust holds Google's and Entra's acceptance rules as code: what a workload identity pool provider and a
// federated identity credential accept, and in whose words they refuse.
//
// A provider, a token, the issuer's keys and a time enter; a verdict leaves, step by step. It must never fetch anything,
// and never accept what the clouds would refuse.
package trust

// Provider is a workload identity pool OIDC provider in the JSON shape of the IAM API
// (projects.locations.workloadIdentityPools.providers), so that the output of
// "gcloud iam workload-identity-pools providers describe --format=json" is one.
type Provider struct {
	// Name is projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER.
	Name               string            `json:"name"`
	DisplayName        string            `json:"displayName,omitempty"`
	Description        string            `json:"description,omitempty"`
	State              string            `json:"state,omitempty"` // ACTIVE or DELETED; empty is ACTIVE
	Disabled           bool              `json:"disabled,omitempty"`
	AttributeMapping   map[string]string `json:"attributeMapping,omitempty"`
	AttributeCondition string            `json:"attributeCondition,omitempty"`
	OIDC               OIDC              `json:"oidc"`
}

// OIDC is the issuer side of a Provider.
type OIDC struct {
	IssuerURI        string   `json:"issuerUri"`
	AllowedAudiences []string `json:"allowedAudiences,omitempty"` // empty: the provider's own name only
	JWKSJSON         string   `json:"jwksJson,omitempty"`         // empty: fetched by discovery
}

// FederatedCredential is what an Entra application or managed identity accepts in place of a secret, in the JSON shape of
// Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials' properties.
type FederatedCredential struct {
	Name      string   `json:"name,omitempty"`
	Issuer    string   `json:"issuer"`
	Subject   string   `json:"subject"`
	Audiences []string `json:"audiences"`
}
