package setup

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// Lever is one way in which a workload is stopped, and how long it takes. Its JSON form is stable.
type Lever struct {
	What   string   `json:"what"`
	Window string   `json:"window"` // until when what was stolen still works
	Steps  []string `json:"steps"`  // addresses
}

// Revocation is what Revoke would do.
type Revocation struct {
	Plan   *Plan   `json:"plan"`
	Levers []Lever `json:"levers"` // the fastest first
	// Afterwards is what a human still has to do.
	Afterwards []string `json:"afterwards"`
}

// The windows, as the clouds document them or as they were measured and published.
const (
	bindingWindow    = "calls are refused after about 90 seconds, 7 minutes at worst: also with tokens that are in hand already"
	accountWindow    = "no new tokens for it after about 90 seconds, 7 minutes at worst"
	conditionWindow  = "new exchanges stop within seconds; a Google token in hand lives up to 1 hour, and where its bindings stayed it could mint another of 1 hour: 2 hours at worst with this lever alone"
	assignmentWindow = "calls are refused after up to 10 minutes: also with tokens that are in hand already"
	credentialWindow = "new exchanges stop within minutes; an Entra token in hand lives up to 24 hours, so this lever alone is slow"
)

// NewRevoke says how one workload is stopped now, and nothing else with it: its principals' bindings go, a service account
// that nobody else becomes is disabled, the providers stop letting it in, and on Azure its role assignments and federated
// credentials go. Apply carries Revocation.Plan out, removals first, and past what could not be read, which it tells at the end. Errors
// are those of NewPlan, with a Revocation of what could be read, and Usage for a workload that the file does not have.
func NewRevoke(ctx context.Context, in Input, workload string) (*Revocation, error) {
	w := in.Spec.Find(workload)
	if w == nil {
		names := make([]string, len(in.Spec.Workloads))
		for i := range in.Spec.Workloads {
			names[i] = in.Spec.Workloads[i].Name
		}
		return nil, &bridge.Error{
			Kind: bridge.Usage, Code: "setup_unknown_workload", Text: fmt.Sprintf("there is no workload %q in the setup section", workload),
			Hint: "one of " + strings.Join(names, ", "),
		}
	}
	r, err := read(ctx, in)
	if err != nil {
		return nil, err
	}
	others := in.Spec
	others.Workloads = slices.DeleteFunc(slices.Clone(in.Spec.Workloads), func(o Workload) bool { return o.Name == workload })
	rest, err := desire(others)
	if err != nil {
		return nil, err
	}
	v := &revoker{reader: r, name: workload, rest: map[string]estate.Spec{}, mine: map[string]bool{}, out: &Revocation{Plan: r.plan("revoke")}}
	for _, res := range rest {
		v.rest[res.Address] = estate.Resolve(res.Spec, r.output)
	}
	for _, n := range r.order {
		if slices.Contains(n.res.Workloads, workload) {
			v.stop(n)
		}
	}
	v.levers(w)
	r.owning = nil // what is not wanted any more is no part of this
	return v.out, v.out.Plan.settle(r)
}

type revoker struct {
	*reader
	name string
	rest map[string]estate.Spec // what the other workloads want, by address
	mine map[string]bool        // members of allow policies that are this workload alone
	out  *Revocation
}

// stop is what becomes of one thing that the workload needs.
func (v *revoker) stop(n *node) {
	s := Step{Address: n.res.Address, Side: n.res.Spec.Kind().Side(), Workloads: []string{v.name}, res: n.res, now: n.live, Mine: n.live.Setup == v.in.Spec.Name}
	s.res.Needs = nil // what it once needed is there
	if err := cmp.Or(n.err, n.off); err != nil {
		s.Action, s.Reason, s.err = Failed, err.Error(), err
		v.add(s)
		return
	}
	if !n.live.Exists() {
		return
	}
	_, shared := v.rest[n.res.Address]
	switch now := n.live.Spec.(type) {
	case *estate.Grants:
		if gone := v.grants(n, now); len(gone) > 0 {
			v.add(revoked(s, now, gone))
		}
	case *estate.Account:
		if shared || n.res.ReadOnly || n.res.Address == v.homeAccount() || now.Disabled {
			return
		}
		if !s.Mine {
			v.later("the service account " + now.Email() + " was there before and stays enabled: gcloud iam service-accounts disable " + now.Email() + " --project=" + now.Project)
			return
		}
		next := *now
		next.Disabled = true
		v.update(s, &next)
	case *estate.Provider:
		next := *now
		if other, ok := v.rest[n.res.Address].(*estate.Provider); ok {
			next.Condition = other.Condition
		} else {
			next.Disabled = true
		}
		v.update(s, &next)
	case *estate.FederatedCredential, *estate.RoleAssignment:
		if shared {
			return
		}
		if !s.Mine {
			v.later(n.res.Address + " was there before: see whether it is to go, in the portal or with az")
			return
		}
		s.Action = Remove
		s.res.Spec = n.live.Spec
		v.add(s)
	}
}

