package policy

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/prompt"
)

var (
	patterns = rapid.StringMatching(`[ab*/]{0,8}`)
	texts    = rapid.StringMatching(`[ab/]{0,10}`)
)

// A pattern matches what the same regular expression matches.
func TestGlob(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pattern, text := patterns.Draw(t, "pattern"), texts.Draw(t, "text")
		g := newGlob(pattern)
		want := regexp.MustCompile(`\A` + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `(?s:.*)`) + `\z`).MatchString(text)
		if g.match(text) != want {
			t.Fatalf("%q matches %q: %t, want %t", pattern, text, !want, want)
		}
	})
}

// What a covered pattern matches, the wider one matches too.
func TestCoverAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		wide, narrow := newGlobs(rapid.SliceOfN(patterns, 1, 3).Draw(t, "wide")), newGlobs(rapid.SliceOfN(patterns, 1, 3).Draw(t, "narrow"))
		text := texts.Draw(t, "text")
		if coverAll(wide, narrow) && matchAny(narrow, text) && !matchAny(wide, text) {
			t.Fatalf("%v covers %v, and does not match %q", wide, narrow, text)
		}
	})
}

var (
	someWorkloads = []string{"*", "aks/*", "aks/a", "aks/b", "vm/a"}
	someMethods   = []string{"*", "generateContent", "*.create", "tuningJobs.*", "predict", "*.*"}
	someModels    = []string{"*", "google/*", "google/m", "anthropic/c", "endpoints/1"}
	someLocations = []string{"europe-west4", "us", "global"}
)

func drawRule(t *rapid.T, name string) Rule {
	pick := func(key string, from []string, least int) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(from), least, 2, rapid.ID[string]).Draw(t, name+"."+key)
	}
	r := Rule{Name: name, Workloads: pick("workloads", someWorkloads, 1)}
	if rapid.Bool().Draw(t, name+".deny") {
		r.Effect, r.Methods, r.Models, r.Locations = Deny, pick("methods", someMethods, 0), pick("models", someModels, 0), pick("locations", someLocations, 0)
		return r
	}
	r.Methods, r.Models, r.Locations, r.Project = pick("methods", someMethods, 1), pick("models", someModels, 1), pick("locations", someLocations, 1), "p"
	return r
}

func drawAsk(t *rapid.T) Ask {
	a := Ask{Caller: prompt.Caller{Name: rapid.SampledFrom([]string{"aks/a", "aks/b", "aks/c", "vm/a", "x/y"}).Draw(t, "caller")}}
	a.Target = rapid.SampledFrom([]prompt.Target{
		{Publisher: "google", Model: "m", Method: "generateContent"},
		{Publisher: "google", Model: "n", Method: "predict"},
		{Publisher: "anthropic", Model: "c", Method: "rawPredict"},
		{Endpoint: "1", Method: "predict"},
		{Endpoint: "2", Method: "generateContent"},
		{Collection: "tuningJobs", Method: "create"},
		{Collection: "models/1", Method: "get"},
	}).Draw(t, "target")
	a.Target.Location = rapid.SampledFrom(append([]string{"", "asia"}, someLocations...)).Draw(t, "location")
	a.Target.Project = rapid.SampledFrom([]string{"", "p", "q"}).Draw(t, "project")
	return a
}

// What is decided is never wider than some rule to allow, and never what a rule to deny before it matches; a rule that is
// refused as covered would never have decided.
func TestDecideProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rules := []Rule{drawRule(t, "r0"), drawRule(t, "r1"), drawRule(t, "r2")}
		p, err := Compile(Options{Rules: rules})
		if err != nil {
			return
		}
		a := drawAsk(t)
		d, err := p.Decide(t.Context(), a)
		again, _ := p.Decide(t.Context(), a) // from what is remembered
		if d.Rule != again.Rule || !slices.Equal(d.Locations, again.Locations) {
			t.Fatalf("%+v, then %+v", d, again)
		}
		if err != nil {
			return
		}
		i := slices.IndexFunc(rules, func(r Rule) bool { return r.Name == d.Rule })
		for _, l := range d.Locations {
			if !slices.Contains(rules[i].Locations, l) {
				t.Fatalf("%s is not one of %v", l, rules[i].Locations)
			}
		}
		if a.Target.Location != "" && a.Target.Location != d.Target.Location || a.Target.Project != "" && a.Target.Project != d.Target.Project {
			t.Fatalf("asked %+v, decided %+v", a.Target, d.Target)
		}
		for _, r := range p.rules[:i] {
			if r.Effect == Deny && matchAny(r.workloads, a.Caller.Name) && r.matches(MethodName(&a.Target), ModelName(&a.Target), &a.Target) &&
				(len(r.Locations) == 0 || slices.ContainsFunc(d.Locations, func(l string) bool { return slices.Contains(r.Locations, l) })) {
				t.Fatalf("%s denies %+v, which goes to %v", r.Name, a.Target, d.Locations)
			}
		}
	})
}

// A rule that is reported as covered decides nothing: without it everything is decided as with it.
func TestCoveredProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var rules []*rule
		for _, name := range []string{"r0", "r1", "r2"} {
			r, problems := compileRule(drawRule(t, name), name)
			if len(problems) > 0 {
				return
			}
			rules = append(rules, r)
		}
		if !covers(rules[0], rules[1], rules[2:]) {
			return
		}
		a := drawAsk(t)
		with := &Policy{rules: rules, lines: map[kind][]*rule{}, named: map[string][]*rule{}}
		without := &Policy{rules: []*rule{rules[0], rules[2]}, lines: map[kind][]*rule{}, named: map[string][]*rule{}}
		with.index()
		without.index()
		d1, err1 := with.Decide(t.Context(), a)
		d2, err2 := without.Decide(t.Context(), a)
		if (err1 == nil) != (err2 == nil) || err1 == nil && (d1.Rule != d2.Rule || !slices.Equal(d1.Locations, d2.Locations)) {
			t.Fatalf("%+v and %+v", d1, d2)
		}
	})
}
