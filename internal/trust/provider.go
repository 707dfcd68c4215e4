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
	Name               string            `json:"name" yaml:"name"`
	DisplayName        string            `json:"displayName,omitempty" yaml:"displayName,omitempty"`
	Description        string            `json:"description,omitempty" yaml:"description,omitempty"`
	State              string            `json:"state,omitempty" yaml:"state,omitempty"` // ACTIVE or DELETED; empty is ACTIVE
	Disabled           bool              `json:"disabled,omitempty" yaml:"disabled,omitempty"`
	AttributeMapping   map[string]string `json:"attributeMapping,omitempty" yaml:"attributeMapping,omitempty"`
	AttributeCondition string            `json:"attributeCondition,omitempty" yaml:"attributeCondition,omitempty"`
	OIDC               OIDC              `json:"oidc" yaml:"oidc"`
}

// OIDC is the issuer side of a Provider.
type OIDC struct {
	IssuerURI        string   `json:"issuerUri" yaml:"issuerUri"`
	AllowedAudiences []string `json:"allowedAudiences,omitempty" yaml:"allowedAudiences,omitempty"` // empty: the provider's own name only
	JWKSJSON         string   `json:"jwksJson,omitempty" yaml:"jwksJson,omitempty"`                 // empty: fetched by discovery
}
