package setup_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/setup"
)

// second gives the example a second cluster, and the workload chat a home there too.
func second(s *setup.Spec) *setup.Cluster {
	c := s.Clusters[0]
	c.Name, c.Provider, c.Context = "dev", "aks-dev", "dev"
	s.Clusters = append(s.Clusters, c)
	return &s.Clusters[1]
}

func long(n int) string { return strings.Repeat("a", n) }

// many makes n workloads of one cluster; on the route entra all of them become one identity.
func many(s *setup.Spec, n int, route setup.Route) {
	w := s.Workloads[0]
	s.Workloads = nil
	for i := range n {
		k := *w.Kubernetes
		k.Namespace, k.ServiceAccount = fmt.Sprintf("namespace-of-the-team-%02d", i), "web-server"
		w.Name, w.Kubernetes, w.Route = fmt.Sprint("w-", i), &k, route
		if route == setup.Entra {
			w.ManagedIdentity, k.Mode = "crowd", "metadata"
		}
		s.Workloads = append(s.Workloads, w)
	}
}

func TestMistakesAreOneError(t *testing.T) {
	t.Parallel()
	s := example()
	s.Google.Pool, s.Workloads[0].Kubernetes.Mode = "abc", "magic"
	_, err := setup.NewPlan(t.Context(), setup.Input{Spec: s})
	want := "2 mistakes in the setup section:\n" +
		`  setup.google.pool: the pool id "abc" has 3 characters, 4 to 32 are allowed; write 4 to 32 of a-z, 0-9 and -` + "\n" +
		`  setup.workloads[0].kubernetes.mode: "magic" is no mode; write credentials or metadata`
	if err == nil || err.Error() != want || bridge.KindOf(err) != bridge.Usage {
		t.Errorf("%v", err)
	}
	if _, err := setup.Desire(s); err == nil || err.Error() != want {
		t.Errorf("Desire: %v", err)
	}
}
