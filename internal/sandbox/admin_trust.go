package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

// binding is one grant of a role: on a project (id or number) or on a service account (e-mail).
type binding struct {
	Resource string `json:"resource"`
	Role     string `json:"role"`
	Member   string `json:"member"`
}

func (a *admin) readBinding(r *http.Request) (binding, error) {
	b, err := body[binding](r)
	if err == nil && (b.Resource == "" || b.Role == "" || b.Member == "") {
		err = badAdmin("resource, role and member are all needed")
	}
	if err == nil && !a.world.HasRole(b.Role) {
		err = &world.NotFound{Kind: "role", Name: b.Role}
	}
	return b, err
}

func (a *admin) bind(r *http.Request) (any, error) {
	b, err := a.readBinding(r)
	if err != nil {
		return nil, err
	}
	return nil, a.world.Bind(b.Resource, b.Role, b.Member)
}

func (a *admin) unbind(r *http.Request) (any, error) {
	b, err := a.readBinding(r)
	if err != nil {
		return nil, err
	}
	return nil, a.world.Unbind(b.Resource, b.Role, b.Member)
}

func (a *admin) addRole(r *http.Request) (any, error) {
	req, err := body[struct {
		Name        string   `json:"name"`
		Permissions []string `json:"permissions"`
	}](r)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(req.Name, "projects/") || len(req.Permissions) == 0 {
		return nil, badAdmin("a custom role is named projects/PROJECT/roles/NAME and has permissions")
	}
	a.world.AddRole(req.Name, req.Permissions...)
	return nil, nil
}

// poolName finds a pool by its last word in the default project, or by its number of another: NUMBER~POOL.
func poolNamed(r *http.Request) string {
	number, id, ok := strings.Cut(r.PathValue("pool"), "~")
	if !ok {
		number, id = projectNumber, r.PathValue("pool")
	}
	return "projects/" + number + "/locations/global/workloadIdentityPools/" + id
}

func (a *admin) patchPool(r *http.Request) (any, error) {
	req, err := body[struct {
		Disabled *bool `json:"disabled"`
		Deleted  *bool `json:"deleted"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, a.world.UpdatePool(poolNamed(r), func(p *world.Pool) error {
		set(&p.Disabled, req.Disabled)
		set(&p.Deleted, req.Deleted)
		return nil
	})
}

// putProvider adds or replaces a provider: the body is the provider as Google's API shows it, its name is the path's. With
// oidc.jwksJson it trusts an issuer that nobody can reach, such as a kube-apiserver of one's own.
func (a *admin) putProvider(r *http.Request) (any, error) {
	p, err := body[trust.Provider](r)
	if err != nil {
		return nil, err
	}
	p.Name = poolNamed(r) + "/providers/" + r.PathValue("id")
	return p, addProvider(a.world, p)
}

// getProvider shows a provider as Google's API does.
func (a *admin) getProvider(r *http.Request) (any, error) {
	name := poolNamed(r) + "/providers/" + r.PathValue("id")
	pool, err := a.world.Pool(poolNamed(r))
	if err != nil {
		return nil, err
	}
	p, ok := pool.Providers[name]
	if !ok {
		return nil, &world.NotFound{Kind: "provider", Name: name}
	}
	return p, nil
}

// patchProvider changes the fields that the body names.
func (a *admin) patchProvider(r *http.Request) (any, error) {
	old, err := a.getProvider(r)
	if err != nil {
		return nil, err
	}
	// A round trip through JSON: the copy shares no map or list with what is being served.
	encoded, err := json.Marshal(old)
	if err != nil {
		return nil, err
	}
	var next trust.Provider
	if err := json.Unmarshal(encoded, &next); err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&next); err != nil {
		return nil, badAdmin("the body does not fit: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	next.Name = poolNamed(r) + "/providers/" + r.PathValue("id")
	return next, addProvider(a.world, next)
}

func (a *admin) deleteProvider(r *http.Request) (any, error) {
	name := poolNamed(r) + "/providers/" + r.PathValue("id")
	return nil, a.world.UpdatePool(poolNamed(r), func(p *world.Pool) error {
		if _, ok := p.Providers[name]; !ok {
			return &world.NotFound{Kind: "provider", Name: name}
		}
		delete(p.Providers, name)
		return nil
	})
}

// patchProject switches APIs, billing, models and endpoints on and off.
func (a *admin) patchProject(r *http.Request) (any, error) {
	req, err := body[struct {
		Billing   *bool           `json:"billing"`
		Services  map[string]bool `json:"services"`
		Models    map[string]bool `json:"models"`
		Endpoints map[string]bool `json:"endpoints"`
		Templates map[string]bool `json:"templates"`
		// Issuers is what the organisation allows providers to trust; [] is none, null is all.
		Issuers     *[]string `json:"issuers"`
		MaxAccounts *int      `json:"max_accounts"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, a.world.UpdateProject(r.PathValue("project"), func(p *world.Project) {
		set(&p.Billing, req.Billing)
		merge(p.Services, req.Services)
		merge(p.Models, req.Models)
		merge(p.Endpoints, req.Endpoints)
		if p.Templates == nil {
			p.Templates = map[string]bool{}
		}
		merge(p.Templates, req.Templates)
		set(&p.Issuers, req.Issuers)
		set(&p.MaxAccounts, req.MaxAccounts)
	})
}

func (a *admin) patchAccount(r *http.Request) (any, error) {
	req, err := body[struct {
		Disabled     *bool `json:"disabled"`
		LongLifetime *bool `json:"long_lifetime"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, a.world.UpdateServiceAccount(r.PathValue("account"), func(s *world.ServiceAccount) {
		set(&s.Disabled, req.Disabled)
		set(&s.LongLifetime, req.LongLifetime)
	})
}

// addAccount makes a Kubernetes service account in every cluster.
func (a *admin) addAccount(r *http.Request) (any, error) {
	for _, c := range a.world.Clusters() {
		next, err := a.world.Cluster(c.Issuer)
		if err != nil {
			return nil, err
		}
		next.Accounts[r.PathValue("ns")+"/"+r.PathValue("name")] = true
		a.world.AddCluster(next)
	}
	return nil, nil
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

func merge(into, changes map[string]bool) {
	for name, on := range changes {
		into[name] = on
	}
}
