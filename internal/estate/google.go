package estate

import "strings"

// Project is a Google Cloud project, which set-up reads and never makes. Output: number.
type Project struct {
	ID string `json:"-"`
}

// Kind implements Spec.
func (*Project) Kind() Kind { return KindProject }

// Service is an API that is switched on in a project. Set-up never switches one off: others may use it.
type Service struct {
	Project string `json:"-"` // id
	Name    string `json:"-"` // aiplatform.googleapis.com

	Enabled bool `json:"enabled"`
}

// Kind implements Spec.
func (*Service) Kind() Kind { return KindService }

// Pool is a workload identity pool: one trust boundary. Set-up's mark is in its description. Deletion is soft for 30 days.
type Pool struct {
	Project string `json:"-"` // number
	ID      string `json:"-"`

	DisplayName string `json:"display_name,omitempty"`
	Disabled    bool   `json:"disabled"`
}

// Kind implements Spec.
func (*Pool) Kind() Kind { return KindPool }

// Name is how Google's APIs name the pool: projects/NUMBER/locations/global/workloadIdentityPools/ID.
func (p *Pool) Name() string {
	return "projects/" + p.Project + "/locations/global/workloadIdentityPools/" + p.ID
}

// Principals is what every member that is one identity of the pool begins with; the subject follows.
func (p *Pool) Principals() string { return "principal:" + onIAM(p.Name()) + "/subject/" }

// Provider trusts one OIDC issuer in a pool. Set-up's mark is in its description. Deletion is soft for 30 days.
type Provider struct {
	Project string `json:"-"` // number
	Pool    string `json:"-"`
	ID      string `json:"-"`

	DisplayName string            `json:"display_name,omitempty"`
	Disabled    bool              `json:"disabled"`
	Issuer      string            `json:"issuer"`
	Audiences   []string          `json:"audiences"` // empty: the provider's own name alone
	Mapping     map[string]string `json:"attribute_mapping"`
	Condition   string            `json:"attribute_condition"`
	JWKS        string            `json:"jwks,omitempty"` // uploaded keys, as PublicKeys writes them; empty: fetched from the issuer
}

// Kind implements Spec.
func (*Provider) Kind() Kind { return KindProvider }

// Name is the full name: that of the pool, then /providers/ID.
func (p *Provider) Name() string {
	return (&Pool{Project: p.Project, ID: p.Pool}).Name() + "/providers/" + p.ID
}

// Account is a Google service account. Set-up's mark is in its description. Outputs: email, unique_id.
type Account struct {
	Project string `json:"-"` // id
	ID      string `json:"-"` // before the @

	DisplayName string `json:"display_name,omitempty"`
	Disabled    bool   `json:"disabled"`
}

// Kind implements Spec.
func (*Account) Kind() Kind { return KindAccount }

// Email is the account's address, which follows from its id and project.
func (a *Account) Email() string { return a.ID + "@" + AccountDomain(a.Project) }

// AccountDomain is the domain of the e-mails of a project's service accounts. A domain-scoped project id (example.com:name)
// is written backwards in it: name.example.com.iam.gserviceaccount.com.
func AccountDomain(project string) string {
	if domain, id, scoped := strings.Cut(project, ":"); scoped {
		project = id + "." + domain
	}
	return project + ".iam.gserviceaccount.com"
}

// AccountProject is the project id in the e-mail of a service account; "" for an account that Google made
// (…@developer.gserviceaccount.com).
func AccountProject(email string) string {
	_, domain, _ := strings.Cut(email, "@")
	project, ok := strings.CutSuffix(domain, ".iam.gserviceaccount.com")
	if !ok {
		return ""
	}
	if id, scope, scoped := strings.Cut(project, "."); scoped {
		project = scope + ":" + id
	}
	return project
}

// Role is a custom role of a project. Set-up's mark is in its description. Deletion is soft for 7 days.
type Role struct {
	Project string `json:"-"` // id
	ID      string `json:"-"`

	Title       string   `json:"title"`
	Permissions []string `json:"permissions"` // sorted
}

// Kind implements Spec.
func (*Role) Kind() Kind { return KindRole }

// Name is how a grant names the role: projects/PROJECT/roles/ID.
func (r *Role) Name() string { return "projects/" + r.Project + "/roles/" + r.ID }

// Grants are the members that shall have roles on one resource, among all that its allow policy grants. What the policy says
// of others is left alone. A live Grants holds the wanted ones that are there, and every one whose member begins with one
// of Ours, unconditional bindings only: what is ours and not wanted is removed.
type Grants struct {
	Project string   `json:"-"` // id, of the project whose policy it is; else empty
	Account string   `json:"-"` // e-mail, of the service account whose policy it is; else empty
	Ours    []string `json:"-"` // beginnings of members that belong to this set-up alone

	Grants []Grant `json:"grants"` // sorted by role, then member
}

// Kind implements Spec.
func (*Grants) Kind() Kind { return KindGrants }

// Grant gives a role to a member.
type Grant struct {
	Role   string `json:"role"`   // roles/aiplatform.user, projects/P/roles/R
	Member string `json:"member"` // principal://…, serviceAccount:…
}
