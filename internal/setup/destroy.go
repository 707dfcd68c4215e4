package setup

import (
	"context"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// NewDestroy says what Apply would take away: what bears our mark and the grants that are ours, in reverse order. What was
// there before, and what others may use by now, is listed and left. Errors are those of NewPlan.
func NewDestroy(ctx context.Context, in Input) (*Plan, error) {
	r, err := read(ctx, in)
	if err != nil {
		return nil, err
	}
	p := r.plan("destroy")
	var left []Step
	for _, n := range slices.Backward(r.order) {
		for _, s := range r.undo(n) {
			if s.Action == Keep || s.Action == Manual {
				left = append(left, s)
			} else {
				p.Steps = append(p.Steps, s)
			}
		}
	}
	for _, live := range r.orphans() {
		p.Steps = append(p.Steps, r.remove(live, "bears the mark of "+in.Spec.Name))
	}
	slices.SortStableFunc(p.Steps, func(a, b Step) int { return rank(b.res.Spec) - rank(a.res.Spec) })
	p.Steps = append(p.Steps, left...)
	return p, p.settle(r)
}

// undo is what destroy does about one thing: nothing when it is not there, at most one removal, and what it leaves.
func (r *reader) undo(n *node) []Step {
	s := Step{Address: n.res.Address, Side: n.res.Spec.Kind().Side(), Workloads: n.res.Workloads, res: n.res, now: n.live}
	switch {
	case n.manual != "":
		if n.res.ReadOnly {
			return nil
		}
		s.Action, s.Reason, s.Hint = Manual, n.manual, "landbridge setup render --format kubernetes | kubectl delete -f - takes it away, where nothing of it was there before"
		return []Step{s}
	case n.err != nil:
		_, why := parted(n.err)
		s.Action, s.Reason, s.Hint, s.err = Failed, why, bridge.HintOf(n.err), n.err
		return []Step{s}
	case n.off != nil:
		s.Action, s.Reason, s.err = Failed, n.off.Error(), n.off
		return []Step{s}
	case n.waits != "":
		s.Action, s.Reason = Failed, "depends on "+n.waits+", which could not be read"
		return []Step{s}
	case !n.live.Exists(), n.res.ReadOnly:
		return nil
	}
	kind := n.res.Spec.Kind()
	if kind == estate.KindGrants {
		return r.ungrant(n, s)
	}
	s.Mine = marked(kind) && n.live.Setup == r.in.Spec.Name
	switch {
	case s.Mine:
		s.Action = Remove
		if kind == estate.KindNamespace {
			s.Reason = "its label alone: the namespace stays"
		}
	case kind == estate.KindCluster:
		s.Action, s.Reason = Keep, "its issuer stays on: others may trust it by now"
	case kind == estate.KindService:
		s.Action, s.Reason = Keep, "stays on: others may use it by now"
	case n.live.Setup != "":
		s.Action, s.Reason = Keep, "belongs to the set-up "+n.live.Setup
	default:
		s.Action, s.Reason = Keep, "was there before"
	}
	return []Step{s}
}

// ungrant takes the grants of ours out of one allow policy, and lists those of which it is not known who made them: the
// member is an account that was there before.
func (r *reader) ungrant(n *node, s Step) []Step {
	live, want := n.live.Spec.(*estate.Grants), n.want.(*estate.Grants)
	if account, made := r.nodes[address(estate.KindAccount, strings.TrimSuffix(live.Account, "@"+estate.AccountDomain(r.in.Spec.Google.Project)))]; made && live.Account != "" && account.live.Setup == r.in.Spec.Name {
		return nil // the policy goes with its account
	}
	var gone, kept []estate.Grant
	for _, g := range live.Grants {
		ours := slices.ContainsFunc(want.Ours, func(start string) bool { return strings.HasPrefix(g.Member, start) })
		named := strings.HasPrefix(g.Member, "principal://") && slices.Contains(want.Grants, g)
		switch {
		case ours || named:
			gone = append(gone, g)
		case slices.Contains(want.Grants, g):
			kept = append(kept, g)
		}
	}
	var out []Step
	if len(gone) > 0 {
		out = append(out, revoked(s, live, gone))
	}
	if len(kept) > 0 {
		s.Action, s.Reason = Keep, "nothing says who granted these: "+grantsText(kept)
		s.Hint = "take them away by hand where nothing else needs them"
		out = append(out, s)
	}
	return out
}

// revoked is the step that takes these grants out of a policy.
func revoked(s Step, policy *estate.Grants, gone []estate.Grant) Step {
	what := *policy
	what.Grants = gone
	s.Action, s.Mine = Remove, true
	s.now = estate.Live{Spec: &what}
	s.res.Spec = &what
	s.Changes = changes(&what, &estate.Grants{Grants: []estate.Grant{}})
	return s
}

func grantsText(grants []estate.Grant) string {
	out := make([]string, len(grants))
	for i, g := range grants {
		out[i] = g.Role + " to " + g.Member
	}
	return strings.Join(out, ", ")
}
