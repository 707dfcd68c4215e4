package setup_test

import (
	"encoding/json"
	"fmt"

	"github.com/landbridge/landbridge/internal/estate"
)

func place(s estate.Spec) string {
	switch s := s.(type) {
	case *estate.Cluster:
		return "cluster " + s.Name
	case *estate.Identity:
		return "identity " + s.Name
	case *estate.FederatedCredential:
		return "credential " + s.Identity + " " + s.Name
	case *estate.RoleAssignment:
		return "assignment " + s.PrincipalID + " " + s.Role + " " + s.Scope
	case *estate.Project:
		return "project " + s.ID
	case *estate.Service:
		return "service " + s.Project + " " + s.Name
	case *estate.Pool:
		return "pool " + s.Project + " " + s.ID
	case *estate.Provider:
		return "provider " + s.Project + " " + s.Pool + " " + s.ID
	case *estate.Account:
		return "account " + s.Email()
	case *estate.Role:
		return "role " + s.Name()
	case *estate.Grants:
		return "grants " + policyOf(s)
	case *estate.Issuer:
		return "issuer " + s.Cluster
	case *estate.Namespace:
		return "namespace " + s.Cluster + " " + s.Name
	case *estate.KubernetesAccount:
		return "ksa " + s.Cluster + " " + s.Namespace + " " + s.Name
	case *estate.KubernetesSettings:
		return "settings " + s.Cluster + " " + s.Namespace + " " + s.Account
	}
	panic(fmt.Sprintf("%T", s))
}

func policyOf(g *estate.Grants) string {
	if g.Account != "" {
		return "account " + g.Account
	}
	return "project " + g.Project
}

// state is everything that is in use, for comparison.
func (f *fake) state() map[string]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := map[string]string{}
	for key, t := range f.things {
		if t.Deleted {
			continue
		}
		data, err := json.Marshal(t.Spec)
		if err != nil {
			panic(err)
		}
		out[key] = string(data) + " setup=" + t.Setup
	}
	for key, policy := range f.policies {
		for g := range policy {
			out["policy "+key+" "+g.Role+" "+g.Member] = "granted"
		}
	}
	return out
}
