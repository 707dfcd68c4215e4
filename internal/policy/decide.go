package policy

import (
	"context"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/prompt"
)

const (
	maxKinds   = 4096
	maxKindLen = 512 // bytes of all names together
)

// kind is what decides which rules a call comes to.
type kind struct {
	caller string
	target prompt.Target
}

// Decide finds the first rule that matches the call's workload, method, model, project, location and condition, and holds
// the rest of the call to it. A refusal is a *bridge.Error (Refused) that may be shown to the caller; the Decision then
// still has the name of the rule that refused, if one did. It may be called from many goroutines.
func (p *Policy) Decide(ctx context.Context, a Ask) (Decision, error) {
	var withheld []string // locations that rules to deny have taken out
	var withholder *rule
	for _, r := range p.line(&a) {
		project, locations := r.place(&a.Target, withheld)
		if r.Effect != Deny && len(locations) == 0 {
			continue
		}
		if r.when != nil {
			holds, err := r.when.holds(ctx, &a, project, first(locations))
			if err != nil {
				return Decision{Rule: r.Name}, conditionFailed(r, err)
			}
			if !holds {
				continue
			}
		}
		switch {
		case r.Effect != Deny:
			return r.allow(&a, project, locations)
		case !r.withholds() || slices.Contains(r.Locations, a.Target.Location):
			return Decision{Rule: r.Name}, denied(r, &a.Target)
		default:
			withheld, withholder = append(withheld, r.Locations...), r
		}
	}
	return p.explain(&a, withholder)
}

// line is the rules that match but for their conditions, up to the one that decides without any.
func (p *Policy) line(a *Ask) []*rule {
	key := kind{a.Caller.Name, a.Target}
	key.target.Version = "" // v1 or v1beta1 is the same to every rule
	p.mu.RLock()
	line, ok := p.lines[key]
	p.mu.RUnlock()
	if ok {
		return line
	}
	method, model := MethodName(&a.Target), ModelName(&a.Target)
	withheld := false // locations, so that a rule to allow may be left with none
	for _, r := range p.rulesFor(a.Caller.Name) {
		if !r.matches(method, model, &a.Target) {
			continue
		}
		line = append(line, r)
		if withheld = withheld || r.withholds(); r.when == nil && !r.withholds() && (r.Effect == Deny || !withheld) {
			break
		}
	}
	p.keep(key, line)
	return line
}

// keep remembers a line. What no rule matches is not kept: names that a caller makes up shall take no memory.
func (p *Policy) keep(key kind, line []*rule) {
	if len(line) == 0 || key.size() > maxKindLen {
		return
	}
	key = key.own()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.lines) >= maxKinds {
		clear(p.lines)
	}
	p.lines[key] = line
}

func (k *kind) names() []*string {
	t := &k.target
	return []*string{&k.caller, &t.Project, &t.Location, &t.Publisher, &t.Model, &t.Endpoint, &t.Collection, &t.Method}
}

func (k *kind) size() int {
	size := 0
	for _, name := range k.names() {
		size += len(*name)
	}
	return size
}

// own is a copy that holds no part of a request.
func (k kind) own() kind {
	for _, name := range k.names() {
		*name = strings.Clone(*name)
	}
	return k
}

// rulesFor are the rules for a workload, in the order of the file.
func (p *Policy) rulesFor(workload string) []*rule {
	if rules, ok := p.named[workload]; ok {
		return rules
	}
	var out []*rule
	for _, r := range p.patterns {
		if matchAny(r.workloads, workload) {
			out = append(out, r)
		}
	}
	return out
}

// matches holds a call to all but the workload and the condition.
func (r *rule) matches(method, model string, t *prompt.Target) bool {
	return methodMatch(r.methods, method) && r.matchesModel(model) && r.matchesProject(t.Project) && r.matchesLocation(t.Location)
}

// matchesModel: a call that names no model is one of a collection. Most do not.
func (r *rule) matchesModel(model string) bool {
	if model == "" || len(r.models) == 0 {
		return r.Effect != Deny || len(r.models) == 0
	}
	return matchAny(r.models, model)
}

func (r *rule) matchesProject(project string) bool {
	return r.Effect == Deny || project == "" || project == r.Project
}

// matchesLocation: a rule to deny some locations is asked about every call, since it takes them out of the fallbacks too.
func (r *rule) matchesLocation(location string) bool {
	return r.Effect == Deny || location == "" || slices.Contains(r.Locations, location)
}

// withholds says that the rule denies some locations only.
func (r *rule) withholds() bool { return r.Effect == Deny && len(r.Locations) > 0 }

// place is where a call goes if the rule allows it: the locations in the order in which they may be tried, none when all
// are withheld. A rule to deny goes by what the caller named.
func (r *rule) place(t *prompt.Target, withheld []string) (project string, locations []string) {
	if r.Effect == Deny {
		if t.Location == "" {
			return t.Project, nil
		}
		return t.Project, []string{t.Location}
	}
	locations = r.orders[t.Location]
	if len(withheld) > 0 {
		locations = slices.DeleteFunc(slices.Clone(locations), func(l string) bool { return slices.Contains(withheld, l) })
	}
	return r.Project, locations
}

// allow fills in the call, after the rest of it was held to the rule.
func (r *rule) allow(a *Ask, project string, locations []string) (Decision, error) {
	if err := r.admit(a); err != nil {
		return Decision{Rule: r.Name}, err
	}
	if t := &a.Target; a.Cached || t.Collection != "" || t.Endpoint != "" && t.Endpoint != openAPI {
		locations = locations[:1:1]
	}
	d := Decision{
		Rule: r.Name, Target: a.Target, Locations: locations, MaxOutput: a.MaxOutput,
		Profile: r.Guard, ServiceAccount: r.ServiceAccount, QuotaProject: r.QuotaProject, Quota: r.Quota,
	}
	d.Target.Project, d.Target.Location = project, locations[0]
	if limit := r.MaxOutputTokens; limit > 0 && (d.MaxOutput <= 0 || d.MaxOutput > limit) {
		d.MaxOutput = limit
	}
	return d, nil
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
