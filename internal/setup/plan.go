package setup

import (
	"context"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// Action is what a step does.
type Action string

// The actions. The first four change something; Blocked and Failed keep a plan from being applied.
const (
	Create   Action = "create"
	Update   Action = "update"
	Undelete Action = "undelete" // it is soft-deleted: its id is taken, and it can come back
	Remove   Action = "remove"
	Keep     Action = "keep"    // as it shall be, or left as it is on destroy
	Read     Action = "read"    // looked at and never changed
	Manual   Action = "manual"  // not to be had from here: render writes it
	Blocked  Action = "blocked" // needs a human first; Reason says what
	Failed   Action = "failed"  // could not be read; Reason is the error
)

// Changes says whether the action changes something.
func (a Action) Changes() bool {
	switch a {
	case Create, Update, Undelete, Remove:
		return true
	default:
		return false
	}
}

// Change is one leaf that differs. In a list each element is a leaf: added has no Old, removed has no New.
type Change struct {
	Field string `json:"field"`
	Old   any    `json:"old"` // text, truth value, or null
	New   any    `json:"new"` // the same; Unknown where it follows from something that is not made yet
}

// Unknown stands for a value that another step of the plan brings about.
const Unknown = "(known after apply)"

// Step is one line of a plan.
type Step struct {
	Action    Action      `json:"action"`
	Address   string      `json:"address"`
	Side      estate.Side `json:"side"`
	Mine      bool        `json:"mine"` // it bears our mark, or will
	Changes   []Change    `json:"changes,omitempty"`
	Reason    string      `json:"reason,omitempty"`
	Hint      string      `json:"hint,omitempty"` // the next step, when it is a human's
	Workloads []string    `json:"workloads,omitempty"`

	res Resource    // what is wanted, with references; of a removal: only its address and spec
	now estate.Live // as it was read
	// look says that it could not be read yet, and is before it is written.
	look bool
	err  error // of Failed
}

// Plan is what shall change, in the order in which it will. Its JSON form is stable: fields are added, never renamed.
type Plan struct {
	Setup    string    `json:"setup"`
	Verb     string    `json:"verb"` // apply, destroy or revoke
	Differs  bool      `json:"differs"`
	Steps    []Step    `json:"steps"`
	Warnings []Problem `json:"warnings,omitempty"`

	spec    Spec
	keepers map[estate.Side]estate.Keeper
	known   map[string]map[string]string // outputs of what was read, by address
}

// Input is what a plan is made from.
type Input struct {
	Spec    Spec
	Keepers map[estate.Side]estate.Keeper
	// Parallel bounds the reads at a time; 0 is 32.
	Parallel int
}

// NewPlan reads what is there and says what differs. A mistake in the Spec is an error before any call. When something
// could not be read, the error is all those failures, and the plan is there too: it shows the rest.
func NewPlan(ctx context.Context, in Input) (*Plan, error) {
	r, err := read(ctx, in)
	if err != nil {
		return nil, err
	}
	p := r.plan("apply")
	for _, n := range r.order {
		p.Steps = append(p.Steps, r.decide(n))
	}
	for _, live := range r.orphans() {
		p.Steps = append(p.Steps, r.remove(live, "bears the mark of "+in.Spec.Name+" and is not wanted any more"))
	}
	return p, p.settle(r)
}

func (r *reader) plan(verb string) *Plan {
	return &Plan{
		Setup: r.in.Spec.Name, Verb: verb, Warnings: Warnings(r.problems), Steps: []Step{},
		spec: r.in.Spec, keepers: r.in.Keepers, known: map[string]map[string]string{},
	}
}

// settle notes the outputs and whether there is anything to do; its error is every read that failed.
func (p *Plan) settle(r *reader) error {
	for _, n := range r.order {
		if n.err == nil {
			p.known[n.res.Address] = n.live.Outputs
		}
	}
	for i := range p.Steps {
		a := p.Steps[i].Action
		p.Differs = p.Differs || a.Changes() || a == Blocked || a == Failed
	}
	return p.failures(r.owning)
}

// Drift says whether something is not as it shall be.
func (p *Plan) Drift() bool { return p.Differs }

// Changes counts the steps of each action.
func (p *Plan) Changes() map[Action]int {
	out := map[Action]int{}
	for i := range p.Steps {
		out[p.Steps[i].Action]++
	}
	return out
}

// failures is one error of all the reads that failed; the first one's kind and hint are its own.
func (p *Plan) failures(more []error) error {
	all := more
	for i := range p.Steps {
		if p.Steps[i].err != nil {
			all = append(all, p.Steps[i].err)
		}
	}
	return joined(all, "setup_read", "could not be read")
}

// Blocked is an error of every step that needs a human first; nil when none does.
func (p *Plan) Blocked() error {
	var all []error
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Action == Blocked {
			all = append(all, &bridge.Error{Kind: bridge.Usage, Code: "setup_blocked", Text: s.Address + ": " + s.Reason, Hint: s.Hint})
		}
	}
	return joined(all, "setup_blocked", "stand in the way")
}
