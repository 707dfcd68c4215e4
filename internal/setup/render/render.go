// Package render writes a set-up for teams that do not let a tool act: as a script of az, gcloud and kubectl, as Terraform,
// as Kubernetes manifests, as values of the Helm chart.
//
// What shall be (setup.Resource) enters, text leaves. It reads no cloud: what only a cloud knows becomes a variable, an
// expression, or a refusal that says where the value comes from. It must never write a value that the reader of the text
// could take for code.
package render

import (
	"io"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

// Input is what every format is made from.
type Input struct {
	// Setup is the name that marks what is made.
	Setup string
	Spec  setup.Spec
	// Resources are what setup.Desire wants, references among them.
	Resources []setup.Resource
	// Known are outputs that somebody looked up: "project/shop-prod.number" → "123456789". They go into the text in place
	// of references.
	Known map[string]string
	// Cluster, when not empty, leaves out the other clusters' manifests and values.
	Cluster string
}

// Format writes one kind of text. Its errors are bridge.Errors; on an error nothing was written.
type Format func(w io.Writer, in Input) error

// Formats are the choices of --format.
func Formats() map[string]Format {
	return map[string]Format{"script": Script, "terraform": Terraform, "kubernetes": Kubernetes, "helm-values": HelmValues}
}

// Write writes the format of that name.
func Write(w io.Writer, format string, in Input) error {
	write, ok := Formats()[format]
	if !ok {
		return &bridge.Error{
			Kind: bridge.Usage, Code: "unknown_format", Text: "there is no format " + quoted(format),
			Hint: "use --format script, terraform, kubernetes or helm-values",
		}
	}
	return write(w, in)
}

// estateOf is the input, checked and in an order in which everything stands after what it needs.
type estateOf struct {
	Input
	ordered []setup.Resource
	by      map[string]setup.Resource
}

// prepare puts what is known into the specs, and checks that references lead somewhere and that all is text.
func prepare(in Input) (*estateOf, error) {
	e := &estateOf{Input: in, by: map[string]setup.Resource{}}
	for _, r := range in.Resources {
		r.Spec = estate.Resolve(r.Spec, func(ref estate.Reference) string {
			if value, ok := in.Known[ref.Address+"."+ref.Output]; ok {
				return value
			}
			return estate.Ref(ref.Address, ref.Output)
		})
		if _, twice := e.by[r.Address]; twice {
			return nil, fault("two resources have the address " + r.Address)
		}
		if err := checkText(r); err != nil {
			return nil, err
		}
		e.by[r.Address] = r
	}
	done := map[string]bool{}
	var visit func(address, from string) error
	visit = func(address, from string) error {
		r, ok := e.by[address]
		if !ok {
			return fault(from + " refers to " + address + ", which is not part of the set-up")
		}
		if ready, seen := done[address]; seen {
			if !ready {
				return fault(address + " needs itself")
			}
			return nil
		}
		done[address] = false
		for _, need := range e.needs(r) {
			if err := visit(need, address); err != nil {
				return err
			}
		}
		done[address] = true
		e.ordered = append(e.ordered, r)
		return nil
	}
	for _, r := range in.Resources {
		if err := visit(r.Address, "the set-up"); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// needs are the addresses that a resource stands after: those it names and those it refers to.
func (e *estateOf) needs(r setup.Resource) []string {
	out := slices.Clone(r.Needs)
	for _, ref := range estate.AllReferences(r.Spec) {
		if !slices.Contains(out, ref.Address) {
			out = append(out, ref.Address)
		}
	}
	return out
}

// find returns the address of the resource whose spec is wanted, "" when it is not part of the set-up.
func (e *estateOf) find(match func(estate.Spec) bool) string {
	for _, r := range e.ordered {
		if match(r.Spec) {
			return r.Address
		}
	}
	return ""
}

// outputs are those of a thing that others refer to, in the order of the alphabet.
func (e *estateOf) outputs(address string) []string {
	var out []string
	for _, r := range e.ordered {
		if _, inside := estate.ReachOf(r.Spec); inside && r.Spec.Kind() != estate.KindIssuer && contextless(r.Spec) {
			continue // what is left alone refers to nothing
		}
		for _, ref := range estate.AllReferences(r.Spec) {
			if ref.Address == address && !slices.Contains(out, ref.Output) {
				out = append(out, ref.Output)
			}
		}
	}
	slices.Sort(out)
	return out
}

func contextless(spec estate.Spec) bool {
	reach, inside := estate.ReachOf(spec)
	return inside && reach.Context == ""
}

// projectID is the id of the project whose number, or a reference to it, a pool has: people's tools want the id.
func (e *estateOf) projectID(number string) string {
	for _, ref := range estate.References(number) {
		if p, ok := e.by[ref.Address].Spec.(*estate.Project); ok {
			return p.ID
		}
	}
	for address, r := range e.by {
		if p, ok := r.Spec.(*estate.Project); ok && e.Known[address+".number"] == number {
			return p.ID
		}
	}
	if number == e.Spec.Google.Number && e.Spec.Google.Project != "" {
		return e.Spec.Google.Project
	}
	return number
}

// made says that set-up makes or changes the thing; else it is only read.
func made(s estate.Spec) bool {
	switch s := s.(type) {
	case *estate.Project, *estate.Issuer:
		return false
	case *estate.Cluster:
		return s.OIDCIssuer || s.WorkloadIdentity
	}
	return true
}

func fault(text string) error {
	return &bridge.Error{Kind: bridge.Fault, Code: "render_broken_estate", Text: text, Hint: "report this: the desired state contradicts itself"}
}

// title is the comment above a resource: its address and the workloads it is for, on one line.
func title(r setup.Resource) string {
	out := r.Address
	if len(r.Workloads) > 0 {
		out += ", for " + strings.Join(r.Workloads, ", ")
	}
	return oneLine(out)
}
