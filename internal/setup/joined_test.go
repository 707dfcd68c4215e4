package setup_test

import (
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/setup"
)

// TestOneReasonIsToldOnce: who is not signed in hears so once, with the way to sign in, and not for each thing.
func TestOneReasonIsToldOnce(t *testing.T) {
	t.Parallel()
	f := world(example())
	signedOut := &bridge.Error{Kind: bridge.Usage, Text: "gcloud is not signed in", Hint: "gcloud auth login"}
	for _, what := range []string{"reports", "batch-vm", "training"} {
		f.broken["account "+what+"@my-vertex-project.iam.gserviceaccount.com"] = signedOut
	}
	f.broken["identity training"] = &bridge.Error{Kind: bridge.Denied, Text: "AuthorizationFailed", Hint: "az login"}
	p, err := setup.NewPlan(t.Context(), setup.Input{Spec: example(), Keepers: f.keepers()})
	want := "4 things could not be read:\n  identity/training: AuthorizationFailed\n  gcloud is not signed in (account/reports, account/batch-vm, account/training)"
	if err == nil || err.Error() != want || bridge.HintOf(err) != "az login; gcloud auth login" {
		t.Errorf("%v, next %s", err, bridge.HintOf(err))
	}
	text := p.Text(false)
	if n := strings.Count(text, "gcloud is not signed in\n      next: gcloud auth login\n"); n != 1 {
		t.Errorf("the reason stands %d times in\n%s", n, text)
	}
	if n := strings.Count(text, "\n      the same as for account/reports\n"); n != 2 {
		t.Errorf("it is referred to %d times in\n%s", n, text)
	}
}
