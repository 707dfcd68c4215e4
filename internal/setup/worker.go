package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// worker is one Apply under way.
type worker struct {
	plan  *Plan
	o     Options
	slots chan struct{}

	mu      sync.Mutex
	known   map[string]map[string]string // outputs, by address
	serial  map[string]*sync.Mutex       // by identity: Azure refuses two writes of its credentials at a time
	undone  map[string]bool              // addresses that came back from deletion: what is in them may have too
	failed  []error
	changed int
	total   int

	progress sync.Mutex
}

func newWorker(p *Plan, o Options) *worker {
	if o.Parallel <= 0 {
		o.Parallel = defaultWrites
	}
	if o.Patience <= 0 {
		o.Patience = defaultPatience
	}
	w := &worker{
		plan: p, o: o, slots: make(chan struct{}, o.Parallel),
		known: map[string]map[string]string{}, serial: map[string]*sync.Mutex{}, undone: map[string]bool{},
	}
	for addr, outputs := range p.known {
		w.known[addr] = outputs
	}
	for i := range p.Steps {
		if p.Steps[i].Action.Changes() {
			w.total++
		}
	}
	return w
}

// run does the steps. Credentials that are not wanted go before new ones of the same identity come: an identity has
// twenty, and one for each issuer and subject. All else that is not wanted goes last; but to revoke is to remove first.
func (w *worker) run(ctx context.Context) {
	var early, late, writes []*Step
	fresh := map[string]bool{}
	for i := range w.plan.Steps {
		if s := &w.plan.Steps[i]; s.Action == Create || s.Action == Update || s.Action == Undelete {
			writes = append(writes, s)
			fresh[serialKey(s.res.Spec)] = true
		}
	}
	for i := range w.plan.Steps {
		s := &w.plan.Steps[i]
		if s.Action != Remove {
			continue
		}
		if key := serialKey(s.res.Spec); key != "" && fresh[key] || w.plan.Verb == "revoke" {
			early = append(early, s)
		} else {
			late = append(late, s)
		}
	}
	w.removeAll(ctx, early)
	w.writeAll(ctx, writes)
	w.mu.Lock()
	stop := len(w.failed) > 0
	w.mu.Unlock()
	if stop && w.plan.Verb != "revoke" {
		for _, s := range late {
			w.tell(Event{Type: EventSkipped, Action: s.Action, Address: s.Address, Text: "something that comes first failed"})
		}
		return
	}
	w.removeAll(ctx, late)
}

// writeAll starts every step as soon as what it needs is done.
func (w *worker) writeAll(ctx context.Context, steps []*Step) {
	type state struct {
		done chan struct{}
		ok   bool
	}
	states := map[string]*state{}
	for _, s := range steps {
		states[s.Address] = &state{done: make(chan struct{})}
	}
	var wg sync.WaitGroup
	for _, s := range steps {
		wg.Go(func() {
			mine := states[s.Address]
			defer close(mine.done)
			for _, addr := range s.res.Needs {
				if dep := states[addr]; dep != nil {
					<-dep.done
					if !dep.ok {
						w.tell(Event{Type: EventSkipped, Action: s.Action, Address: s.Address, Text: addr + " is not there"})
						return
					}
				}
			}
			mine.ok = w.do(ctx, s, w.write)
		})
	}
	wg.Wait()
}

// removeAll takes things away kind by kind, so that nothing is left that refers to what is gone.
func (w *worker) removeAll(ctx context.Context, steps []*Step) {
	for at := len(ranks) - 1; at >= 0; at-- {
		var wg sync.WaitGroup
		for _, s := range steps {
			if rank(s.res.Spec) == at {
				wg.Go(func() { w.do(ctx, s, w.remove) })
			}
		}
		wg.Wait()
	}
}

