package setup_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/setup"
)

// clouds is a Prober that lets a workload across after a while.
type clouds struct {
	mu    sync.Mutex
	after map[string]time.Duration
	began time.Time
	err   map[string]error
	tries map[string]int
}

func (c *clouds) Probe(_ context.Context, workload string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tries[workload]++
	if err := c.err[workload]; err != nil {
		return err
	}
	if time.Since(c.began) >= c.after[workload] {
		return nil
	}
	hop, text := bridge.HopSTS, "The given credential is rejected by the attribute condition."
	if workload == "training" {
		hop, text = bridge.HopEntra, "AADSTS70021: No matching federated identity record found"
	}
	return &bridge.Error{Kind: bridge.Denied, Hop: hop, Code: "x", Text: text}
}

func TestApplyWaitsForTheClouds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &clouds{
			after: map[string]time.Duration{"chat": 100 * time.Second, "training": 20 * time.Second}, began: time.Now(), tries: map[string]int{},
			err: map[string]error{"batch-vm": &setup.NotFromHere{Why: "it is a virtual machine's identity"}},
		}
		var lines []string
		out, err := setup.Apply(t.Context(), plan(t, world(example()), example()), setup.Options{
			Clock: time.Now, Prober: c, Progress: func(e setup.Event) {
				if e.Type == setup.EventWaiting || e.Type == setup.EventReady || e.Type == setup.EventNotHere {
					lines = append(lines, e.Line())
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"chat", "reports", "training"}, out.Ready); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]setup.NotCrossed{{Workload: "batch-vm", Why: "it is a virtual machine's identity"}}, out.NotFromHere); diff != "" {
			t.Error(diff)
		}
		if out.Waited < 100*time.Second || out.Waited > 120*time.Second {
			t.Errorf("waited %s", out.Waited)
		}
		if c.tries["chat"] > 15 {
			t.Errorf("asked %d times", c.tries["chat"])
		}
		all := strings.Join(lines, "\n")
		for _, want := range []string{
			"waiting for Google IAM: 1m20s, usually 2, up to 7 minutes (chat: sts: The given credential is rejected by the attribute condition.)",
			"waiting for Google IAM: 5s, usually 2, up to 7 minutes (chat and 1 more: sts: ",
			"batch-vm: not tried: it is a virtual machine's identity", "reports: crosses", "chat: crosses",
		} {
			if !strings.Contains(all, want) {
				t.Errorf("no line %q in\n%s", want, all)
			}
		}
	})
}

func TestApplyWaitsNoLongerThanItsPatience(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &clouds{after: map[string]time.Duration{"training": time.Hour}, began: time.Now(), tries: map[string]int{}, err: map[string]error{
			"chat": &bridge.Error{Kind: bridge.Usage, Text: "no such context", Hint: "kubectl config get-contexts"},
		}}
		out, err := setup.Apply(t.Context(), plan(t, world(example()), example()), setup.Options{Clock: time.Now, Prober: c})
		if out.Waited != 10*time.Minute {
			t.Errorf("waited %s", out.Waited)
		}
		want := "2 things do not cross:\n  workload chat: no such context\n" +
			"  workload training does not cross after 10m0s: entra: AADSTS70021: No matching federated identity record found"
		if err == nil || err.Error() != want {
			t.Errorf("%v", err)
		}
		if c.tries["chat"] != 1 {
			t.Errorf("what cannot pass was asked %d times", c.tries["chat"])
		}
	})
}

func TestTheWaitCanBeInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := world(example())
		c := &clouds{after: map[string]time.Duration{"chat": time.Hour}, began: time.Now(), tries: map[string]int{}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := setup.Apply(ctx, plan(t, f, example()), setup.Options{Clock: time.Now, Prober: c})
		if err == nil || !strings.HasPrefix(err.Error(), "interrupted after 26 of 26 changes") || bridge.HintOf(err) == "" {
			t.Errorf("%v", err)
		}
		// A second run changes nothing and waits on.
		c.after = nil
		out, err := setup.Apply(t.Context(), plan(t, f, example()), setup.Options{Clock: time.Now, Prober: c})
		if err != nil || out.Changed != 0 || len(out.Ready) != 4 {
			t.Errorf("%+v %v", out, err)
		}
	})
}
