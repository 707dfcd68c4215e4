package setup_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

// TestAProjectWhoseAPIsAreOff: nothing in it can be read before the plan is carried out, and yet it is set up in one run.
func TestAProjectWhoseAPIsAreOff(t *testing.T) {
	t.Parallel()
	f := world(example())
	f.gated = true
	p := plan(t, f, example())
	if got := step(t, p, "pool/azure"); got.Action != setup.Create || got.Reason != "its API is off, and is switched on first: what is there already is looked at then" {
		t.Errorf("%s: %s", got.Action, got.Reason)
	}
	apply(t, p)
	if again := plan(t, f, example()); again.Drift() {
		t.Errorf("after apply:\n%s", again.Text(false))
	}
	whole := world(example())
	apply(t, plan(t, whole, example()))
	if diff := cmp.Diff(whole.state(), f.state()); diff != "" {
		t.Errorf("(-where APIs were on +here):\n%s", diff)
	}

	// When they are off later, destroy cannot see what there is, and says so instead of "nothing to do".
	delete(f.things, "service my-vertex-project iam.googleapis.com")
	_, err := setup.NewDestroy(t.Context(), setup.Input{Spec: example(), Keepers: f.keepers()})
	if bridge.KindOf(err) != bridge.Denied || bridge.HintOf(err) == "" {
		t.Errorf("%v", err)
	}

	// An API that is off, and that this plan does not switch on, is a failure.
	f.put(&estate.Service{Project: "my-vertex-project", Name: "iam.googleapis.com", Enabled: true}, "")
	f.broken["account reports@my-vertex-project.iam.gserviceaccount.com"] = &bridge.Error{Kind: bridge.Denied, Code: "SERVICE_DISABLED", Text: "off elsewhere"}
	if _, err := setup.NewPlan(t.Context(), setup.Input{Spec: example(), Keepers: f.keepers()}); err == nil || err.Error() != "account/reports: off elsewhere" {
		t.Errorf("%v", err)
	}
}
