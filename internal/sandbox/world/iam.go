package world

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Conflict says that a policy was changed by somebody else since the caller read it.
type Conflict struct{ Resource string }

func (e *Conflict) Error() string {
	return fmt.Sprintf("the policy of %s was changed since it was read", e.Resource)
}

// ProjectPermissions returns those of the asked permissions that the grant's holder has on a project.
func (w *World) ProjectPermissions(g Grant, project string, asked ...string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.project(project)
	if p == nil {
		return nil
	}
	return w.held(g, asked, &p.Policy)
}

// AccountPermissions returns those of the asked permissions that the grant's holder has on a service account, by the
// account's own policy or by its project's.
func (w *World) AccountPermissions(g Grant, account string, asked ...string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.account(account)
	if a == nil {
		return nil
	}
	policies := []*Policy{&a.Policy}
	if p := w.project(a.ProjectID); p != nil {
		policies = append(policies, &p.Policy)
	}
	return w.held(g, asked, policies...)
}

func (w *World) held(g Grant, asked []string, policies ...*Policy) []string {
	var out []string
	for _, permission := range asked {
		if slices.ContainsFunc(policies, func(p *Policy) bool { return w.allows(g, p, permission) }) {
			out = append(out, permission)
		}
	}
	return out
}

// allows says whether one policy, as far as its changes have spread, gives a permission. A binding with a condition gives
// nothing here: conditions are kept, and not evaluated.
func (w *World) allows(g Grant, p *Policy, permission string) bool {
	// A custom role names the permissions of pools with their service: iam.googleapis.com/workloadIdentityPools.get.
	permission = strings.Replace(permission, "iam.googleapis.com/", "iam.", 1)
	for _, b := range w.effectiveBindings(p) {
		if b.Condition != nil || !w.roleHas(b.Role, permission) {
			continue
		}
		if slices.ContainsFunc(b.Members, func(m string) bool {
			return m == "allUsers" || m == "allAuthenticatedUsers" || slices.Contains(g.Members, m)
		}) {
			return true
		}
	}
	return false
}

// Project and account policies are read with Project and ServiceAccount; these two replace them. A non-empty etag that
// is not the present one is a *Conflict.

// SetProjectPolicy replaces a project's allow policy and returns it with its new etag.
func (w *World) SetProjectPolicy(project string, p Policy) (Policy, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	target := w.project(project)
	if target == nil {
		return Policy{}, &NotFound{"project", project}
	}
	return w.setPolicy("project "+project, &target.Policy, p)
}

// SetAccountPolicy replaces a service account's allow policy and returns it with its new etag.
func (w *World) SetAccountPolicy(account string, p Policy) (Policy, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	target := w.account(account)
	if target == nil {
		return Policy{}, &NotFound{"service account", account}
	}
	return w.setPolicy("service account "+account, &target.Policy, p)
}

func (w *World) setPolicy(resource string, old *Policy, p Policy) (Policy, error) {
	if p.Etag != "" && p.Etag != old.Etag {
		return Policy{}, &Conflict{resource}
	}
	w.policyChanges(old)
	*old = clonePolicy(p)
	old.Etag = w.nextEtag()
	return clonePolicy(*old), nil
}

// nextEtag makes an etag in the look of IAM's: eight bytes in base64.
func (w *World) nextEtag() string {
	w.revision++
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, 0x0706<<48|w.revision))
}

// Bind grants a role on a service account (an e-mail), on a bucket (gs://NAME) or on a project (an id or number) to a member. It is
// a change from outside: it counts at once, whatever the pace.
func (w *World) Bind(resource, role, member string) error {
	return w.editPolicy(resource, func(p *Policy) {
		for i, b := range p.Bindings {
			if b.Role == role && b.Condition == nil {
				if !slices.Contains(b.Members, member) {
					p.Bindings[i].Members = append(p.Bindings[i].Members, member)
				}
				return
			}
		}
		p.Bindings = append(p.Bindings, Binding{Role: role, Members: []string{member}})
	})
}

// Unbind takes a role away from a member; one that does not have it stays as it is.
func (w *World) Unbind(resource, role, member string) error {
	return w.editPolicy(resource, func(p *Policy) {
		for i, b := range p.Bindings {
			if b.Role == role && b.Condition == nil {
				p.Bindings[i].Members = slices.DeleteFunc(b.Members, func(m string) bool { return m == member })
			}
		}
		p.Bindings = slices.DeleteFunc(p.Bindings, func(b Binding) bool { return len(b.Members) == 0 })
	})
}

func (w *World) editPolicy(resource string, change func(*Policy)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var policy *Policy
	if name, ok := strings.CutPrefix(resource, "gs://"); ok {
		if b := w.buckets[name]; b != nil {
			policy = &b.policy
		}
	} else if strings.Contains(resource, "@") {
		if a := w.account(resource); a != nil {
			policy = &a.Policy
		}
	} else if p := w.project(resource); p != nil {
		policy = &p.Policy
	}
	if policy == nil {
		return &NotFound{"project, bucket or service account", resource}
	}
	change(policy)
	policy.Etag = w.nextEtag()
	w.settlePolicy(policy)
	return nil
}

func clonePolicy(p Policy) Policy {
	out := Policy{Etag: p.Etag, Bindings: make([]Binding, len(p.Bindings))}
	for i, b := range p.Bindings {
		out.Bindings[i] = Binding{Role: b.Role, Members: slices.Clone(b.Members)}
		if b.Condition != nil {
			condition := *b.Condition
			out.Bindings[i].Condition = &condition
		}
	}
	return out
}

func cloneProject(p *Project) Project {
	out := *p
	out.Policy = clonePolicy(p.Policy)
	out.Services, out.Models, out.Endpoints = maps.Clone(p.Services), maps.Clone(p.Models), maps.Clone(p.Endpoints)
	out.Templates, out.Issuers = maps.Clone(p.Templates), slices.Clone(p.Issuers)
	return out
}
