package render_test

import (
	"os"
	"testing"

	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/setup"
)

// documented is examples/setup/landbridge.yaml.
func documented(t *testing.T) setup.Spec {
	t.Helper()
	cfg, problems := config.Load(config.Options{Path: "../../../examples/setup/landbridge.yaml", ReadFile: os.ReadFile})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	c := cfg.Setup
	spec := setup.Spec{
		Name:   c.Name,
		Google: setup.Google{Project: c.Google.Project, Number: c.Google.ProjectNumber, Pool: c.Google.Pool, Location: c.Google.Location, Settings: c.Policy},
		Azure:  setup.Azure{Subscription: c.Azure.Subscription, Tenant: c.Azure.TenantID, ResourceGroup: c.Azure.ResourceGroup, Location: c.Azure.Location},
	}
	for _, k := range c.Clusters {
		spec.Clusters = append(spec.Clusters, setup.Cluster(k))
	}
	for _, w := range c.Workloads {
		out := setup.Workload{Name: w.Name, Route: setup.Route(w.Route), ManagedIdentity: w.ManagedIdentity, GoogleAccount: w.GoogleAccount}
		if k := w.Kubernetes; k != nil {
			out.Kubernetes = &setup.Kubernetes{Clusters: k.Clusters, Namespace: k.Namespace, ServiceAccount: k.ServiceAccount, Mode: k.Mode, TokenSeconds: k.TokenSeconds}
		}
		if g := w.ToGoogle; g != nil {
			out.ToGoogle = &setup.ToGoogle{ServiceAccount: g.ServiceAccount, Projects: g.Projects, Roles: g.Roles, Permissions: g.Permissions}
		}
		if z := w.ToAzure; z != nil {
			out.ToAzure = &setup.ToAzure{Identity: z.Identity, Roles: z.Roles}
		}
		spec.Workloads = append(spec.Workloads, out)
	}
	return spec
}