func (v *revoker) add(s Step) { v.out.Plan.Steps = append(v.out.Plan.Steps, s) }

func (v *revoker) later(text string) {
	if !slices.Contains(v.out.Afterwards, text) {
		v.out.Afterwards = append(v.out.Afterwards, text)
	}
}

func (v *revoker) update(s Step, next estate.Spec) {
	if s.now.Setup != "" && !s.Mine {
		v.later(s.Address + " belongs to the set-up " + s.now.Setup + ": revoke the workload there too")
		return
	}
	s.Action, s.Changes = Update, changes(s.now.Spec, next)
	s.res.Spec = next
	if len(s.Changes) > 0 {
		v.add(s)
	}
}

// homeAccount is the address of the Google account that a workload runs as on Google: it may have other work to do there.
func (v *revoker) homeAccount() string {
	if w := v.in.Spec.Find(v.name); w.GoogleAccount != "" {
		return address(estate.KindAccount, w.GoogleAccount)
	}
	return ""
}

// grants are those of one policy whose member is this workload and nobody else, and those that it alone wanted.
func (v *revoker) grants(n *node, now *estate.Grants) []estate.Grant {
	var others []estate.Grant
	if rest, ok := v.rest[n.res.Address].(*estate.Grants); ok {
		others = rest.Grants
	}
	mine := map[string]bool{}
	for _, g := range n.want.(*estate.Grants).Grants {
		if !slices.ContainsFunc(others, func(o estate.Grant) bool { return o.Member == g.Member }) {
			mine[g.Member], v.mine[g.Member] = true, true
		}
	}
	var gone []estate.Grant
	for _, g := range now.Grants {
		ours := strings.HasPrefix(g.Member, "principal://") || slices.Contains(n.want.(*estate.Grants).Ours, g.Member)
		if ours && mine[g.Member] && !slices.Contains(others, g) {
			gone = append(gone, g)
		}
	}
	return gone
}

// levers says of the plan what each part of it takes, the fastest first.
func (v *revoker) levers(w *Workload) {
	for _, l := range []struct {
		kind         estate.Kind
		what, window string
	}{
		{estate.KindGrants, "its bindings on Google are removed", bindingWindow},
		{estate.KindAccount, "the service account that it alone becomes is disabled", accountWindow},
		{estate.KindProvider, "the provider does not let it in any more", conditionWindow},
		{estate.KindRoleAssignment, "its role assignments on Azure are removed", assignmentWindow},
		{estate.KindFederatedCredential, "the federated credentials that make it a managed identity are removed", credentialWindow},
	} {
		var steps []string
		for i := range v.out.Plan.Steps {
			if s := &v.out.Plan.Steps[i]; s.Action.Changes() && s.res.Spec.Kind() == l.kind {
				steps = append(steps, s.Address)
			}
		}
		if len(steps) > 0 {
			v.out.Levers = append(v.out.Levers, Lever{What: l.what, Window: l.window, Steps: steps})
		}
	}
	v.later("take the workload " + v.name + " out of landbridge.yaml: the next landbridge setup apply would give it all back")
	for _, member := range slices.Sorted(maps.Keys(v.mine)) {
		v.later("what " + member + " was given by hand with a condition, or where the file names nothing, stays: gcloud asset search-all-iam-policies --scope=projects/" +
			v.in.Spec.Google.Project + " --query='policy:\"" + member + "\"'")
	}
	if to := w.ToGoogle; to != nil && to.ServiceAccount != "" && foreign(to.ServiceAccount) {
		v.later("the service account " + to.ServiceAccount + " is named by its e-mail and left as it is: a token of it that is in hand lives up to 1 hour; gcloud iam service-accounts disable " + to.ServiceAccount + " ends it sooner")
	}
	if w.identity() != "" && w.ToAzure == nil {
		v.later("the managed identity " + w.identity() + " stays: it may have other work to do on Azure")
	}
}

// Lines is the revocation for people: the plan, then each lever with its window, then what is left to do.
func (v *Revocation) Lines() []string {
	out := v.Plan.Lines(false)
	for _, l := range v.Levers {
		out = append(out, l.What+": "+l.Window)
	}
	for _, a := range v.Afterwards {
		out = append(out, "then: "+a)
	}
	return out
}
