package setup

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// reader reads the live state of everything that shall be, each thing as soon as what it refers to is known.
type reader struct {
	in       Input
	problems []Problem
	nodes    map[string]*node
	order    []*node
	slots    chan struct{}
	owned    []estate.Live // what bears our mark, wanted or not
	owning   []error       // sides that could not say
}

// node is one thing while it is read.
type node struct {
	res  Resource
	want estate.Spec // references replaced as far as they are known
	live estate.Live
	err  error
	// waits is the address of a thing that could not be read and that this one's place depends on; it was not read then.
	waits string
	// unread says that the thing's place follows from what is not made yet, so that it cannot be there.
	unread bool
	// off is the refusal of a read whose API is switched off, and on by this very plan: what is there is seen after that.
	off    error
	manual string // why it is not to be had from here; empty when it is
	done   chan struct{}
}

const defaultReads = 32

func read(ctx context.Context, in Input) (*reader, error) {
	problems := Check(in.Spec)
	if err := Mistakes(problems); err != nil {
		return nil, err
	}
	resources, err := desire(in.Spec)
	if err != nil {
		return nil, err
	}
	if in.Parallel <= 0 {
		in.Parallel = defaultReads
	}
	r := &reader{in: in, problems: problems, nodes: map[string]*node{}, slots: make(chan struct{}, in.Parallel)}
	for _, res := range resources {
		n := &node{res: res, done: make(chan struct{})}
		r.nodes[res.Address] = n
		r.order = append(r.order, n)
		if reach, inside := estate.ReachOf(res.Spec); inside && reach.Context == "" {
			n.manual = "cluster " + reach.Cluster + " has no context"
		} else if in.Keepers[res.Spec.Kind().Side()] == nil {
			return nil, &bridge.Error{Kind: bridge.Fault, Code: "setup_no_keeper", Text: "nothing reads the side " + string(res.Spec.Kind().Side())}
		}
	}
	for _, k := range in.Keepers {
		if k != nil {
			k.Forget()
		}
	}
	r.readAll(ctx, func(n *node) bool { return n.res.Spec.Kind() != estate.KindGrants })
	r.askOwned(ctx)
	r.strangers(ctx)
	r.claimGrants()
	r.readAll(ctx, func(n *node) bool { return n.res.Spec.Kind() == estate.KindGrants })
	if err := ctx.Err(); err != nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Code: "setup_interrupted", Text: "interrupted while reading", Hint: "nothing was changed", Cause: err}
	}
	return r, nil
}

func (r *reader) readAll(ctx context.Context, which func(*node) bool) {
	var wg sync.WaitGroup
	for _, n := range r.order {
		if !which(n) {
			continue
		}
		wg.Go(func() {
			defer close(n.done)
			for _, addr := range n.res.Needs {
				if dep := r.nodes[addr]; dep != n {
					<-dep.done
				}
			}
			r.readOne(ctx, n)
		})
	}
	wg.Wait()
}

func (r *reader) readOne(ctx context.Context, n *node) {
	n.want = estate.Resolve(n.res.Spec, r.output)
	if n.manual != "" {
		return
	}
	for _, ref := range estate.AllReferences(n.want) {
		if dep := r.nodes[ref.Address]; dep.err != nil || dep.waits != "" {
			n.waits = ref.Address
		}
	}
	if n.waits != "" && !readable(n.want) {
		return
	}
	if !readable(n.want) {
		n.unread = true
		return
	}
	r.slots <- struct{}{}
	defer func() { <-r.slots }()
	n.err = patient(ctx, readPace, nil, func(ctx context.Context) (err error) {
		n.live, err = r.keeper(n.want).Read(ctx, n.want)
		return err
	})
	// The services themselves, and the project that they wait for, cannot wait for the services.
	if k := n.res.Spec.Kind(); n.err != nil && k != estate.KindProject && k != estate.KindService && r.switchedOn(n.err) {
		n.off, n.err, n.live = about(n.res.Address, n.err), nil, estate.Live{}
	}
	if n.err != nil {
		n.err = about(n.res.Address, n.err)
	}
}

// switchedOn says whether a refusal is for an API that is off in a project and that this plan switches on.
func (r *reader) switchedOn(err error) bool {
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok || e.Code != "SERVICE_DISABLED" {
		return false
	}
	for _, n := range r.order {
		if n.res.Spec.Kind() != estate.KindService {
			continue
		}
		<-n.done
		if live, is := n.live.Spec.(*estate.Service); n.err == nil && (!is || !live.Enabled) {
			return true
		}
	}
	return false
}

// output is what a reference stands for, or the reference where that is not known yet.
func (r *reader) output(ref estate.Reference) string {
	if n := r.nodes[ref.Address]; n != nil && n.err == nil {
		if v := n.live.Outputs[ref.Output]; v != "" {
			return v
		}
	}
	return estate.Ref(ref.Address, ref.Output)
}

