package render_test

import (
	"github.com/landbridge/landbridge/internal/setup"
)

const subscription = "11111111-2222-3333-4444-555555555555"

// example is a set-up with every kind of thing.
func example() setup.Spec {
	return setup.Spec{
		Name:   "shop",
		Google: setup.Google{Project: "shop-prod", Pool: "azure", Location: "europe-west4", Model: "gemini-2.5-flash", Settings: true},
		Azure:  setup.Azure{Subscription: subscription, Tenant: "99999999-8888-7777-6666-555555555555", ResourceGroup: "shop", Location: "westeurope"},
		Clusters: []setup.Cluster{
			{Name: "prod", Subscription: subscription, ResourceGroup: "aks", Pool: "azure", Provider: "aks-prod", SubjectPrefix: "prod", Context: "prod-admin"},
			{Name: "staging", Subscription: subscription, ResourceGroup: "aks", Pool: "azure", Provider: "aks-staging", SubjectPrefix: "staging", Context: "staging-admin", Kubeconfig: "/etc/kube config"},
			{Name: "edge", Pool: "edge", Provider: "aks-edge", Issuer: "https://edge.example.com", UploadKeys: true, Context: "edge"},
			{Name: "dark", Subscription: subscription, ResourceGroup: "aks", Pool: "dark", Provider: "aks-dark"},
		},
		Workloads: []setup.Workload{
			{
				Name: "api", Route: setup.Direct, Kubernetes: &setup.Kubernetes{Clusters: []string{"prod", "staging"}, Namespace: "shop", ServiceAccount: "api", Mode: "credentials", TokenSeconds: 7200},
				ToGoogle: &setup.ToGoogle{ServiceAccount: "vertex-api", Projects: []string{"shop-prod", "shop-ml"}, Roles: []string{"roles/aiplatform.user"}, Permissions: []string{"aiplatform.endpoints.predict", "storage.objects.get"}},
			},
			{
				Name: "batch", Route: setup.Direct, Kubernetes: &setup.Kubernetes{Clusters: []string{"edge", "dark"}, Namespace: "batch", ServiceAccount: "runner", Mode: "metadata", TokenSeconds: 3600},
				ToGoogle: &setup.ToGoogle{Roles: []string{"roles/aiplatform.user"}},
			},
			{
				Name: "legacy", Route: setup.Entra, ManagedIdentity: "id-legacy", Kubernetes: &setup.Kubernetes{Clusters: []string{"prod"}, Namespace: "legacy", ServiceAccount: "app", Mode: "metadata", TokenSeconds: 7200},
				ToGoogle: &setup.ToGoogle{ServiceAccount: "shared@other-project.iam.gserviceaccount.com", Roles: []string{"roles/aiplatform.user"}},
			},
			{Name: "vm", ManagedIdentity: "id-vm", ToGoogle: &setup.ToGoogle{Roles: []string{"roles/aiplatform.user"}}},
			{Name: "trainer", GoogleAccount: "trainer", ToAzure: &setup.ToAzure{Identity: "id-trainer", Roles: []string{"Storage Blob Data Reader on /subscriptions/" + subscription + "/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/shopdata"}}},
		},
	}
}
