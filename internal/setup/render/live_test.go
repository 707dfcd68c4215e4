package render_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

// outputOf is what the stubs' clouds answer for a reference.
func outputOf(resources []setup.Resource) func(estate.Reference) string {
	return func(ref estate.Reference) string {
		for _, r := range resources {
			if r.Address != ref.Address {
				continue
			}
			switch x := r.Spec.(type) {
			case *estate.Project:
				return number(x.ID)
			case *estate.Cluster:
				return issuerOf(x.Name)
			case *estate.Issuer:
				return keysOfStub
			case *estate.Account:
				return uniqueID(x.Email())
			case *estate.Identity:
				return identityOutput(map[string]string{"client_id": "clientId", "principal_id": "principalId"}[ref.Output], x.Name)
			}
		}
		return "?"
	}
}

// sameState compares a world with what apply would make of the resources: each thing as wanted, marked, and nothing else.
func sameState(t *testing.T, w *world, name string, resources []setup.Resource) {
	t.Helper()
	resolve := outputOf(resources)
	seen := map[string]bool{}
	policies := map[string]bool{}
	for _, r := range resources {
		want := estate.Resolve(r.Spec, resolve)
		if reach, inside := reach(want); r.ReadOnly || inside && reach.Context == "" {
			continue
		}
		key, got := live(w, want)
		if got == nil {
			t.Errorf("%s was not made (%s)", r.Address, key)
			continue
		}
		seen[key] = true
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", r.Address, d)
		}
		if mark := markOf(w, key, want); mark != name && mark != "-" {
			t.Errorf("%s is marked %q, want %q", r.Address, mark, name)
		}
		if g, ok := want.(*estate.Grants); ok {
			policies[policyKey(g)] = true
		}
	}
	for key := range w.Things {
		if !seen[key] {
			t.Errorf("nobody asked for %s", key)
		}
	}
	for key := range w.Policies {
		if !policies[key] {
			t.Errorf("nobody asked for grants on %s", key)
		}
	}
}

func reach(s estate.Spec) (estate.Reach, bool) {
	switch x := s.(type) {
	case *estate.Namespace:
		return x.Reach, true
	case *estate.KubernetesAccount:
		return x.Reach, true
	case *estate.KubernetesSettings:
		return x.Reach, true
	}
	return estate.Reach{}, false
}

func policyKey(g *estate.Grants) string {
	if g.Account != "" {
		return "account/" + g.Account
	}
	return "project/" + g.Project
}

// projectOf finds the id of the project with a number.
func projectOf(n string) string {
	for _, id := range []string{"shop-prod", "shop-ml"} {
		if number(id) == n {
			return id
		}
	}
	return n
}

// live is what the world has in the place of a spec: the place from want, everything else from the world.
func live(w *world, want estate.Spec) (string, estate.Spec) {
	if g, ok := want.(*estate.Grants); ok {
		return "", liveGrants(w, g)
	}
	key := keyOf(want)
	t := w.Things[key]
	if t == nil {
		return key, nil
	}
	disabled := t.Text["disabled"] == "true"
	switch x := want.(type) {
	case *estate.Service:
		return key, &estate.Service{Project: x.Project, Name: x.Name, Enabled: true}
	case *estate.Pool:
		return key, &estate.Pool{Project: x.Project, ID: x.ID, DisplayName: t.Text["displayName"], Disabled: disabled}
	case *estate.Provider:
		audiences := t.List["oidc.allowedAudiences"]
		if audiences == nil {
			audiences = []string{}
		}
		return key, &estate.Provider{
			Project: x.Project, Pool: x.Pool, ID: x.ID, DisplayName: t.Text["displayName"], Disabled: disabled,
			Issuer: t.Text["oidc.issuerUri"], Audiences: audiences, Mapping: t.Map["attributeMapping"],
			Condition: t.Text["attributeCondition"], JWKS: t.Text["oidc.jwksJson"],
		}
	case *estate.Account:
		return key, &estate.Account{Project: x.Project, ID: x.ID, DisplayName: t.Text["displayName"], Disabled: disabled}
	case *estate.Role:
		return key, &estate.Role{Project: x.Project, ID: x.ID, Title: t.Text["title"], Permissions: t.List["includedPermissions"]}
	case *estate.Cluster:
		return key, &estate.Cluster{
			Subscription: x.Subscription, ResourceGroup: x.ResourceGroup, Name: x.Name,
			OIDCIssuer:       t.Text["oidcIssuerProfile.enabled"] == "true",
			WorkloadIdentity: t.Text["securityProfile.workloadIdentity.enabled"] == "true",
		}
	case *estate.Identity:
		return key, &estate.Identity{Subscription: x.Subscription, ResourceGroup: x.ResourceGroup, Name: x.Name, Location: t.Text["location"]}
	case *estate.FederatedCredential:
		return key, &estate.FederatedCredential{
			Subscription: x.Subscription, ResourceGroup: x.ResourceGroup, Identity: x.Identity, Name: x.Name,
			Issuer: t.Text["issuer"], Subject: t.Text["subject"], Audience: t.Text["audience"],
		}
	case *estate.RoleAssignment:
		return key, &estate.RoleAssignment{Scope: x.Scope, Role: x.Role, PrincipalID: x.PrincipalID, PrincipalType: t.Text["type"]}
	case *estate.Namespace:
		labels := t.Map["labels"]
		delete(labels, estate.JoinKey)
		return key, &estate.Namespace{Reach: x.Reach, Name: x.Name, Labels: labels}
	case *estate.KubernetesAccount:
		return key, &estate.KubernetesAccount{Reach: x.Reach, Namespace: x.Namespace, Name: x.Name, Annotations: t.Map["annotations"]}
	case *estate.KubernetesSettings:
		return key, &estate.KubernetesSettings{Reach: x.Reach, Namespace: x.Namespace, Account: x.Account, Data: t.Map["data"]}
	}
	return key, nil
}

