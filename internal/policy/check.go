package policy

import (
	"fmt"
	"slices"
	"strings"
)

// compiler compiles one rule and keeps what is wrong with it.
type compiler struct {
	at    string // its path in the file
	rule  *rule
	found []Problem
}

func (c *compiler) mistake(key, text, fix string) {
	c.found = append(c.found, Problem{Path: c.at + "." + key, Rule: c.rule.Name, Text: text, Fix: fix})
}

// checkKeys looks at what a rule must have and what it cannot use.
func (c *compiler) checkKeys() {
	r := c.rule
	if r.Name == "" || strings.ContainsFunc(r.Name, func(x rune) bool { return !nameRune(x) }) {
		c.mistake("name", fmt.Sprintf("%q is no rule's name", r.Name), "write letters, digits, -, _ and .")
	}
	switch r.Effect {
	case "", Allow:
		c.required("models", len(r.Models) == 0, "write PUBLISHER/MODEL, such as google/gemini-2.5-flash")
		c.required("project", r.Project == "", "calls are made in it")
		c.required("locations", len(r.Locations) == 0, "nothing outside of them is called")
		c.checkQuota()
	case Deny:
		unused := r.Project != "" || len(r.Tools) > 0 || len(r.Media) > 0 || r.CachedContent || r.MaxOutputTokens != 0 ||
			r.ServiceAccount != "" || r.QuotaProject != "" || r.Guard != "" || r.Quota != Quota{}
		if unused {
			c.mistake("effect", "deny uses workloads, methods, models, locations and when alone", "remove the other keys")
		}
	default:
		c.mistake("effect", fmt.Sprintf("%q is neither allow nor deny", r.Effect), "")
	}
}

func nameRune(x rune) bool {
	return 'a' <= x && x <= 'z' || 'A' <= x && x <= 'Z' || '0' <= x && x <= '9' || x == '-' || x == '_' || x == '.'
}

func (c *compiler) required(key string, missing bool, fix string) {
	if missing {
		c.mistake(key, "is missing", fix)
	}
}

func (c *compiler) checkQuota() {
	if c.rule.MaxOutputTokens < 0 {
		c.mistake("max_output_tokens", fmt.Sprintf("%d is less than nothing", c.rule.MaxOutputTokens), "write 0 for no limit")
	}
	for l, n := range c.rule.Quota.limits() {
		if n < 0 {
			c.mistake("quota."+Limit(l).String(), fmt.Sprintf("%d is less than nothing", n), "write 0 for no limit")
		}
	}
	if c.rule.Quota.Concurrent < 0 {
		c.mistake("quota.concurrent", fmt.Sprintf("%d is less than nothing", c.rule.Quota.Concurrent), "write 0 for no limit")
	}
}

func (c *compiler) workloads() {
	c.rule.workloads = newGlobs(c.rule.Workloads)
	c.required("workloads", len(c.rule.Workloads) == 0, "write ISSUER/SUBJECT")
	for i, w := range c.rule.Workloads {
		if !strings.Contains(w, "/") && !strings.Contains(w, "*") {
			c.mistake(item("workloads", i), fmt.Sprintf("%q can never match: a workload is ISSUER/SUBJECT", w), "write the name of the issuer and a slash before it")
		}
	}
}

func (c *compiler) methods() {
	r := c.rule
	switch {
	case len(r.Methods) == 0 && r.Effect == Deny:
		r.Methods = []string{"*", "*.*"}
	case len(r.Methods) == 0:
		r.Methods = slices.Clone(defaultMethods)
	}
	r.methods = newGlobs(r.Methods)
	for i, m := range r.Methods {
		one := r.methods[i : i+1]
		if slices.ContainsFunc(knownMethods(), func(name string) bool { return methodMatch(one, name) }) {
			continue
		}
		fix := "the methods of models are " + strings.Join(modelMethods, ", ") + "; those of collections are RESOURCE.VERB, such as batchPredictionJobs.create"
		if near := nearest(m, knownMethods()); near != "" {
			fix = "did you mean " + near + "?"
		}
		c.mistake(item("methods", i), fmt.Sprintf("%q is no method of Vertex AI", m), fix)
	}
	if r.Effect == Deny && len(r.Models) > 0 && !slices.ContainsFunc(modelMethods, func(name string) bool { return methodMatch(r.methods, name) }) {
		c.mistake("models", "a call of a collection names no model, so nothing is denied", "remove models")
	}
}

func (c *compiler) models() {
	c.rule.models = newGlobs(c.rule.Models)
	for i, m := range c.rule.Models {
		if !strings.Contains(m, "/") && !strings.Contains(m, "*") {
			c.mistake(item("models", i), fmt.Sprintf("%q can never match: it does not say whose model it is", m), "write google/"+m)
		}
	}
}

// locations checks them and works out each order in which they may be tried: the one that the caller named first.
func (c *compiler) locations() {
	r := c.rule
	r.orders = map[string][]string{"": r.Locations}
	for i, l := range r.Locations {
		switch _, twice := r.orders[l]; {
		case !location(l):
			c.mistake(item("locations", i), fmt.Sprintf("%q is not a location", l), "write a region such as europe-west4, or us, eu or global; a * is not allowed here")
		case twice:
			c.mistake(item("locations", i), l+" is in the list twice", "remove one")
		}
		r.orders[l] = append([]string{l}, slices.Concat(r.Locations[:i], r.Locations[i+1:])...)
	}
}

func location(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(x rune) bool {
		return (x < 'a' || x > 'z') && (x < '0' || x > '9') && x != '-'
	})
}

func item(key string, i int) string { return fmt.Sprintf("%s[%d]", key, i) }
