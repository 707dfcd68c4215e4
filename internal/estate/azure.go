package estate

import "strings"

// IsGUID says whether s is a GUID as Azure writes the ids of tenants, subscriptions, clients, principals and roles, in any case.
func IsGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if strings.IndexByte("0123456789abcdefABCDEF", s[i]) < 0 {
				return false
			}
		}
	}
	return true
}

// Cluster is an AKS cluster with its OIDC issuer. Set-up switches these two on and never off: it did not make the cluster.
// Output: issuer (https://REGION.oic.prod-aks.azure.com/TENANT/GUID/, with the slash), location, tenant_id.
type Cluster struct {
	Subscription  string `json:"-"`
	ResourceGroup string `json:"-"`
	Name          string `json:"-"`

	OIDCIssuer       bool `json:"oidc_issuer"`
	WorkloadIdentity bool `json:"workload_identity,omitempty"` // AKS's own webhook for Entra identities; wanted by the Entra route alone
}

// Kind implements Spec.
func (*Cluster) Kind() Kind { return KindCluster }

// Identity is a user-assigned managed identity. Set-up marks it with the tag AzureMarkKey.
// Outputs: client_id, principal_id, tenant_id, id (the ARM resource id).
type Identity struct {
	Subscription  string `json:"-"`
	ResourceGroup string `json:"-"`
	Name          string `json:"-"`

	Location string `json:"location"` // cannot be changed
}

// Kind implements Spec.
func (*Identity) Kind() Kind { return KindIdentity }

// FederatedCredential lets a subject of an issuer become a managed identity. It has neither description nor tags: set-up's
// mark is in its name (CredentialName).
type FederatedCredential struct {
	Subscription  string `json:"-"`
	ResourceGroup string `json:"-"`
	Identity      string `json:"-"`
	Name          string `json:"-"`

	Issuer   string `json:"issuer"`
	Subject  string `json:"subject"`
	Audience string `json:"audience"` // exactly one
}

// Kind implements Spec.
func (*FederatedCredential) Kind() Kind { return KindFederatedCredential }

// RoleAssignment gives an Entra principal a role on a scope. Set-up's mark is in its description; its name is made from the
// scope, role and principal, so that the same assignment is never made twice.
type RoleAssignment struct {
	Scope         string `json:"scope"` // /subscriptions/…, a resource group's or a resource's id
	Role          string `json:"role"`  // display name of a built-in or custom role, or the GUID of its definition
	PrincipalID   string `json:"principal_id"`
	PrincipalType string `json:"-"` // ServicePrincipal
}

// Kind implements Spec.
func (*RoleAssignment) Kind() Kind { return KindRoleAssignment }
