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

// predefinedRoles holds the permissions that the sandbox's APIs ask for, by the roles of Google that contain them.
func predefinedRoles() map[string][]string {
	accountRead := []string{"iam.serviceAccounts.get", "iam.serviceAccounts.list"}
	accountUse := []string{"iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken"}
	projectRead := []string{"resourcemanager.projects.get", "resourcemanager.projects.list"}
	policy := func(resource string) []string {
		return []string{resource + ".getIamPolicy", resource + ".setIamPolicy"}
	}
	vertexUse := slices.Concat(projectRead, []string{
		"aiplatform.endpoints.predict", "aiplatform.endpoints.explain", "aiplatform.endpoints.get", "aiplatform.endpoints.list",
		"aiplatform.models.get", "aiplatform.models.list",
	})
	viewer := slices.Concat(projectRead, accountRead, []string{
		"aiplatform.endpoints.get", "aiplatform.endpoints.list", "aiplatform.models.get", "aiplatform.models.list",
		"iam.workloadIdentityPools.get", "iam.workloadIdentityPoolProviders.get", "iam.serviceAccounts.getIamPolicy",
	})
	editor := slices.Concat(viewer, vertexUse, []string{"iam.serviceAccounts.actAs", "serviceusage.services.use"})
	return map[string][]string{
		"roles/viewer":                               viewer,
		"roles/editor":                               editor,
		"roles/owner":                                slices.Concat(editor, policy("resourcemanager.projects"), policy("iam.serviceAccounts")),
		"roles/browser":                              slices.Concat(projectRead, []string{"resourcemanager.projects.getIamPolicy"}),
		"roles/aiplatform.user":                      vertexUse,
		"roles/aiplatform.admin":                     slices.Concat(vertexUse, []string{"aiplatform.endpoints.getIamPolicy", "aiplatform.endpoints.setIamPolicy"}),
		"roles/aiplatform.viewer":                    slices.Concat(projectRead, []string{"aiplatform.endpoints.get", "aiplatform.endpoints.list", "aiplatform.models.get", "aiplatform.models.list"}),
		"roles/iam.workloadIdentityUser":             slices.Concat(accountRead, accountUse),
		"roles/iam.serviceAccountTokenCreator":       slices.Concat(accountRead, accountUse, []string{"iam.serviceAccounts.implicitDelegation", "iam.serviceAccounts.signBlob", "iam.serviceAccounts.signJwt"}),
		"roles/iam.serviceAccountOpenIdTokenCreator": {"iam.serviceAccounts.getOpenIdToken"},
		"roles/iam.serviceAccountUser":               slices.Concat(accountRead, projectRead, []string{"iam.serviceAccounts.actAs"}),
		"roles/iam.serviceAccountAdmin":              slices.Concat(accountRead, projectRead, policy("iam.serviceAccounts")),
		"roles/iam.workloadIdentityPoolViewer":       slices.Concat(projectRead, []string{"iam.workloadIdentityPools.get", "iam.workloadIdentityPoolProviders.get"}),
		"roles/iam.workloadIdentityPoolAdmin":        slices.Concat(projectRead, []string{"iam.workloadIdentityPools.get", "iam.workloadIdentityPoolProviders.get"}),
		"roles/resourcemanager.projectIamAdmin":      slices.Concat(projectRead, policy("resourcemanager.projects")),
		"roles/serviceusage.serviceUsageConsumer":    {"serviceusage.services.use"},
	}
}

// AddRole puts a custom role ("projects/P/roles/NAME") into the world, replacing one with the same name.
func (w *World) AddRole(name string, permissions ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.roles[name] = slices.Clone(permissions)
}

// HasRole says whether a role exists.
func (w *World) HasRole(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ok := w.roles[name]
	return ok
}

// ProjectPermissions returns those of the asked permissions that the grant's holder has on a project.
func (w *World) ProjectPermissions(g Grant, project string, asked ...string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.project(project)
	if p == nil {
		return nil
	}
	return w.held(g, asked, p.Policy)
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
	policies := []Policy{a.Policy}
	if p := w.project(a.ProjectID); p != nil {
		policies = append(policies, p.Policy)
	}
	return w.held(g, asked, policies...)
}

func (w *World) held(g Grant, asked []string, policies ...Policy) []string {
	var out []string
	for _, permission := range asked {
		if slices.ContainsFunc(policies, func(p Policy) bool { return w.allows(g, p, permission) }) {
			out = append(out, permission)
		}
	}
	return out
}

func (w *World) allows(g Grant, p Policy, permission string) bool {
	for _, b := range p.Bindings {
		if !slices.Contains(w.roles[b.Role], permission) {
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
	*old = clonePolicy(p)
	old.Etag = w.nextEtag()
	return clonePolicy(*old), nil
}

// nextEtag makes an etag in the look of IAM's: eight bytes in base64.
func (w *World) nextEtag() string {
	w.revision++
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, 0x0706<<48|w.revision))
}

// Bind grants a role on a service account (an e-mail) or on a project (an id or number) to a member.
func (w *World) Bind(resource, role, member string) error {
	return w.editPolicy(resource, func(p *Policy) {
		for i, b := range p.Bindings {
			if b.Role == role {
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
			if b.Role == role {
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
	if strings.Contains(resource, "@") {
		if a := w.account(resource); a != nil {
			policy = &a.Policy
		}
	} else if p := w.project(resource); p != nil {
		policy = &p.Policy
	}
	if policy == nil {
		return &NotFound{"project or service account", resource}
	}
	change(policy)
	policy.Etag = w.nextEtag()
	return nil
}

func clonePolicy(p Policy) Policy {
	out := Policy{Etag: p.Etag, Bindings: make([]Binding, len(p.Bindings))}
	for i, b := range p.Bindings {
		out.Bindings[i] = Binding{Role: b.Role, Members: slices.Clone(b.Members)}
	}
	return out
}

func cloneProject(p *Project) Project {
	out := *p
	out.Policy = clonePolicy(p.Policy)
	out.Services, out.Models, out.Endpoints = maps.Clone(p.Services), maps.Clone(p.Models), maps.Clone(p.Endpoints)
	return out
}
