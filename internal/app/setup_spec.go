package app

import (
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/setup"
)

// setupSpec says in set-up's own words what the configuration says.
func setupSpec(c *config.Setup) setup.Spec {
	spec := setup.Spec{
		Name: c.Name,
		Google: setup.Google{
			Project: c.Google.Project, Number: c.Google.ProjectNumber, Pool: c.Google.Pool, Location: c.Google.Location, Model: c.Google.Model,
			Settings: c.Policy, STS: c.Google.Endpoints.STS, IAMCredentials: c.Google.Endpoints.IAMCredentials,
		},
		Azure: setup.Azure{
			Subscription: c.Azure.Subscription, Tenant: c.Azure.TenantID, ResourceGroup: c.Azure.ResourceGroup, Location: c.Azure.Location,
		},
	}
	for _, k := range c.Clusters {
		spec.Clusters = append(spec.Clusters, setup.Cluster(k))
	}
	for i := range c.Workloads {
		spec.Workloads = append(spec.Workloads, setupWorkload(&c.Workloads[i]))
	}
	return spec
}

func setupWorkload(w *config.Workload) setup.Workload {
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
	return out
}
