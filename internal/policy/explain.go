package policy

import (
	"fmt"
	"math/bits"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

// file ends a hint.
const file = " in policy.rules of landbridge.yaml"

// What a call misses of a rule, the gravest first.
const (
	missMethod = 1 << iota
	missModel
	missProject
	missLocation
)

// explain says why no rule allows the call, by the rule that comes closest. Only rules for the caller's own workload are
// looked at: nothing of others is told.
func (p *Policy) explain(a *Ask, withholder *rule) (Decision, error) {
	method, model := MethodName(&a.Target), ModelName(&a.Target)
	var closest *rule
	var misses uint
	for _, r := range p.rulesFor(a.Caller.Name) {
		if r.Effect == Deny {
			continue
		}
		m := r.misses(method, model, &a.Target)
		if closest == nil || bits.OnesCount(m) < bits.OnesCount(misses) {
			closest, misses = r, m
		}
	}
	e := &bridge.Error{Kind: bridge.Refused, Hop: bridge.HopDoor}
	if closest == nil {
		e.Code = "policy_no_rule"
		e.Text = "no rule allows workload " + said(a.Caller.Name) + " anything"
		e.Hint = "add " + said(a.Caller.Name) + " to workloads of a rule" + file
		return Decision{}, e
	}
	closest.say(e, misses, method, model, a, withholder)
	return Decision{Rule: closest.Name}, e
}

func (r *rule) misses(method, model string, t *prompt.Target) uint {
	var m uint
	if !methodMatch(r.methods, method) {
		m |= missMethod
	}
	if !r.matchesModel(model) {
		m |= missModel
	}
	if !r.matchesProject(t.Project) {
		m |= missProject
	}
	if !r.matchesLocation(t.Location) {
		m |= missLocation
	}
	return m
}

// say fills in a refusal by the closest rule.
func (r *rule) say(e *bridge.Error, misses uint, method, model string, a *Ask, withholder *rule) {
	add := func(value, key string) string {
		return "add " + said(value) + " to " + key + " of rule " + r.Name + file
	}
	of := ""
	if model != "" {
		of = " of " + some(r.Models)
	}
	switch {
	case misses&missMethod != 0:
		e.Code = "policy_method"
		e.Text = fmt.Sprintf("rule %s allows %s%s, not %s", r.Name, some(r.Methods), of, said(method))
		e.Hint = add(method, "methods")
	case misses&missModel != 0:
		e.Code = "policy_model"
		e.Text = fmt.Sprintf("rule %s allows %s%s, not %s", r.Name, said(method), of, said(model))
		e.Hint = add(model, "models")
	case misses&missProject != 0:
		e.Code = "policy_project"
		e.Text = fmt.Sprintf("rule %s is for project %s, not %s", r.Name, r.Project, said(a.Target.Project))
		e.Hint = "leave the project out of the path, or change project of rule " + r.Name + file
	case misses&missLocation != 0:
		e.Code = "policy_location"
		e.Text = fmt.Sprintf("rule %s allows %s, not %s", r.Name, some(r.Locations), said(a.Target.Location))
		e.Hint = "call one of these, or leave the location out of the path; or " + add(a.Target.Location, "locations")
	case withholder != nil:
		e.Code = "policy_location"
		e.Text = fmt.Sprintf("rule %s denies every location that rule %s allows", withholder.Name, r.Name)
		e.Hint = "change locations of rule " + withholder.Name + file
	default:
		e.Code = "policy_condition"
		e.Text = "the condition of rule " + r.Name + " does not hold for this call"
		e.Hint = "see when of rule " + r.Name + file
	}
}

// denied is the refusal of a rule to deny.
func denied(r *rule, t *prompt.Target) error {
	what := said(MethodName(t))
	if model := ModelName(t); model != "" {
		what += " of " + said(model)
	}
	if len(r.Locations) > 0 {
		what += " in " + said(t.Location)
	}
	return &bridge.Error{
		Kind: bridge.Refused, Hop: bridge.HopDoor, Code: "policy_denied", Text: "rule " + r.Name + " denies " + what,
		Hint: "rule " + r.Name + file + " has effect deny; the first rule that matches decides",
	}
}

// some lists the first of many: "a, b and c", "a, b, c, d and 7 more".
func some(list []string) string {
	const most = 5
	last := list[len(list)-1]
	if len(list) > most {
		list, last = list[:most], fmt.Sprintf("%d more", len(list)-most+1)
	}
	if len(list) == 1 {
		return last
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + last
}

// said is a name as it may be repeated in a refusal: short and of the characters that such names have. Anything else is
// the caller's content.
func said(name string) string {
	const most = 128
	if name == "" || len(name) > most || strings.ContainsFunc(name, func(x rune) bool {
		return !nameRune(x) && !strings.ContainsRune("/:@+*", x)
	}) {
		return fmt.Sprintf("a name of %d bytes that is not repeated here", len(name))
	}
	return name
}
