package setup_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/setup"
)

func plan(t *testing.T, f *fake, s setup.Spec) *setup.Plan {
	t.Helper()
	p, err := setup.NewPlan(t.Context(), setup.Input{Spec: s, Keepers: f.keepers()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func apply(t *testing.T, p *setup.Plan) setup.Outcome {
	t.Helper()
	out, err := setup.Apply(t.Context(), p, setup.Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestApplyMakesItAllAndThenNothing(t *testing.T) {
	t.Parallel()
	f := world(example())
	first := plan(t, f, example())
	if !first.Drift() {
		t.Error("an empty cloud is no drift")
	}
	apply(t, first)
	second := plan(t, f, example())
	if second.Drift() {
		t.Errorf("after apply the plan is\n%s", second.Text(false))
	}
}

func TestDestroyLeavesWhatWasThere(t *testing.T) {
	t.Parallel()
	f := world(example())
	before := f.state()
	apply(t, plan(t, f, example()))
	d, err := setup.NewDestroy(t.Context(), setup.Input{Spec: example(), Keepers: f.keepers()})
	if err != nil {
		t.Fatal(err)
	}
	apply(t, d)
	if diff := cmp.Diff(before, withoutLasting(f.state())); diff != "" {
		t.Errorf("what destroy left differs from what was there before (-before +after):\n%s", diff)
	}
	again, err := setup.NewDestroy(t.Context(), setup.Input{Spec: example(), Keepers: f.keepers()})
	if err != nil {
		t.Fatal(err)
	}
	if again.Drift() {
		t.Errorf("a second destroy would still do\n%s", again.Text(false))
	}
}

// withoutLasting takes out what stays on by design: APIs, and a cluster's issuer.
func withoutLasting(state map[string]string) map[string]string {
	out := map[string]string{}
	for key, value := range state {
		if strings.HasPrefix(key, "service ") {
			continue
		}
		value = strings.Replace(value, `"oidc_issuer":true,"workload_identity":true`, `"oidc_issuer":false`, 1)
		out[key] = strings.Replace(value, `"oidc_issuer":true`, `"oidc_issuer":false`, 1)
	}
	return out
}

func TestApplyAfterDestroyUndeletes(t *testing.T) {
	t.Parallel()
	f := world(example())
	apply(t, plan(t, f, example()))
	after := f.state()
	d, err := setup.NewDestroy(t.Context(), setup.Input{Spec: example(), Keepers: f.keepers()})
	if err != nil {
		t.Fatal(err)
	}
	apply(t, d)
	p := plan(t, f, example())
	if n := p.Changes()[setup.Undelete]; n < 3 { // the pool, its providers, the custom role
		t.Errorf("%d things are undeleted:\n%s", n, p.Text(false))
	}
	apply(t, p)
	now := plan(t, f, example())
	if now.Drift() {
		t.Errorf("after the second apply:\n%s", now.Text(false))
	}
	if len(f.state()) != len(after) {
		t.Errorf("%d things, %d the first time", len(f.state()), len(after))
	}
}

// TestKilledAfterEveryCall kills apply before or after each single change, runs it again, and compares with an apply that
// nothing happened to.
func TestKilledAfterEveryCall(t *testing.T) {
	t.Parallel()
	whole := world(example())
	apply(t, plan(t, whole, example()))
	want, calls := whole.state(), whole.writes
	if calls < 20 {
		t.Fatalf("only %d changes", calls)
	}
	killed := errors.New("killed")
	for n := 1; n <= calls; n++ {
		for _, when := range []string{"before", "after"} {
			f := world(example())
			ctx, kill := context.WithCancel(t.Context())
			hook := func(i int) error {
				if i >= n {
					kill()
					return killed
				}
				return nil
			}
			if when == "before" {
				f.before = hook
			} else {
				f.after = hook
			}
			p := plan(t, f, example())
			if _, err := setup.Apply(ctx, p, setup.Options{Clock: time.Now}); err == nil {
				t.Fatalf("killed %s call %d, and no error", when, n)
			} else if !strings.Contains(err.Error(), "interrupted after") {
				t.Errorf("killed %s call %d: %v", when, n, err)
			}
			kill()
			f.before, f.after = nil, nil
			apply(t, plan(t, f, example()))
			if diff := cmp.Diff(want, f.state()); diff != "" {
				t.Fatalf("killed %s call %d and run again, it differs from an uninterrupted run (-want +got):\n%s", when, n, diff)
			}
			if p := plan(t, f, example()); p.Drift() {
				t.Fatalf("killed %s call %d and run again, the plan is not empty:\n%s", when, n, p.Text(false))
			}
		}
	}
}

func TestApplyRetriesWhatMayPass(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := world(example())
		asked := map[int]bool{}
		f.before = func(n int) error {
			switch {
			case n == 3 && !asked[n]:
				asked[n] = true
				return &bridge.Error{Kind: bridge.Unreachable, Status: 429, Retry: true, RetryAfter: 40 * time.Second, Text: "slow down"}
			case n == 6 && !asked[n]:
				asked[n] = true
				return &bridge.Error{Kind: bridge.Fault, Status: 409, Code: "ABORTED", Text: "there were concurrent policy changes"}
			}
			return nil
		}
		var mu sync.Mutex
		var waits []time.Duration
		began := time.Now()
		_, err := setup.Apply(t.Context(), plan(t, f, example()), setup.Options{Clock: time.Now, Progress: func(e setup.Event) {
			mu.Lock()
			defer mu.Unlock()
			if e.Type == setup.EventRetry {
				waits = append(waits, e.Wait)
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		if len(waits) != 2 || waits[0] < 40*time.Second && waits[1] < 40*time.Second {
			t.Errorf("waited %v, the cloud asked for 40 s once", waits)
		}
		if time.Since(began) > time.Minute {
			t.Errorf("took %s", time.Since(began))
		}
	})
}

func TestApplyGoesOnBesideAFailure(t *testing.T) {
	t.Parallel()
	f := world(example())
	failing := &bridge.Error{Kind: bridge.Denied, Code: "PERMISSION_DENIED", Status: 403, Text: "Permission 'iam.serviceAccounts.create' denied", Hint: "ask for roles/iam.serviceAccountAdmin"}
	f.refuse = map[string]error{"account reports@my-vertex-project.iam.gserviceaccount.com": failing}
	var skipped []string
	_, err := setup.Apply(t.Context(), plan(t, f, example()), setup.Options{Clock: time.Now, Progress: func(e setup.Event) {
		if e.Type == setup.EventSkipped {
			skipped = append(skipped, e.Address)
		}
	}})
	if bridge.KindOf(err) != bridge.Denied || bridge.HintOf(err) != failing.Hint {
		t.Errorf("error %v, kind %s, hint %q", err, bridge.KindOf(err), bridge.HintOf(err))
	}
	if want := "create account/reports: Permission 'iam.serviceAccounts.create' denied"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %q", err, want)
	}
	if len(skipped) == 0 {
		t.Error("nothing that needs the account is left for the next run")
	}
	if _, made := f.state()["account batch-vm@my-vertex-project.iam.gserviceaccount.com"]; !made {
		t.Error("the other account is not made")
	}
	f.refuse = nil
	apply(t, plan(t, f, example()))
	if p := plan(t, f, example()); p.Drift() {
		t.Errorf("the second run left\n%s", p.Text(false))
	}
}
