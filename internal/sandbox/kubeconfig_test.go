package sandbox_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/kube"
	"github.com/landbridge/landbridge/internal/sandbox"
)

// TestKubeconfig reaches every cluster of the default world by its context, and sets up a workload there.
func TestKubeconfig(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	p := s.Profile()
	if diff := cmp.Diff([]string{"aks", "aks-five", "aks-four", "aks-one", "aks-production", "aks-three", "aks-two"}, p.Azure.Clusters); diff != "" {
		t.Errorf("clusters (-want +got):\n%s", diff)
	}
	file := tokenFile(t, string(sandbox.Kubeconfig(p)))
	clusters := kube.New(kube.Options{Clock: time.Now, Env: func(string) string { return "" }})
	keeper := kube.NewKeeper(clusters)
	for _, name := range p.Azure.Clusters {
		reach := estate.Reach{Cluster: name, Kubeconfig: file, Context: name}
		issuer, _, err := clusters.Client(reach).Issuer(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := keeper.Write(t.Context(), "team", &estate.KubernetesAccount{Reach: reach, Namespace: "demo", Name: "app"}, estate.Live{}); err != nil {
			t.Fatal(err)
		}
		token, err := clusters.Client(reach).Token(t.Context(), "demo", "app", "a", time.Hour)
		if err != nil || token.Issuer != issuer || token.Subject != "system:serviceaccount:demo:app" {
			t.Errorf("%s: issuer %s, token of %s for %s: %v", name, issuer, token.Issuer, token.Subject, err)
		}
	}
	reach := estate.Reach{Cluster: "aks", Kubeconfig: file, Context: "aks"}
	issuer, _, err := clusters.Client(reach).Issuer(t.Context())
	if err != nil || issuer != p.Azure.ClusterIssuer {
		t.Errorf("aks has the issuer %s, %v", issuer, err)
	}
}
