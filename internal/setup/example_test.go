package setup_test

import (
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

const (
	subscription = "11111111-2222-4333-8444-555555555555"
	tenant       = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
	storage      = "/subscriptions/" + subscription + "/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/training"
)

// example has all four homes.
func example() setup.Spec {
	return setup.Spec{
		Name:   "landbridge",
		Google: setup.Google{Project: "my-vertex-project", Pool: "azure", Location: "europe-west4", Model: "gemini-2.5-flash"},
		Azure:  setup.Azure{Subscription: subscription, Tenant: tenant, ResourceGroup: "platform", Location: "westeurope"},
		Clusters: []setup.Cluster{{
			Name: "prod", Subscription: subscription, ResourceGroup: "platform", Pool: "azure", Provider: "aks-prod", Context: "prod",
		}},
		Workloads: []setup.Workload{
			{
				Name: "chat", Route: setup.Direct,
				Kubernetes: &setup.Kubernetes{Clusters: []string{"prod"}, Namespace: "team-chat", ServiceAccount: "chat", Mode: estate.ModeCredentials, TokenSeconds: 7200},
				ToGoogle:   &setup.ToGoogle{Projects: []string{"my-vertex-project"}, Permissions: []string{"aiplatform.endpoints.predict"}},
			},
			{
				Name: "reports", Route: setup.Entra, ManagedIdentity: "reports",
				Kubernetes: &setup.Kubernetes{Clusters: []string{"prod"}, Namespace: "team-reports", ServiceAccount: "reports", Mode: estate.ModeMetadata, TokenSeconds: 7200},
				ToGoogle:   &setup.ToGoogle{ServiceAccount: "reports", Projects: []string{"my-vertex-project"}, Roles: []string{"roles/aiplatform.user"}},
			},
			{
				Name: "batch-vm", Route: setup.Direct, ManagedIdentity: "batch-vm",
				ToGoogle: &setup.ToGoogle{ServiceAccount: "batch-vm", Projects: []string{"my-vertex-project"}, Roles: []string{"roles/aiplatform.user"}},
			},
			{
				Name: "training", Route: setup.Direct, GoogleAccount: "training",
				ToAzure: &setup.ToAzure{Identity: "training", Roles: []string{"Storage Blob Data Reader on " + storage}},
			},
		},
	}
}

// world is what must be there before: the cluster with its namespaces and the project.
func world(s setup.Spec) *fake {
	f := newFake()
	projects := map[string]bool{s.Google.Project: true}
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if w.ToGoogle != nil {
			for _, p := range w.ToGoogle.Projects {
				projects[p] = true
			}
		}
		if w.Kubernetes != nil {
			for _, c := range w.Kubernetes.Clusters {
				f.put(&estate.Namespace{Reach: estate.Reach{Cluster: c}, Name: w.Kubernetes.Namespace, Labels: map[string]string{}}, "")
			}
		}
	}
	for p := range projects {
		f.put(&estate.Project{ID: p}, "")
	}
	for _, c := range s.Clusters {
		f.put(&estate.Cluster{Subscription: c.Subscription, ResourceGroup: c.ResourceGroup, Name: c.Name}, "")
		f.put(&estate.Issuer{Reach: estate.Reach{Cluster: c.Name}}, "")
	}
	return f
}
