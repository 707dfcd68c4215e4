package render_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
	"github.com/landbridge/landbridge/internal/setup/render"
)

// nasty are texts that some reader takes for code.
var nasty = []string{
	`it's "quoted"`, `$(touch x)`, "`touch x`", `${HOME} $HOME`, `${var.x}`, `%{ if true }x%{ endif }`, `$${x} %%{x}`, `$$${x} %%%{x}`, `$`, `%`, `\`, `\n\u0041`,
	"two\nlines", "tab\tand\rreturn", "EOF\nEOT\n", "ünï😀cødé", "zero\u200bwidth", "bell\a\u007f\u0085", "line\u2028separator", `^;^a=b`, `a,b;c|d~e#f`, `<;>`, "# no comment",
	`!history`, `*?[a]`, `{a,b}`, `~root`, ` spaces `, "- item", "key: value", "yes", "null", "1e3", "0x1f", "&anchor", "*alias", "!!tag", `"`, `'`, `''`, `"""`, "", "{{not a reference}}", "<|>",
}

// hostile is a set-up whose every free text is nasty, in turn.
func hostile() render.Input {
	var resources []setup.Resource
	add := func(address string, s estate.Spec) {
		resources = append(resources, setup.Resource{Address: address, Spec: s, Note: nasty[len(resources)%len(nasty)]})
	}
	resources = append(resources, setup.Resource{Address: "project/shop-prod", Spec: &estate.Project{ID: "shop-prod"}, ReadOnly: true})
	add("identity/id", &estate.Identity{Subscription: subscription, ResourceGroup: "shop", Name: "id", Location: "westeurope"})
	n := estate.Ref("project/shop-prod", "number")
	principal := estate.Ref("identity/id", "principal_id")
	add("pool/azure", &estate.Pool{Project: n, ID: "azure", DisplayName: `$(x) 'y' "z"`})
	grants := &estate.Grants{Project: "shop-prod", Grants: []estate.Grant{}}
	for i, text := range nasty {
		id := "p" + number(text)
		next := nasty[(i+1)%len(nasty)]
		add("provider/azure/"+id, &estate.Provider{
			Project: n, Pool: "azure", ID: id, DisplayName: text, Issuer: "https://" + text, Audiences: []string{"a" + text, "b" + next},
			Mapping:   map[string]string{"google.subject": text, "attribute.other": next + principal + text + principal},
			Condition: "assertion.sub == '" + principal + "' || " + text,
		})
		if text == "" {
			continue
		}
		grants.Grants = append(grants.Grants, estate.Grant{Role: "roles/x", Member: strings.Map(oneLine, "principal://"+text)})
		add("account/"+id, &estate.Account{Project: "shop-prod", ID: id, DisplayName: text})
		add("role/shop-prod/"+id, &estate.Role{Project: "shop-prod", ID: id, Title: text, Permissions: []string{"a.b.c"}})
		add("federated-credential/id/"+id, &estate.FederatedCredential{
			Subscription: subscription, ResourceGroup: "shop", Identity: "id", Name: estate.CredentialName("shop", id), Issuer: "https://x/" + text, Subject: text, Audience: text,
		})
		add("role-assignment/id/"+id, &estate.RoleAssignment{Scope: "/subscriptions/" + subscription, Role: "role " + text, PrincipalID: principal, PrincipalType: "ServicePrincipal"})
		r := estate.Reach{Cluster: "c " + text, Context: "context" + text, Kubeconfig: "/kube/" + text}
		add("kubernetes-settings/"+id, &estate.KubernetesSettings{Reach: r, Namespace: "shop", Account: id, Data: map[string]string{"credentials.json": text, "other": next}})
	}
	slices.SortFunc(grants.Grants, func(a, b estate.Grant) int { return strings.Compare(a.Member, b.Member) })
	add("grants/project/shop-prod", grants)
	return render.Input{Setup: "shop", Spec: setup.Spec{Name: "shop", Google: setup.Google{Project: "shop-prod"}}, Resources: resources}
}

// oneLine is for members, which gcloud prints one a line.
func oneLine(r rune) rune {
	if r == '\n' || r == '\t' || r == '\r' {
		return '_'
	}
	return r
}

func TestHostileTextsInScript(t *testing.T) {
	t.Parallel()
	in := hostile()
	text, s := script(t, in), newStage(t)
	check := exec.CommandContext(t.Context(), "bash", "-n")
	check.Stdin = strings.NewReader(text)
	if out, err := check.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s.must(t, text)
	sameState(t, load(s.dir), "shop", in.Resources)
}

func TestHostileTextsInTerraform(t *testing.T) {
	t.Parallel()
	in := hostile()
	c := configuration{t, readHCL(t, terraform(t, in))}
	if d := cmp.Diff(declared(in.Resources), c.specs()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
