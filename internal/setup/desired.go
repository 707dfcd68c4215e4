package setup

import (
	"cmp"
	"maps"
	"slices"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// Resource is one thing that shall be.
type Resource struct {
	// Address is KIND/… and unique: "provider/azure/aks-prod". Other things refer to its outputs by it.
	Address string
	// Spec is how it shall be; its texts may hold estate.Ref references.
	Spec estate.Spec
	// Needs lists the addresses of what must be there first, sorted.
	Needs []string
	// Workloads lists the names of the workloads that need it, sorted; empty for what all of them need.
	Workloads []string
	// ReadOnly is a thing that set-up never makes or changes: a project, an account that is named by its e-mail.
	ReadOnly bool
	// Note is what a reader should know of it, one sentence; often empty.
	Note string

	// claims says of each beginning in Grants.Ours whose it is: the pool or account that must bear our mark for it to count.
	claims map[string]string
}

// Desire says what shall be, in an order in which everything follows what it needs. Its error is every mistake of Check;
// warnings are no error.
func Desire(s Spec) ([]Resource, error) {
	if err := Mistakes(Check(s)); err != nil {
		return nil, err
	}
	return desire(s)
}

// desire does it for a Spec that need not be right: Check looks at what would be made.
func desire(s Spec) ([]Resource, error) {
	b := newBuilder(s)
	b.googleBase()
	for i := range s.Workloads {
		b.workload(&s.Workloads[i])
	}
	b.finishConditions()
	b.finishGrants()
	return b.sorted()
}

// builder gathers what the workloads want of the same things.
type builder struct {
	spec   Spec
	number string // of the project: digits, or the reference for them
	byAddr map[string]*Resource
	order  []string
	needs  map[string]map[string]bool
	users  map[string]map[string]bool

	accepted map[string]map[string]bool       // by provider's address: the subjects that it lets in
	grants   map[string]map[estate.Grant]bool // by address of the Grants
}

func newBuilder(s Spec) *builder {
	b := &builder{
		spec: s, number: s.Google.Number, byAddr: map[string]*Resource{},
		needs: map[string]map[string]bool{}, users: map[string]map[string]bool{},
		accepted: map[string]map[string]bool{}, grants: map[string]map[estate.Grant]bool{},
	}
	if b.number == "" {
		b.number = estate.Ref(address(estate.KindProject, s.Google.Project), "number")
	}
	return b
}

// add notes a thing, once, and that a workload needs it.
func (b *builder) add(addr string, spec estate.Spec, workload string, needs ...string) *Resource {
	r, ok := b.byAddr[addr]
	if !ok {
		r = &Resource{Address: addr, Spec: spec}
		b.byAddr[addr] = r
		b.order = append(b.order, addr)
		b.needs[addr] = map[string]bool{}
		b.users[addr] = map[string]bool{}
	}
	if workload != "" {
		b.users[addr][workload] = true
	}
	for _, n := range needs {
		b.needs[addr][n] = true
	}
	return r
}

// sorted fills in Needs and Workloads and puts what is needed before what needs it.
func (b *builder) sorted() ([]Resource, error) {
	slices.SortStableFunc(b.order, func(x, y string) int { return cmp.Compare(rank(b.byAddr[x].Spec), rank(b.byAddr[y].Spec)) })
	for addr, r := range b.byAddr {
		for _, ref := range estate.AllReferences(r.Spec) {
			b.needs[addr][ref.Address] = true
		}
		for n := range b.needs[addr] {
			if _, known := b.byAddr[n]; !known {
				return nil, &bridge.Error{
					Kind: bridge.Usage, Code: "setup_unknown_address", Text: addr + " needs " + n + ", which this set-up does not have",
					Hint: "look at the names in setup.clusters and setup.workloads",
				}
			}
		}
		r.Needs = slices.Sorted(maps.Keys(b.needs[addr]))
		r.Workloads = slices.Sorted(maps.Keys(b.users[addr]))
	}
	out := make([]Resource, 0, len(b.order))
	done := map[string]bool{}
	var visit func(addr string)
	visit = func(addr string) {
		if done[addr] {
			return
		}
		done[addr] = true
		for _, n := range b.byAddr[addr].Needs {
			visit(n)
		}
		out = append(out, *b.byAddr[addr])
	}
	for _, addr := range b.order {
		visit(addr)
	}
	return out, nil
}

// ranks is the order in which a plan is read: Azure's identities, Google's trust, then who may do what, then Kubernetes.
var ranks = []estate.Kind{
	estate.KindProject, estate.KindService, estate.KindCluster, estate.KindIssuer, estate.KindIdentity, estate.KindPool, estate.KindAccount,
	estate.KindProvider, estate.KindRole, estate.KindFederatedCredential, estate.KindRoleAssignment, estate.KindGrants,
	estate.KindNamespace, estate.KindKubernetesAccount, estate.KindKubernetesSettings,
}

func rank(s estate.Spec) int { return slices.Index(ranks, s.Kind()) }
