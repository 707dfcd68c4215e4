package setup

import (
	"fmt"
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
)

// readable says whether it is known where a thing is: a place, or a principal, that another step makes is not.
func readable(s estate.Spec) bool { return !strings.Contains(locate(s), "{{") }

// locate is a thing's place, by which two descriptions of the same thing are known. Azure does not tell cases apart.
func locate(s estate.Spec) string {
	low := strings.ToLower
	switch s := s.(type) {
	case *estate.Cluster:
		return low(fmt.Sprint("cluster ", s.Subscription, " ", s.ResourceGroup, " ", s.Name))
	case *estate.Identity:
		return low(fmt.Sprint("identity ", s.Subscription, " ", s.ResourceGroup, " ", s.Name))
	case *estate.FederatedCredential:
		return low(fmt.Sprint("credential ", s.Subscription, " ", s.ResourceGroup, " ", s.Identity, " ", s.Name))
	case *estate.RoleAssignment:
		return low(fmt.Sprint("assignment ", s.Scope, " ", s.Role, " ", s.PrincipalID))
	case *estate.Project:
		return "project " + s.ID
	case *estate.Service:
		return fmt.Sprint("service ", s.Project, " ", s.Name)
	case *estate.Pool:
		return fmt.Sprint("pool ", s.Project, " ", s.ID)
	case *estate.Provider:
		return fmt.Sprint("provider ", s.Project, " ", s.Pool, " ", s.ID)
	case *estate.Account:
		return "account " + s.Email()
	case *estate.Role:
		return "role " + s.Name()
	case *estate.Grants:
		return fmt.Sprint("grants ", s.Project, " ", s.Account)
	case *estate.Issuer:
		return "issuer " + s.Cluster
	case *estate.Namespace:
		return fmt.Sprint("namespace ", s.Cluster, " ", s.Name)
	case *estate.KubernetesAccount:
		return fmt.Sprint("kubernetes-account ", s.Cluster, " ", s.Namespace, " ", s.Name)
	case *estate.KubernetesSettings:
		return fmt.Sprint("kubernetes-settings ", s.Cluster, " ", s.Namespace, " ", s.Account)
	}
	return string(s.Kind())
}
