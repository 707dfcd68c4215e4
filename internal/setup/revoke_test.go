package setup_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/setup"
)

func TestRevokeStopsOneWorkloadAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		workload string
		steps    []string
		levers   int
	}{
		{"chat", []string{"update provider/azure/aks-prod", "remove grants/project/my-vertex-project"}, 2},
		{"reports", []string{
			"update account/reports", "update provider/azure/entra", "remove federated-credential/reports/prod-team-reports-reports-1849dd6c",
			"remove grants/project/my-vertex-project", "remove grants/account/reports@my-vertex-project.iam.gserviceaccount.com",
		}, 4},
		{"training", []string{
			"remove federated-credential/training/google-training-my-vertex-project-iam-gs-0cd414b1",
			"remove role-assignment/training/storage-blob-data-reader-c1a67b36",
		}, 2},
	} {
		t.Run(c.workload, func(t *testing.T) {
			t.Parallel()
			f := world(example())
			apply(t, plan(t, f, example()))
			v, err := setup.NewRevoke(t.Context(), setup.Input{Spec: example(), Keepers: f.keepers()}, c.workload)
			if err != nil {
				t.Fatal(err)
			}
			var steps []string
			for _, s := range v.Plan.Steps {
				steps = append(steps, string(s.Action)+" "+s.Address)
			}
			if diff := cmp.Diff(c.steps, steps); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
			if len(v.Levers) != c.levers {
				t.Errorf("%d levers: %v", len(v.Levers), v.Levers)
			}
			apply(t, v.Plan)
			// What the others have is as it was: only steps of this workload are to be done again.
			for _, s := range plan(t, f, example()).Steps {
				if s.Action.Changes() && !strings.Contains(strings.Join(s.Workloads, " "), c.workload) {
					t.Errorf("%s %s was touched", s.Action, s.Address)
				}
			}
			without := example()
			kept := without.Workloads[:0:0]
			for _, w := range without.Workloads {
				if w.Name != c.workload {
					kept = append(kept, w)
				}
			}
			without.Workloads = kept
			for _, s := range plan(t, f, without).Steps {
				if s.Action == setup.Create {
					t.Errorf("%s %s: the others lost it", s.Action, s.Address)
				}
			}
			again, err := setup.NewRevoke(t.Context(), setup.Input{Spec: example(), Keepers: f.keepers()}, c.workload)
			if err != nil || again.Plan.Drift() {
				t.Errorf("a second revoke would still do\n%s (%v)", strings.Join(again.Lines(), "\n"), err)
			}
		})
	}
}

func TestRevokeUnknown(t *testing.T) {
	t.Parallel()
	_, err := setup.NewRevoke(t.Context(), setup.Input{Spec: example(), Keepers: newFake().keepers()}, "chaat")
	if bridge.KindOf(err) != bridge.Usage || err.Error() != `there is no workload "chaat" in the setup section` || bridge.HintOf(err) != "one of chat, reports, batch-vm, training" {
		t.Errorf("%v; %s", err, bridge.HintOf(err))
	}
}
