package render_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
	"github.com/landbridge/landbridge/internal/setup/render"
)

func terraform(t *testing.T, in render.Input) string {
	t.Helper()
	var out bytes.Buffer
	if err := render.Terraform(&out, in); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// configuration is a configuration that was read back.
type configuration struct {
	t      *testing.T
	blocks []*hclBlock
}

func (c configuration) find(head ...string) *hclBlock {
	for _, b := range c.blocks {
		if slices.Equal(append([]string{b.kind}, b.labels...), head) {
			return b
		}
	}
	c.t.Fatalf("nothing is declared as %q", head)
	return nil
}

func (c configuration) text(b *hclBlock, name string) string {
	v, ok := b.values[name]
	if !ok {
		return ""
	}
	return fmt.Sprint(value(v, c.of))
}

func (c configuration) texts(b *hclBlock, name string) []string {
	out, _ := value(b.values[name], c.of).([]string)
	return out
}

func (c configuration) pairs(b *hclBlock, name string) map[string]string {
	out, _ := value(b.values[name], c.of).(map[string]string)
	return out
}

// of is what the providers would answer for a traversal: what is declared, and the stubs' outputs.
func (c configuration) of(path string) string {
	parts := strings.Split(path, ".")
	if parts[0] == "var" {
		c.find("variable", parts[1])
		return map[string]string{"jwks_edge": keysOfStub}[parts[1]]
	}
	what := "resource"
	if parts[0] == "data" {
		what, parts = "data", parts[1:]
	}
	b := c.find(what, parts[0], parts[1])
	name := c.text(b, "name")
	switch parts[0] + "." + parts[2] {
	case "google_project.number":
		return number(c.text(b, "project_id"))
	case "azurerm_kubernetes_cluster.oidc_issuer_url":
		return issuerOf(name)
	case "azurerm_user_assigned_identity.id":
		return "/subscriptions/" + subscription + "/resourceGroups/" + c.text(b, "resource_group_name") + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/" + name
	case "azurerm_user_assigned_identity.client_id":
		return identityOutput("clientId", name)
	case "azurerm_user_assigned_identity.principal_id":
		return identityOutput("principalId", name)
	case "google_service_account.email", "google_service_account.unique_id", "google_service_account.name":
		email := c.text(b, "account_id")
		if what == "resource" {
			email += "@" + estate.AccountDomain(c.text(b, "project"))
		}
		return map[string]string{"email": email, "unique_id": uniqueID(email), "name": "projects/" + c.text(b, "project") + "/serviceAccounts/" + email}[parts[2]]
	case "google_project_iam_custom_role.name":
		return "projects/" + c.text(b, "project") + "/roles/" + c.text(b, "role_id")
	case "google_iam_workload_identity_pool.workload_identity_pool_id":
		return c.text(b, "workload_identity_pool_id")
	}
	c.t.Errorf("no provider has %s", path)
	return ""
}

// specs are the things that the configuration declares.
func (c configuration) specs() map[string]estate.Spec {
	out := map[string]estate.Spec{}
	grants := func(g *estate.Grants, b *hclBlock) {
		if have, ok := out["grants/"+policyKey(g)]; ok {
			g = have.(*estate.Grants)
		}
		g.Grants = append(g.Grants, estate.Grant{Role: c.text(b, "role"), Member: c.text(b, "member")})
		slices.SortFunc(g.Grants, func(a, b estate.Grant) int { return strings.Compare(a.Role+"\x00"+a.Member, b.Role+"\x00"+b.Member) })
		out["grants/"+policyKey(g)] = g
	}
	for _, b := range c.blocks {
		if b.kind != "resource" {
			continue
		}
		meta := b.inner("metadata")
		disabled := c.text(b, "disabled") == "true"
		var s estate.Spec
		switch b.labels[0] {
		case "google_project_service":
			s = &estate.Service{Project: c.text(b, "project"), Name: c.text(b, "service"), Enabled: c.text(b, "disable_on_destroy") == "false"}
		case "google_iam_workload_identity_pool":
			s = &estate.Pool{Project: number(c.text(b, "project")), ID: c.text(b, "workload_identity_pool_id"), DisplayName: c.text(b, "display_name"), Disabled: disabled}
		case "google_iam_workload_identity_pool_provider":
			oidc := b.inner("oidc")
			p := &estate.Provider{
				Project: number(c.text(b, "project")), Pool: c.text(b, "workload_identity_pool_id"), ID: c.text(b, "workload_identity_pool_provider_id"),
				DisplayName: c.text(b, "display_name"), Disabled: disabled, Issuer: c.text(oidc, "issuer_uri"), Audiences: c.texts(oidc, "allowed_audiences"),
				Mapping: c.pairs(b, "attribute_mapping"), Condition: c.text(b, "attribute_condition"), JWKS: c.text(oidc, "jwks_json"),
			}
			if p.Audiences == nil {
				p.Audiences = []string{}
			}
			s = p
		case "google_service_account":
			s = &estate.Account{Project: c.text(b, "project"), ID: c.text(b, "account_id"), DisplayName: c.text(b, "display_name"), Disabled: disabled}
		case "google_project_iam_custom_role":
			s = &estate.Role{Project: c.text(b, "project"), ID: c.text(b, "role_id"), Title: c.text(b, "title"), Permissions: c.texts(b, "permissions")}
		case "google_project_iam_member":
			grants(&estate.Grants{Project: c.text(b, "project")}, b)
			continue
		case "google_service_account_iam_member":
			_, email, _ := strings.Cut(c.text(b, "service_account_id"), "/serviceAccounts/")
			grants(&estate.Grants{Account: email}, b)
			continue
		case "azurerm_user_assigned_identity":
			if d := cmp.Diff(map[string]string{estate.AzureMarkKey: "shop"}, c.pairs(b, "tags")); d != "" {
				c.t.Error(d)
			}
			s = &estate.Identity{Subscription: subscription, ResourceGroup: c.text(b, "resource_group_name"), Name: c.text(b, "name"), Location: c.text(b, "location")}
		case "azurerm_federated_identity_credential":
			parent := strings.Split(c.text(b, "parent_id"), "/")
			f := &estate.FederatedCredential{
				Subscription: parent[2], ResourceGroup: c.text(b, "resource_group_name"), Identity: parent[8], Name: c.text(b, "name"),
				Issuer: c.text(b, "issuer"), Subject: c.text(b, "subject"),
			}
			if a := c.texts(b, "audience"); len(a) == 1 {
				f.Audience = a[0]
			}
			s = f
		case "azurerm_role_assignment":
			s = &estate.RoleAssignment{Scope: c.text(b, "scope"), Role: c.text(b, "role_definition_name"), PrincipalID: c.text(b, "principal_id"), PrincipalType: c.text(b, "principal_type")}
		case "kubernetes_labels":
			labels := c.pairs(b, "labels")
			if labels[estate.JoinKey] != "shop" || c.text(b, "kind") != "Namespace" {
				c.t.Errorf("namespace %v is not marked", labels)
			}
			delete(labels, estate.JoinKey)
			s = &estate.Namespace{Reach: c.reach(b), Name: c.text(meta, "name"), Labels: labels}
		case "kubernetes_service_account_v1":
			s = &estate.KubernetesAccount{Reach: c.reach(b), Namespace: c.text(meta, "namespace"), Name: c.text(meta, "name"), Annotations: c.pairs(meta, "annotations")}
		case "kubernetes_config_map_v1":
			s = &estate.KubernetesSettings{
				Reach: c.reach(b), Namespace: c.text(meta, "namespace"), Account: strings.TrimPrefix(c.text(meta, "name"), "landbridge-"), Data: c.pairs(b, "data"),
			}
		default:
			c.t.Errorf("unknown resource %q", b.labels)
			continue
		}
		if text, ok := b.values["description"]; ok && text != estate.Mark("shop") {
			c.t.Errorf("%q is described as %v", b.labels, text)
		}
		if out[keyOf(s)] != nil {
			c.t.Errorf("%s is declared twice", keyOf(s))
		}
		out[keyOf(s)] = s
	}
	return out
}

// reach is the context of the provider that a block names; a name of the file for a cluster it does not have.
func (c configuration) reach(b *hclBlock) estate.Reach {
	alias := strings.TrimPrefix(string(b.values["provider"].(traversal)), "kubernetes.")
	for _, p := range c.blocks {
		if p.kind == "provider" && p.labels[0] == "kubernetes" && c.text(p, "alias") == alias {
			reach := estate.Reach{Context: c.text(p, "config_context")}
			if p.values["config_path"] != traversal("var.kubeconfig") {
				reach.Kubeconfig = c.text(p, "config_path")
			}
			return reach
		}
	}
	c.t.Errorf("no provider kubernetes.%s", alias)
	return estate.Reach{}
}

// declared is what Terraform shall declare of the resources: those that are made, outputs filled in.
func declared(resources []setup.Resource) map[string]estate.Spec {
	out := map[string]estate.Spec{}
	resolve := outputOf(resources)
	for _, r := range resources {
		s := estate.Resolve(r.Spec, resolve)
		reach, inside := reach(s)
		_, cluster := s.(*estate.Cluster)
		if r.ReadOnly || cluster || inside && reach.Context == "" {
			continue
		}
		switch x := s.(type) {
		case *estate.Grants:
			if len(x.Grants) > 0 {
				x.Ours = nil
				out["grants/"+policyKey(x)] = x
			}
			continue
		case *estate.Namespace:
			x.Cluster = ""
		case *estate.KubernetesAccount:
			x.Cluster = ""
		case *estate.KubernetesSettings:
			x.Cluster = ""
		}
		out[keyOf(s)] = s
	}
	return out
}

func TestTerraformDeclaresWhatApplyMakes(t *testing.T) {
	t.Parallel()
	in := desire(t, example())
	c := configuration{t, readHCL(t, terraform(t, in))}
	if d := cmp.Diff(declared(in.Resources), c.specs()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, name := range []string{"prod", "staging", "dark"} {
		b := c.find("data", "azurerm_kubernetes_cluster", name)
		if got := b.inner("lifecycle").inner("postcondition").values["condition"]; got != traversal("self.oidc_issuer_enabled") {
			t.Errorf("%s is not checked: %v", name, got)
		}
	}
	for _, b := range c.blocks { // what is named there is declared
		on, _ := b.values["depends_on"].([]any)
		for _, v := range on {
			kind, name, _ := strings.Cut(string(v.(traversal)), ".")
			c.find("resource", kind, name)
		}
	}
}

func TestTerraformWritesCredentialsOneByOne(t *testing.T) {
	t.Parallel()
	s := example()
	s.Workloads[2].Kubernetes.Clusters = []string{"prod", "staging"} // two credentials of one identity
	c := configuration{t, readHCL(t, terraform(t, desire(t, s)))}
	var waits int
	for _, b := range c.blocks {
		if b.kind != "resource" || b.labels[0] != "azurerm_federated_identity_credential" {
			continue
		}
		on, _ := b.values["depends_on"].([]any)
		if slices.ContainsFunc(on, func(v any) bool {
			return strings.HasPrefix(string(v.(traversal)), "azurerm_federated_identity_credential.")
		}) {
			waits++
		}
	}
	if waits != 1 {
		t.Errorf("%d credentials wait for another, want 1", waits)
	}
}

func TestTerraformIsFormatted(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("terraform is not installed")
	}
	dir := t.TempDir()
	for name, in := range map[string]render.Input{"example": desire(t, example()), "hostile": hostile()} {
		if err := os.WriteFile(filepath.Join(dir, name+".tf"), []byte(terraform(t, in)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), path, "fmt", "-check", "-diff", dir)
	cmd.Env = []string{"CHECKPOINT_DISABLE=1", "HOME=" + dir, "PATH=/usr/bin:/bin"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// Terraform itself reads what the renderer quotes, for the reader of these tests is as fallible as the writer.
func TestTerraformReadsTextsBack(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("terraform is not installed")
	}
	expressions := make([]string, len(nasty))
	for i, text := range nasty {
		expressions[i] = render.HCLString(text)
	}
	cmd := exec.CommandContext(t.Context(), path, "console")
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"CHECKPOINT_DISABLE=1", "HOME=" + cmd.Dir, "PATH=/usr/bin:/bin"}
	cmd.Stdin = strings.NewReader("base64encode(jsonencode([" + strings.Join(expressions, ", ") + "]))\n")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := base64.StdEncoding.DecodeString(strings.Trim(strings.TrimSpace(string(out)), `"`))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got []string
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(nasty, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
