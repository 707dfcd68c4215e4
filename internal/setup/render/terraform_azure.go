package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

// elsewhere are the things of Azure and Kubernetes.
func (t *terraform) elsewhere(r setup.Resource) error {
	switch x := r.Spec.(type) {
	case *estate.Cluster:
		t.cluster(r, x)
	case *estate.Identity:
		b := t.start(r, "resource", "azurerm_user_assigned_identity", "")
		t.subscription(b, x.Subscription)
		b.attribute("name", hclString(x.Name))
		b.attribute("resource_group_name", hclString(x.ResourceGroup))
		b.attribute("location", hclString(x.Location))
		b.gap()
		b.attribute("tags", t.object(map[string]string{estate.AzureMarkKey: t.Setup}))
		t.depend(b, r.Needs...)
	case *estate.FederatedCredential:
		t.federatedCredential(r, x)
	case *estate.RoleAssignment:
		t.roleAssignment(r, x)
	default:
		return t.inside(r)
	}
	return nil
}

// cluster is read: Terraform could switch its issuer on only by owning all of it. One that is off is refused with the command.
func (t *terraform) cluster(r setup.Resource, x *estate.Cluster) {
	b := t.start(r, "data", "azurerm_kubernetes_cluster", "")
	t.subscription(b, x.Subscription)
	b.attribute("name", hclString(x.Name))
	b.attribute("resource_group_name", hclString(x.ResourceGroup))
	update := fmt.Sprintf("az aks update --subscription %s --resource-group %s --name %s", literal(x.Subscription), literal(x.ResourceGroup), literal(x.Name))
	if x.WorkloadIdentity { // no attribute of the data source says whether it is on
		t.comments[b] = append(t.comments[b], oneLine("Entra workload identity must be on: "+update+" --enable-oidc-issuer --enable-workload-identity"))
	}
	if x.OIDCIssuer {
		must := b.nest("lifecycle").nest("postcondition")
		must.attribute("condition", "self.oidc_issuer_enabled")
		must.attribute("error_message", hclString("The cluster's OIDC issuer is off. Switch it on: "+update+" --enable-oidc-issuer"))
	}
}

func (t *terraform) federatedCredential(r setup.Resource, x *estate.FederatedCredential) {
	b := t.start(r, "resource", "azurerm_federated_identity_credential", "")
	t.subscription(b, x.Subscription)
	b.attribute("name", hclString(x.Name))
	b.attribute("resource_group_name", hclString(x.ResourceGroup))
	id := fmt.Sprintf("/subscriptions/%s/resourceGroups/%s/providers/Microsoft.ManagedIdentity/userAssignedIdentities/%s", x.Subscription, x.ResourceGroup, x.Identity)
	parent := hclString(id)
	if address := t.find(func(s estate.Spec) bool {
		i, ok := s.(*estate.Identity)
		return ok && i.Subscription == x.Subscription && i.ResourceGroup == x.ResourceGroup && i.Name == x.Identity
	}); address != "" {
		parent = t.refer(address, "id")
	}
	b.attribute("parent_id", parent)
	b.attribute("issuer", t.text(x.Issuer))
	b.attribute("subject", t.text(x.Subject))
	b.attribute("audience", list([]string{t.text(x.Audience)}))
	// One after another: Azure refuses two writes at once on one identity.
	needs := slices.Clone(r.Needs)
	if before, ok := t.last[id]; ok {
		needs = append(needs, before)
	}
	t.last[id] = r.Address
	t.depend(b, needs...)
}

func (t *terraform) roleAssignment(r setup.Resource, x *estate.RoleAssignment) {
	b := t.start(r, "resource", "azurerm_role_assignment", "")
	// The scope may be anywhere in the tenant: any subscription's provider will do, its own is best.
	of := t.Spec.Azure.Subscription
	definition := "/providers/Microsoft.Authorization/roleDefinitions/" + x.Role
	if rest, ok := strings.CutPrefix(x.Scope, "/subscriptions/"); ok {
		of, _, _ = strings.Cut(rest, "/")
		definition = "/subscriptions/" + of + definition
	}
	t.subscription(b, of)
	b.attribute("scope", t.text(x.Scope))
	if estate.IsGUID(x.Role) {
		b.attribute("role_definition_id", hclString(definition))
	} else {
		b.attribute("role_definition_name", hclString(x.Role))
	}
	b.attribute("principal_id", t.text(x.PrincipalID))
	b.attribute("principal_type", hclString(principalType(x)))
	b.attribute("description", hclString(estate.Mark(t.Setup)))
	t.depend(b, r.Needs...)
}

// subscription picks the provider: the first subscription's is the one without an alias.
func (t *terraform) subscription(b *block, subscription string) {
	i := slices.Index(t.subscriptions, subscription)
	if i < 0 {
		i = len(t.subscriptions)
		t.subscriptions = append(t.subscriptions, subscription)
	}
	if i > 0 {
		b.attribute("provider", "azurerm."+azureAlias(i))
		b.gap()
	}
}

func azureAlias(i int) string { return fmt.Sprintf("subscription_%d", i+1) }