// do is one step: its turn, its call with repeats, its outcome.
func (w *worker) do(ctx context.Context, s *Step, call func(context.Context, *Step, bool) error) bool {
	defer w.turn(serialKey(s.res.Spec))()
	w.slots <- struct{}{}
	defer func() { <-w.slots }()
	if ctx.Err() != nil {
		return false
	}
	w.tell(Event{Type: EventStart, Action: s.Action, Address: s.Address})
	stale := false
	err := patient(ctx, writePace, func(err error, wait time.Duration) {
		stale = stale || conflict(err)
		w.tell(Event{Type: EventRetry, Action: s.Action, Address: s.Address, Text: err.Error(), Wait: wait})
	}, func(ctx context.Context) error { return call(ctx, s, stale) })
	w.mu.Lock()
	if err == nil {
		w.changed++
	} else if ctx.Err() == nil {
		w.failed = append(w.failed, &bridge.Error{
			Kind: bridge.KindOf(err), Code: "setup_apply", Text: string(s.Action) + " " + s.Address, Hint: bridge.HintOf(err), Cause: err,
		})
	}
	done := w.changed
	w.mu.Unlock()
	switch {
	case err == nil:
		w.tell(Event{Type: EventDone, Action: s.Action, Address: s.Address, Done: done, Total: w.total})
	case ctx.Err() == nil:
		w.tell(Event{Type: EventFailed, Action: s.Action, Address: s.Address, Text: err.Error()})
	}
	return err == nil
}

// write makes a thing as it shall be. Stale says that it changed since it was read.
func (w *worker) write(ctx context.Context, s *Step, stale bool) error {
	want := estate.Resolve(s.res.Spec, w.output)
	if open := estate.AllReferences(want); len(open) > 0 {
		return &bridge.Error{
			Kind: bridge.Fault, Code: "setup_unknown_output", Text: fmt.Sprintf("%s does not say its %s yet", open[0].Address, open[0].Output),
			Hint: "run landbridge setup apply again in a minute",
		}
	}
	keeper := w.plan.keepers[s.Side]
	now := s.now
	back := slices.ContainsFunc(s.res.Needs, w.cameBack)
	if stale || back {
		keeper.Forget()
	}
	if stale || back || s.look || !readable(s.res.Spec) {
		var err error
		if now, err = keeper.Read(ctx, want); err != nil {
			return err
		}
	}
	live, err := keeper.Write(ctx, w.plan.Setup, adopt(want, now), now)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known[s.Address] = live.Outputs
	if s.Action == Undelete || back {
		w.undone[s.Address] = true
	}
	return nil
}

func (w *worker) remove(ctx context.Context, s *Step, _ bool) error {
	return w.plan.keepers[s.Side].Remove(ctx, s.now.Spec)
}

func (w *worker) output(ref estate.Reference) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if v := w.known[ref.Address][ref.Output]; v != "" {
		return v
	}
	return estate.Ref(ref.Address, ref.Output)
}

func (w *worker) cameBack(addr string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.undone[addr]
}

// turn waits for the writes of the same identity's credentials; the result ends the turn. A Keeper has its turns too, but who
// waited there would take up a slot.
func (w *worker) turn(key string) func() {
	if key == "" {
		return func() {}
	}
	w.mu.Lock()
	m := w.serial[key]
	if m == nil {
		m = &sync.Mutex{}
		w.serial[key] = m
	}
	w.mu.Unlock()
	m.Lock()
	return m.Unlock
}

// serialKey is the identity whose credentials are written one at a time; empty for all else.
func serialKey(s estate.Spec) string {
	if f, ok := s.(*estate.FederatedCredential); ok {
		return f.Subscription + "/" + f.ResourceGroup + "/" + f.Identity
	}
	return ""
}

func (w *worker) tell(e Event) {
	if w.o.Progress == nil {
		return
	}
	w.progress.Lock()
	defer w.progress.Unlock()
	w.o.Progress(e)
}

func (w *worker) interrupted(cause error) error {
	if errors.Is(cause, context.Canceled) {
		cause = nil // which is what "interrupted" says
	}
	return &bridge.Error{
		Kind: bridge.Fault, Code: "setup_interrupted", Text: fmt.Sprintf("interrupted after %d of %d changes", w.changed, w.total),
		Hint: "run it again: what is done stays done, and it goes on from there", Cause: cause,
	}
}
