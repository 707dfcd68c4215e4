package setup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Prober tries a workload's crossing.
type Prober interface {
	// Probe returns nil when the workload crosses and may do what the file says. A *NotFromHere says that it cannot be tried
	// where this runs. Denied and Unreachable errors may pass with time; others will not.
	Probe(ctx context.Context, workload string) error
}

// NotFromHere is the error of a Prober that has no way to be the workload: a virtual machine's identity, a cluster without
// a context.
type NotFromHere struct{ Why string }

func (n *NotFromHere) Error() string { return n.Why }

// How long the clouds take, as they document it.
const (
	googleSpreads = "waiting for Google IAM: %s, usually 2, up to 7 minutes"
	entraSpreads  = "waiting for Entra: %s, a federated credential takes some minutes"
	signOfLife    = 5 * time.Second
	probes        = 16
)

var probePace = pace{first: 2 * time.Second, longest: 15 * time.Second}

// waiting is the state of the workloads that do not cross yet.
type waiting struct {
	mu    sync.Mutex
	last  map[string]error // by workload
	ready []string
	away  []NotCrossed
	dead  []error
}

// waitForClouds probes every workload until it crosses, or until the patience is at an end.
func (w *worker) waitForClouds(ctx context.Context, out *Outcome) error {
	began := w.o.Clock()
	limit, cancel := context.WithTimeout(ctx, w.o.Patience)
	defer cancel()
	state := &waiting{last: map[string]error{}}
	stop := make(chan struct{})
	var alive sync.WaitGroup
	alive.Go(func() { w.signs(state, began, stop) })
	slots := make(chan struct{}, probes)
	var wg sync.WaitGroup
	for i := range w.plan.spec.Workloads {
		wg.Go(func() { w.probe(limit, state, slots, w.plan.spec.Workloads[i].Name) })
	}
	wg.Wait()
	close(stop)
	alive.Wait()
	slices.Sort(state.ready)
	slices.SortFunc(state.away, func(a, b NotCrossed) int { return strings.Compare(a.Workload, b.Workload) })
	out.Ready, out.NotFromHere, out.Waited = state.ready, state.away, w.o.Clock().Sub(began)
	if err := ctx.Err(); err != nil {
		return w.interrupted(err)
	}
	for _, name := range slices.Sorted(maps.Keys(state.last)) {
		state.dead = append(state.dead, lateError(name, w.o.Patience, state.last[name]))
	}
	slices.SortFunc(state.dead, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return joined(state.dead, "setup_propagation", "do not cross")
}

// probe tries one workload until it crosses.
func (w *worker) probe(ctx context.Context, state *waiting, slots chan struct{}, name string) {
	for pause := probePace.first; ; pause = min(2*pause, probePace.longest) {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			state.set(name, ctx.Err())
			return
		}
		err := w.o.Prober.Probe(ctx, name)
		<-slots
		if err == nil {
			state.settle(func() { state.ready = append(state.ready, name) }, name)
			w.tell(Event{Type: EventReady, Workload: name})
			return
		}
		if away, ok := errors.AsType[*NotFromHere](err); ok {
			state.settle(func() { state.away = append(state.away, NotCrossed{name, away.Why}) }, name)
			w.tell(Event{Type: EventNotHere, Workload: name, Text: away.Why})
			return
		}
		if ctx.Err() == nil && !passes(err) {
			state.settle(func() {
				state.dead = append(state.dead, &bridge.Error{Kind: bridge.KindOf(err), Code: "setup_probe", Text: "workload " + name, Hint: bridge.HintOf(err), Cause: err})
			}, name)
			w.tell(Event{Type: EventFailed, Workload: name, Text: err.Error()})
			return
		}
		if ctx.Err() == nil {
			state.set(name, err)
		}
		if bridge.Wait(ctx, pause) != nil {
			state.set(name, ctx.Err())
			return
		}
	}
}

// signs tells every few seconds that the wait goes on, and what the clouds say meanwhile.
func (w *worker) signs(state *waiting, began time.Time, stop <-chan struct{}) {
	tick := time.NewTicker(signOfLife)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		elapsed := w.o.Clock().Sub(began)
		if text := state.text(elapsed); text != "" {
			w.tell(Event{Type: EventWaiting, Text: text, Elapsed: elapsed, Done: state.over(), Total: len(w.plan.spec.Workloads)})
		}
	}
}

func (s *waiting) set(name string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last[name] == nil || !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		s.last[name] = err
	}
}

func (s *waiting) settle(note func(), name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.last, name)
	note()
}

func (s *waiting) over() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.ready) + len(s.away) + len(s.dead)
}

func (s *waiting) text(elapsed time.Duration) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := slices.Sorted(maps.Keys(s.last))
	if len(names) == 0 {
		return ""
	}
	form := googleSpreads
	err := s.last[names[0]]
	if e, ok := errors.AsType[*bridge.Error](err); ok && e.Hop == bridge.HopEntra {
		form = entraSpreads
	}
	text := fmt.Sprintf(form, elapsed.Round(time.Second)) + " (" + names[0]
	if len(names) > 1 {
		text += fmt.Sprintf(" and %d more", len(names)-1)
	}
	return text + ": " + err.Error() + ")"
}

// passes says whether a refused crossing may be one that the clouds have not heard of yet.
func passes(err error) bool {
	kind := bridge.KindOf(err)
	return kind == bridge.Denied || kind == bridge.Unreachable || again(err)
}

func lateError(workload string, patience time.Duration, last error) error {
	return &bridge.Error{
		Kind: bridge.KindOf(last), Code: "setup_propagation", Text: fmt.Sprintf("workload %s does not cross after %s", workload, patience),
		Hint: "landbridge doctor --workload " + workload + " says which hop refuses; landbridge setup apply waits again", Cause: last,
	}
}
