//go:build unix

package jobs

import (
	"context"
	"sync"
	"testing"
	"time"
)

// changing is a run that has a dataset to itself.
func changing(act string) NewRun {
	return NewRun{Act: act, Dataset: "images", First: NewPage{Kind: "plan"}, Alone: "images"}
}

// Runs that change the same go one after the other: one that is not to wait is refused with the id of the one in its way.
func oneChanges(t *testing.T, a at) {
	o := a.options()
	gate := make(chan struct{})
	var mu sync.Mutex
	var order []string
	o.Kinds = map[string]Kind{"plan": {Workers: 4, Handle: func(_ context.Context, j *Job) error {
		mu.Lock()
		order = append(order, j.Run.Act)
		mu.Unlock()
		if j.Run.Act == "sync" {
			<-gate
		}
		return nil
	}}}
	e := open(t, o)
	work(t, e)
	first := start(t, e, changing("sync"))
	_, err := e.Start(t.Context(), changing("restore"))
	refused(t, err, CodeRunning, `sync of dataset "images" has not ended: run `+first)
	beside := one("plan")
	beside.Act, beside.Dataset = "verify", "images"
	if run := await(t, e, start(t, e, beside)); run.State != Done {
		t.Errorf("what changes nothing did not go beside: %+v", run)
	}
	patient := changing("restore")
	patient.Wait = true
	second := start(t, e, patient)
	_, err = e.Start(t.Context(), patient)
	refused(t, err, CodeRunning, "run "+first)
	if run, err := e.Show(t.Context(), second); err != nil || run.State != Waiting || run.Pages.Open != 0 {
		t.Errorf("%+v, %v", run, err)
	}
	refused(t, e.Pause(t.Context(), second), CodeState, "is waiting and cannot be paused")
	third := changing("repair")
	third.Wait = true
	if err := e.Cancel(t.Context(), start(t, e, third)); err != nil {
		t.Error(err)
	}
	close(gate)
	if run := await(t, e, second); run.State != Done {
		t.Errorf("%+v", run)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(order) != 3 || order[2] != "restore" {
		t.Errorf("the order was %q", order)
	}
}

// A run that is retried while another changes the same is refused; a schedule's waits, and not for its own run of the time before.
func retriedAndScheduled(t *testing.T, a at) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	o := a.options()
	o.Clock = func() time.Time { return now }
	o.Schedules = []Schedule{{Name: "often", When: "@every 1h", Run: changing("sync")}}
	e := open(t, o)
	if err := e.installSchedules(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := start(t, e, changing("restore"))
	if err := e.Cancel(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	second := start(t, e, changing("repair"))
	refused(t, e.Retry(t.Context(), first), CodeRunning, `repair of dataset "images" has not ended: run `+second)
	states := func() (out []State) {
		now = now.Add(time.Hour)
		if err := e.startDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := e.admit(t.Context()); err != nil {
			t.Fatal(err)
		}
		all, err := e.List(t.Context(), Query{Act: "sync"})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			out = append(out, r.State)
		}
		return out
	}
	for range 2 { // the second time there is one that waits already
		if s := states(); len(s) != 1 || s[0] != Waiting {
			t.Errorf("syncs are %q, want one that waits", s)
		}
	}
	if err := e.Cancel(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if s := states(); len(s) != 1 || s[0] != Queued {
			t.Errorf("syncs are %q, want one that is under way", s)
		}
	}
}
