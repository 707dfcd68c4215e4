package policy

import (
	"fmt"
	"slices"
)

// checkCovered reports rules that can never decide, because one earlier rule takes all of their calls. Only what a single
// earlier rule does alone is seen.
func checkCovered(rules []*rule) []Problem {
	var found []Problem
	for i, r := range rules {
		for _, earlier := range rules[:i] {
			if covers(earlier, r, rules[i+1:]) {
				found = append(found, Problem{
					Path: fmt.Sprintf("policy.rules[%d]", i), Rule: r.Name,
					Text: "can never match: rule " + earlier.Name + ", which comes earlier, takes all of its calls",
					Fix:  "move it up, or remove it",
				})
				break
			}
		}
	}
	return found
}

func covers(earlier, r *rule, later []*rule) bool {
	return earlier.when == nil &&
		coverAll(earlier.workloads, r.workloads) && coverMethods(earlier.methods, r.methods) && coverModels(earlier, r) && coverPlaces(earlier, r, later)
}

// coverMethods compares what the patterns match of the methods that there are.
func coverMethods(wide, narrow []glob) bool {
	for _, name := range knownMethods() {
		if methodMatch(narrow, name) && !methodMatch(wide, name) {
			return false
		}
	}
	return true
}

// coverModels knows that Deny without models is about all of them, and with models not about collections.
func coverModels(earlier, r *rule) bool {
	switch {
	case earlier.Effect == Deny && len(earlier.models) == 0:
		return true
	case earlier.Effect == Deny && (r.Effect != Deny || len(r.models) == 0) && slices.ContainsFunc(knownMethods(), r.opensCollection):
		return false
	case len(r.models) == 0:
		return matchAny(earlier.models, "*")
	default:
		return coverAll(earlier.models, r.models)
	}
}

// opensCollection says that a method is of a collection and the rule names it.
func (r *rule) opensCollection(method string) bool {
	return ofCollection(method) && methodMatch(r.methods, method)
}

// coverPlaces: a rule to deny that comes after what it means to deny is of no use unless a later rule allows more.
func coverPlaces(earlier, r *rule, later []*rule) bool {
	switch {
	case earlier.Effect == Deny && len(earlier.Locations) == 0:
		return true
	case earlier.Effect == Deny:
		return len(r.Locations) > 0 && within(earlier.Locations, r.Locations)
	case r.Effect == Deny:
		return !slices.ContainsFunc(later, func(l *rule) bool { return l.Effect != Deny })
	default:
		return earlier.Project == r.Project && within(earlier.Locations, r.Locations)
	}
}

// within says whether wide has every location of narrow.
func within(wide, narrow []string) bool {
	return !slices.ContainsFunc(narrow, func(l string) bool { return !slices.Contains(wide, l) })
}
