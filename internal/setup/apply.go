package setup

import (
	"context"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Options are how a plan is carried out.
type Options struct {
	Clock bridge.Clock // required
	// Parallel bounds the writes at a time; 0 is 8.
	Parallel int
	// Progress hears of every event, one at a time; nil is nobody.
	Progress func(Event)
	// Prober says when a workload crosses; nil: what was changed is not waited for.
	Prober Prober
	// Patience bounds the wait for the clouds to spread what was changed; 0 is ten minutes.
	Patience time.Duration
}

const (
	defaultWrites   = 8
	defaultPatience = 10 * time.Minute
)

// Outcome is what Apply brought about. Its JSON form is stable.
type Outcome struct {
	Changed     int           `json:"changed"`                 // steps that changed something
	Left        int           `json:"left"`                    // steps that did not come to it
	Ready       []string      `json:"ready,omitempty"`         // workloads that cross
	NotFromHere []NotCrossed  `json:"not_from_here,omitempty"` // those that cannot be tried where this runs
	Waited      time.Duration `json:"waited_ns"`
}

// NotCrossed is a workload that was not tried, and why.
type NotCrossed struct {
	Workload string `json:"workload"`
	Why      string `json:"why"`
}

// Apply carries out a plan: what is needed first, what is independent at the same time, removals last. A step that fails
// for good leaves what depends on it for the next run; the error is all such failures. Cancelling ctx stops it between two
// calls: whatever the moment, another plan and Apply finish the work. Then, when there is a Prober, it waits until
// every workload crosses.
func Apply(ctx context.Context, p *Plan, o Options) (Outcome, error) {
	unread := p.failures(nil)
	if p.Verb != "revoke" { // which must not wait for what cannot be reached
		if unread != nil {
			return Outcome{}, unread
		}
		if err := p.Blocked(); err != nil {
			return Outcome{}, err
		}
	}
	w := newWorker(p, o)
	w.run(ctx)
	out := Outcome{Changed: w.changed, Left: w.total - w.changed}
	if err := ctx.Err(); err != nil {
		return out, w.interrupted(err)
	}
	if err := joined(w.failed, "setup_apply", "could not be changed"); err != nil {
		return out, err
	}
	if unread != nil {
		return out, unread
	}
	if o.Prober == nil || p.Verb != "apply" {
		return out, nil
	}
	return out, w.waitForClouds(ctx, &out)
}
