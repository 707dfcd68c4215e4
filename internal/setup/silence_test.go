package setup_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/setup"
)

// TestSilenceIsWaitedForOnce: a read that was not answered in its time is not repeated, for the keeper has waited for long
// already; one that was refused for the moment is.
func TestSilenceIsWaitedForOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		cause  error
		repeat bool
	}{
		{"throttled", nil, true},
		{"not answered", context.DeadlineExceeded, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := world(example())
				f.broken["account reports@my-vertex-project.iam.gserviceaccount.com"] = &bridge.Error{
					Kind: bridge.Unreachable, Text: "iam does not answer", Retry: true, Cause: tt.cause,
				}
				start := time.Now()
				_, err := setup.NewPlan(t.Context(), setup.Input{Spec: example(), Keepers: f.keepers()})
				if bridge.KindOf(err) != bridge.Unreachable || !strings.Contains(err.Error(), "account/reports: iam does not answer") {
					t.Errorf("%v", err)
				}
				if repeated := time.Since(start) > 0; repeated != tt.repeat {
					t.Errorf("repeated: %t", repeated)
				}
			})
		})
	}
}
