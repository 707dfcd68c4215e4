package render

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

// terraform is a configuration as it is written.
type terraform struct {
	*estateOf
	blocks    []*block
	comments  map[*block][]string
	variables []*block
	local     map[string]*names // per type: the local names of its resources
	of        map[string]string // by address: what depends_on writes
	at        map[string]bool   // addresses that the block at hand refers to
	last      map[string]string // by identity: the federated credential before

	subscriptions []string
	clusters      []estate.Reach
	err           error
}

// Terraform writes one configuration for the providers google, azurerm and kubernetes, laid out as "terraform fmt" does.
// What only a cloud knows is read by data sources; a private cluster's keys, which none reads, are a variable.
func Terraform(w io.Writer, in Input) error {
	e, err := prepare(in)
	if err != nil {
		return err
	}
	t := &terraform{
		estateOf: e, comments: map[*block][]string{}, local: map[string]*names{}, of: map[string]string{}, last: map[string]string{},
	}
	for _, r := range e.ordered {
		t.at = map[string]bool{r.Address: true}
		if err := t.resource(r); err != nil {
			return err
		}
	}
	if t.err != nil {
		return t.err
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "# The set-up %s, as landbridge setup apply makes it.\n", oneLine(in.Setup))
	out.WriteString("# A service account that is in the cluster already has to be imported: terraform import ADDRESS NAMESPACE/NAME.\n\n")
	for i, b := range slices.Concat(t.head(), t.variables, t.blocks) {
		if i > 0 {
			out.WriteString("\n")
		}
		for _, comment := range t.comments[b] {
			fmt.Fprintf(&out, "# %s\n", comment)
		}
		b.write(&out, "")
	}
	_, err = w.Write(out.Bytes())
	return err
}

// head is the providers: Azure's once per subscription, Kubernetes' once per cluster.
func (t *terraform) head() []*block {
	top := &block{head: "terraform"}
	top.attribute("required_version", hclString(">= 1.5"))
	required := top.nest("required_providers")
	out := []*block{top}
	if t.google() {
		required.attribute("google", "{\n  source  = \"hashicorp/google\"\n  version = \">= 6.0, < 8.0\"\n}")
		p := &block{head: `provider "google"`}
		p.attribute("project", hclString(t.Spec.Google.Project))
		out = append(out, p)
	}
	if len(t.subscriptions) > 0 {
		required.attribute("azurerm", "{\n  source  = \"hashicorp/azurerm\"\n  version = \"~> 4.0\"\n}")
	}
	for i, subscription := range t.subscriptions {
		p := &block{head: `provider "azurerm"`}
		if i > 0 {
			p.attribute("alias", hclString(azureAlias(i)))
		}
		p.attribute("subscription_id", hclString(subscription))
		p.nest("features")
		out = append(out, p)
	}
	if len(t.clusters) > 0 {
		required.attribute("kubernetes", "{\n  source  = \"hashicorp/kubernetes\"\n  version = \">= 2.20, < 4.0\"\n}")
	}
	for _, c := range t.clusters {
		p := &block{head: `provider "kubernetes"`}
		p.attribute("alias", hclString(t.alias(c)))
		path := hclString(c.Kubeconfig)
		if c.Kubeconfig == "" {
			path = t.variable("kubeconfig", "The kubeconfig file of the clusters that the set-up names none for.", "~/.kube/config")
		}
		p.attribute("config_path", path)
		p.attribute("config_context", hclString(c.Context))
		out = append(out, p)
	}
	return out
}

func (t *terraform) google() bool {
	return slices.ContainsFunc(t.ordered, func(r setup.Resource) bool { return r.Spec.Kind().Side() == estate.Google })
}

// variable is a reference to a variable, which is declared when it is asked for first.
func (t *terraform) variable(name, description, byDefault string) string {
	head := `variable "` + name + `"`
	if !slices.ContainsFunc(t.variables, func(b *block) bool { return b.head == head }) {
		v := &block{head: head}
		v.attribute("description", hclString(description))
		v.attribute("type", "string")
		if byDefault != "" {
			v.attribute("default", hclString(byDefault))
		}
		t.variables = append(t.variables, v)
	}
	return "var." + name
}

// start begins a resource or data source for a thing. The local name is its address without the kind.
func (t *terraform) start(r setup.Resource, what, kind, key string) *block {
	_, rest, _ := strings.Cut(r.Address, "/")
	if key != "" {
		rest += "_" + key
	}
	name := t.name(kind, r.Address+"\x00"+key, rest)
	b := &block{head: fmt.Sprintf("%s %q %q", what, kind, name)}
	t.blocks = append(t.blocks, b)
	t.comments[b] = []string{title(r)}
	if r.Note != "" {
		t.comments[b] = append(t.comments[b], oneLine(r.Note))
	}
	reference := kind + "." + name
	if what == "data" {
		reference = "data." + reference
	}
	if _, ok := t.of[r.Address]; !ok {
		t.of[r.Address] = reference
	}
	return b
}

func (t *terraform) name(kind, key, wanted string) string {
	if t.local[kind] == nil {
		t.local[kind] = &names{}
	}
	return t.local[kind].name(key, strings.ToLower(identifier(wanted)))
}

// depend writes depends_on for what a thing needs and the block does not refer to yet.
func (t *terraform) depend(b *block, needs ...string) {
	var on []string
	for _, address := range needs {
		reference, ok := t.of[address]
		if ok && !t.at[address] && !strings.HasPrefix(reference, "data.") && !slices.Contains(on, reference) {
			on = append(on, reference)
		}
	}
	if len(on) == 0 {
		return
	}
	slices.Sort(on)
	b.gap()
	b.attribute("depends_on", list(on))
}

// refer is an expression for something of another thing.
func (t *terraform) refer(address, attribute string) string {
	t.at[address] = true
	return t.of[address] + "." + attribute
}

// output is an expression for an output of another thing.
func (t *terraform) output(ref estate.Reference) string {
	r := t.by[ref.Address]
	attribute := ""
	switch x := r.Spec.(type) {
	case *estate.Project:
		attribute = map[string]string{"number": "number"}[ref.Output]
	case *estate.Cluster:
		attribute = map[string]string{"issuer": "oidc_issuer_url", "location": "location"}[ref.Output]
	case *estate.Identity:
		attribute = map[string]string{"client_id": "client_id", "principal_id": "principal_id", "tenant_id": "tenant_id", "id": "id"}[ref.Output]
	case *estate.Account:
		attribute = map[string]string{"email": "email", "unique_id": "unique_id"}[ref.Output]
	case *estate.Issuer:
		switch ref.Output {
		case "jwks":
			return t.variable("jwks_"+strings.ToLower(identifier(x.Cluster)),
				"Public keys of the cluster "+x.Cluster+": kubectl get --raw /openid/v1/jwks", "")
		case "issuer":
			return t.variable("issuer_"+strings.ToLower(identifier(x.Cluster)),
				"Issuer of the cluster "+x.Cluster+", as kubectl get --raw /.well-known/openid-configuration says", "")
		}
	}
	if attribute == "" || t.of[ref.Address] == "" {
		t.err = fault(ref.Address + " has no output " + quoted(ref.Output) + " that Terraform could read")
		return `""`
	}
	return t.refer(ref.Address, attribute)
}
