package world

import (
	"slices"
	"time"
)

// spread is what permission checks still see of policies and roles that were changed: IAM takes Pace.IAM to spread a
// change, while whoever reads a policy or a role sees the change at once.
type spread struct {
	policies map[*Policy][]past[[]Binding]
	roles    map[string][]past[[]string]
}

// past is how something was before a change that is not effective until then.
type past[T any] struct {
	until time.Time
	was   T
}

func newSpread() spread {
	return spread{policies: map[*Policy][]past[[]Binding]{}, roles: map[string][]past[[]string]{}}
}

// policyChanges is called before a policy is replaced.
func (w *World) policyChanges(p *Policy) {
	if w.pace.IAM <= 0 {
		w.settlePolicy(p)
		return
	}
	was := past[[]Binding]{w.clock().Add(w.pace.IAM), clonePolicy(*p).Bindings}
	w.spread.policies[p] = append(alive(w, w.spread.policies[p]), was)
}

// settlePolicy makes everything about a policy effective.
func (w *World) settlePolicy(p *Policy) { delete(w.spread.policies, p) }

func (w *World) effectiveBindings(p *Policy) []Binding {
	if pasts := alive(w, w.spread.policies[p]); len(pasts) > 0 {
		return pasts[0].was
	}
	return p.Bindings
}

// roleChanges is called before a custom role is made, changed, deleted or undeleted.
func (w *World) roleChanges(name string) {
	if w.pace.IAM <= 0 {
		delete(w.spread.roles, name)
		return
	}
	var was []string
	if r := w.roles[name]; r != nil && r.Deleted.IsZero() {
		was = slices.Clone(r.Permissions)
	}
	w.spread.roles[name] = append(alive(w, w.spread.roles[name]), past[[]string]{w.clock().Add(w.pace.IAM), was})
}

func (w *World) roleHas(name, permission string) bool {
	if pasts := alive(w, w.spread.roles[name]); len(pasts) > 0 {
		return slices.Contains(pasts[0].was, permission)
	}
	r := w.roles[name]
	return r != nil && r.Deleted.IsZero() && slices.Contains(r.Permissions, permission)
}

// alive leaves out what is over; the rest is in the order of the changes, and so is the first what is in force.
func alive[T any](w *World, pasts []past[T]) []past[T] {
	now := w.clock()
	for len(pasts) > 0 && !now.Before(pasts[0].until) {
		pasts = pasts[1:]
	}
	return pasts
}