func liveGrants(w *world, want *estate.Grants) *estate.Grants {
	got := &estate.Grants{Project: want.Project, Account: want.Account, Ours: want.Ours, Grants: []estate.Grant{}}
	byRole := map[estate.Grant]bool{}
	for _, b := range w.Policies[policyKey(want)] {
		if b.Condition == "" && !strings.HasPrefix(b.Member, "user:") {
			byRole[estate.Grant{Role: b.Role, Member: b.Member}] = true
		}
	}
	for _, g := range want.Grants { // in the order of the wanted ones; what is left over comes after
		if byRole[g] {
			got.Grants = append(got.Grants, g)
			delete(byRole, g)
		}
	}
	for g := range byRole {
		got.Grants = append(got.Grants, g)
	}
	return got
}

func keyOf(want estate.Spec) string {
	kube := func(r estate.Reach, kind, namespace, name string) string {
		return strings.Join([]string{"kube", r.Context, kind, namespace, name}, "/")
	}
	switch x := want.(type) {
	case *estate.Service:
		return "service/" + x.Project + "/" + x.Name
	case *estate.Pool:
		return "pool/" + projectOf(x.Project) + "/" + x.ID
	case *estate.Provider:
		return "provider/" + projectOf(x.Project) + "/" + x.Pool + "/" + x.ID
	case *estate.Account:
		return "account/" + x.Email()
	case *estate.Role:
		return "role/" + x.Project + "/" + x.ID
	case *estate.Cluster:
		return strings.Join([]string{"cluster", x.Subscription, x.ResourceGroup, x.Name}, "/")
	case *estate.Identity:
		return strings.Join([]string{"identity", x.Subscription, x.ResourceGroup, x.Name}, "/")
	case *estate.FederatedCredential:
		return strings.Join([]string{"credential", x.Subscription, x.ResourceGroup, x.Identity, x.Name}, "/")
	case *estate.RoleAssignment:
		return assignmentKey(x.Role, x.Scope, x.PrincipalID)
	case *estate.Namespace:
		return kube(x.Reach, "namespace", "", x.Name)
	case *estate.KubernetesAccount:
		return kube(x.Reach, "serviceaccount", x.Namespace, x.Name)
	case *estate.KubernetesSettings:
		return kube(x.Reach, "configmap", x.Namespace, estate.SettingsName(x.Account))
	}
	return ""
}

// markOf is the set-up that a thing is marked with; "-" for kinds that bear no mark.
func markOf(w *world, key string, want estate.Spec) string {
	t := w.Things[key]
	switch x := want.(type) {
	case *estate.Pool, *estate.Provider, *estate.Account, *estate.Role, *estate.RoleAssignment:
		return estate.MarkedBy(t.Text["description"])
	case *estate.Identity:
		return strings.TrimPrefix(t.Text["tags"], estate.AzureMarkKey+"=")
	case *estate.FederatedCredential:
		return estate.CredentialMarkedBy(x.Name)
	case *estate.KubernetesAccount, *estate.KubernetesSettings:
		return t.Map["labels"][estate.MarkKey]
	}
	return "-"
}
