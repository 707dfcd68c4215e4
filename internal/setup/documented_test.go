package setup_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/setup"
)

// documented is examples/setup/landbridge.yaml as config reads it; package app tests that it does.
func documented() setup.Spec {
	s := example()
	s.Name = "example"
	s.Google = setup.Google{Project: "landbridge-empty", Pool: "azure", Location: "us-central1", Model: "gemini-2.5-flash"}
	s.Azure = setup.Azure{
		Subscription: "11112222-3333-4444-8555-666677778888", Tenant: "0a0b0c0d-1111-4222-8333-444455556666", ResourceGroup: "landbridge-empty", Location: "swedencentral",
	}
	one := s.Clusters[0]
	one.Name, one.Provider, one.Context, one.Subscription, one.ResourceGroup = "aks-one", "aks-one", "aks-one", s.Azure.Subscription, s.Azure.ResourceGroup
	two := one
	two.Name, two.Provider, two.Context, two.Pool = "aks-two", "aks-two", "aks-two", "azure-two"
	s.Clusters = []setup.Cluster{one, two}
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if w.Kubernetes != nil {
			w.Kubernetes.Namespace, w.Kubernetes.Clusters = "demo", []string{"aks-one"}
		}
		if w.ToGoogle != nil {
			w.ToGoogle.Projects = []string{"landbridge-empty"}
		}
	}
	s.Workloads[0].Kubernetes.Clusters = []string{"aks-one", "aks-two"}
	s.Workloads[3].ToAzure.Roles = []string{
		"Storage Blob Data Reader on /subscriptions/11112222-3333-4444-8555-666677778888/resourceGroups/landbridge-demo/providers/Microsoft.Storage/storageAccounts/landbridgedemo",
	}
	return s
}

// TestPlanOfTheDocumentedExample holds the plan of the documented example, as text and as JSON, and what destroy and revoke show.
func TestPlanOfTheDocumentedExample(t *testing.T) {
	t.Parallel()
	if found := setup.Check(documented()); len(found) > 0 {
		t.Errorf("%v", found)
	}
	f := world(documented())
	p := plan(t, f, documented())
	golden(t, "plan.txt", p.Text(false))
	data, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "plan.json", string(data)+"\n")
	apply(t, p)
	d, err := setup.NewDestroy(t.Context(), setup.Input{Spec: documented(), Keepers: f.keepers()})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "destroy.txt", d.Text(false))
	v, err := setup.NewRevoke(t.Context(), setup.Input{Spec: documented(), Keepers: f.keepers()}, "reports")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "revoke.txt", strings.Join(v.Lines(), "\n")+"\n")
}
