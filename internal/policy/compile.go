package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// rule is a Rule whose patterns and condition are compiled.
type rule struct {
	Rule
	workloads, methods, models []glob
	tools, media               []glob
	when                       *condition
	// orders are the locations to try, by the one that the caller named, "" among them.
	orders map[string][]string
}

// Compile checks everything about the rules that can be known without a call. The error is a *bridge.Error (Usage) whose
// cause is Problems: all of them, not the first.
func Compile(o Options) (*Policy, error) {
	p := &Policy{named: map[string][]*rule{}, lines: map[kind][]*rule{}}
	var found Problems
	for i := range o.Rules {
		r, problems := compileRule(o.Rules[i], fmt.Sprintf("policy.rules[%d]", i))
		p.rules = append(p.rules, r)
		found = append(found, problems...)
	}
	found = append(found, checkNames(p.rules)...)
	if len(found) == 0 { // else what covers what is not known
		found = checkCovered(p.rules)
	}
	prices, problems := compilePrices(o.Prices)
	p.prices = prices
	if found = append(found, problems...); len(found) > 0 {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Code: "policy_invalid", Text: "the policy cannot be used",
			Hint: "correct the keys that are named, in landbridge.yaml", Cause: found,
		}
	}
	p.index()
	return p, nil
}

// index sorts the rules by workload, each list in the order of the file.
func (p *Policy) index() {
	for _, r := range p.rules {
		for i := range r.workloads {
			if w := &r.workloads[i]; w.literal() {
				p.named[w.text] = nil
			}
		}
		if slices.ContainsFunc(r.workloads, func(w glob) bool { return !w.literal() }) {
			p.patterns = append(p.patterns, r)
		}
	}
	for name := range p.named {
		for _, r := range p.rules {
			if matchAny(r.workloads, name) {
				p.named[name] = append(p.named[name], r)
			}
		}
	}
}

func compileRule(r Rule, at string) (*rule, []Problem) {
	c := &compiler{at: at, rule: &rule{Rule: clone(r)}}
	c.checkKeys()
	c.workloads()
	c.methods()
	c.models()
	c.locations()
	c.rule.tools, c.rule.media = newGlobs(c.rule.Tools), newGlobs(lower(c.rule.Media))
	if r.When != "" {
		when, problems := newCondition(r.When)
		for _, p := range problems {
			p.Path, p.Rule = at+".when", r.Name
			c.found = append(c.found, p)
		}
		c.rule.when = when
	}
	return c.rule, c.found
}

func clone(r Rule) Rule {
	for _, list := range []*[]string{&r.Workloads, &r.Methods, &r.Models, &r.Locations, &r.Tools, &r.Media} {
		*list = slices.Clone(*list)
	}
	return r
}

func lower(texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = strings.ToLower(text)
	}
	return out
}

// checkNames reports rules that cannot be told apart.
func checkNames(rules []*rule) []Problem {
	var found []Problem
	seen := map[string]bool{}
	for i, r := range rules {
		if seen[r.Name] && r.Name != "" {
			found = append(found, Problem{Path: fmt.Sprintf("policy.rules[%d].name", i), Rule: r.Name, Text: "an earlier rule has this name", Fix: "give each rule its own"})
		}
		seen[r.Name] = true
	}
	return found
}