func (r *reader) keeper(s estate.Spec) estate.Keeper { return r.in.Keepers[s.Kind().Side()] }

// askOwned asks every side what bears our mark near what we want.
func (r *reader) askOwned(ctx context.Context) {
	sides := []estate.Side{estate.Azure, estate.Google, estate.Kubernetes}
	found, errs := make([][]estate.Live, len(sides)), make([]error, len(sides))
	var wg sync.WaitGroup
	for i, side := range sides {
		places := r.places(side)
		if r.in.Keepers[side] == nil || len(places) == 0 {
			continue
		}
		if r.silent(side) { // which is an error of the plan already: one more wait says nothing new
			continue
		}
		wg.Go(func() {
			errs[i] = patient(ctx, readPace, nil, func(ctx context.Context) (err error) {
				found[i], err = r.in.Keepers[side].Owned(ctx, r.in.Spec.Name, places)
				return err
			})
		})
	}
	wg.Wait()
	for i, side := range sides {
		r.owned = append(r.owned, found[i]...)
		if errs[i] != nil && !r.switchedOn(errs[i]) {
			r.owning = append(r.owning, about("what this set-up made on "+string(side), errs[i]))
		}
	}
}

// silent says whether a side let a read wait until its time was over.
func (r *reader) silent(side estate.Side) bool {
	return slices.ContainsFunc(r.order, func(n *node) bool {
		return n.res.Spec.Kind().Side() == side && errors.Is(n.err, context.DeadlineExceeded)
	})
}

// places are the wanted things of a side whose place is known. A pool, a resource group or a cluster that the file names is
// one even when nothing is wanted in it any more: what was made there last is still to be found.
func (r *reader) places(side estate.Side) []estate.Spec {
	var out []estate.Spec
	for _, n := range r.order {
		if n.res.Spec.Kind().Side() == side && n.want != nil && n.manual == "" && readable(n.want) {
			out = append(out, n.want)
		}
	}
	s := &r.in.Spec
	switch side {
	case estate.Google:
		pool := estate.Resolve(&estate.Pool{Project: newBuilder(*s).number, ID: s.Google.Pool}, r.output)
		if readable(pool) {
			out = append(out, pool)
		}
	case estate.Azure:
		if s.Azure.Subscription != "" && s.Azure.ResourceGroup != "" {
			out = append(out, &estate.Cluster{Subscription: s.Azure.Subscription, ResourceGroup: s.Azure.ResourceGroup})
		}
	case estate.Kubernetes:
		for i := range s.Clusters {
			if c := &s.Clusters[i]; c.Context != "" {
				out = append(out, &estate.Issuer{Reach: c.Reach()})
			}
		}
	}
	return out
}

// claimGrants settles which members of an allow policy are nobody's but ours: those of pools and accounts that bear our mark,
// that are not there yet, or that were ours and are wanted no more.
func (r *reader) claimGrants() {
	for _, n := range r.order {
		g, ok := n.res.Spec.(*estate.Grants)
		if !ok {
			continue
		}
		ours := map[string]bool{}
		for start, of := range n.res.claims {
			live := r.nodes[of].live
			if live.Setup == r.in.Spec.Name || live.Spec == nil && r.nodes[of].err == nil {
				ours[start] = true
			}
		}
		for _, live := range r.owned {
			switch spec := live.Spec.(type) {
			case *estate.Account:
				if g.Project != "" {
					ours["serviceAccount:"+spec.Email()] = true
				}
			case *estate.Pool:
				ours[spec.Principals()] = true
			}
		}
		fresh := *g
		fresh.Ours = slices.Sorted(maps.Keys(ours))
		n.res.Spec = &fresh
	}
}

// orphans are the things that bear our mark and are not wanted, what depends on others first.
func (r *reader) orphans() []estate.Live {
	wanted := map[string]bool{}
	for _, n := range r.order {
		if n.want != nil {
			wanted[locate(n.want)] = true
		}
		if n.live.Spec != nil {
			wanted[locate(n.live.Spec)] = true
		}
	}
	var out []estate.Live
	for _, live := range r.owned {
		if live.Exists() && live.Setup == r.in.Spec.Name && !wanted[locate(live.Spec)] {
			wanted[locate(live.Spec)] = true // once
			out = append(out, live)
		}
	}
	slices.SortStableFunc(out, func(a, b estate.Live) int {
		if d := rank(b.Spec) - rank(a.Spec); d != 0 {
			return d
		}
		return strings.Compare(locate(a.Spec), locate(b.Spec))
	})
	return out
}

func about(what string, err error) error {
	return &bridge.Error{Kind: bridge.KindOf(err), Code: "setup_read", Hint: bridge.HintOf(err), Text: what, Cause: err}
}
