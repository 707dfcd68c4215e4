// Package conform holds a store to the contract of dataset.Reader, Writer and Mender.
//
// A store over a scratch place enters, what it does otherwise than its port says leaves, case by case. It needs no test: an operator
// can run it against a real bucket under a prefix. It must never touch what it did not write.
package conform

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Target is the store that is held to its contract.
type Target struct {
	// Reader over a scratch place that nobody else uses; Writer's own when nil.
	Reader dataset.Reader
	// Writer over the same place; nil when the store is only read, and then Seed writes to it.
	Writer dataset.Writer
	// Seed lays down an object by another way than the store's own. Writer's Put when nil.
	Seed func(ctx context.Context, name string, body []byte) (dataset.Object, error)
	// Reopen returns a second writer over the same place as another process would make it: they share the store and no memory. Writer
	// itself when nil.
	Reopen func(ctx context.Context) (dataset.Writer, error)
	// Past says that the place keeps what was overwritten and deleted, and reads it by Query.At.
	Past bool
	// Wait lets time pass for the store; bridge.Wait when nil. A store that tells a time of its own puts that forward.
	Wait func(ctx context.Context, d time.Duration) error
	// Retry makes a call until it goes well or nothing helps, for a store that may be busy; one attempt when nil.
	Retry func(ctx context.Context, call func(context.Context) error) error
	// Known are deviations that are known, by the name of the case, with their reason. One that is gone is reported too.
	Known map[string]string
}

// Need is something that not every store has; a case without it is skipped.
type Need string

// The needs.
const (
	NeedWriter   Need = "writer"           // Target.Writer
	NeedChunks   Need = "chunks"           // objects of several chunks
	NeedParallel Need = "unordered chunks" // chunks in any order
	NeedMender   Need = "mender"           // Target.Writer is a dataset.Mender
	NeedPast     Need = "past"             // Target.Past
	NeedNoPast   Need = "no past"          // the opposite
)

// Case is one thing that a store does or does not.
type Case struct {
	Name  string
	Needs []Need
	run   func(ctx context.Context, s *scratch) error
}

// Result is what came of a case. Without Err and Skipped it was kept.
type Result struct {
	Case    string
	Err     error  // what was expected, and what was got
	Skipped string // why it was not held against the store
}

// Cases are all cases, in the order in which they are best read: a store that fails an early one fails later ones for it.
func Cases() []Case {
	var all []Case
	for _, group := range [][]Case{reading(), naming(), writing(), chunking(), resuming(), mending(), past()} {
		all = append(all, group...)
	}
	return all
}

// Check runs one case below a prefix of its own, and removes what it wrote. A prefix under which something is already is left alone.
func (t Target) Check(ctx context.Context, c Case) Result {
	s := t.scratch(c)
	for _, n := range c.Needs {
		if !s.has(n) {
			return Result{Case: c.Name, Skipped: "the store has no " + string(n)}
		}
	}
	if s.remove != nil {
		if theirs, err := s.list(ctx, dataset.Query{Prefix: s.dir}); err == nil && len(theirs) > 0 {
			return Result{Case: c.Name, Err: wrong(fmt.Sprintf("nothing below %q, where this case writes and removes what is there; nothing was touched", s.dir), fmt.Sprintf("%q", names(theirs)))}
		}
	}
	err := c.run(ctx, s)
	if swept := s.sweep(context.WithoutCancel(ctx)); err == nil && swept != nil {
		err = wrong("what the case wrote can be removed", swept)
	}
	if why, known := t.Known[c.Name]; known {
		if err == nil {
			return Result{Case: c.Name, Err: wrong("the known deviation ("+why+")", "none: take it off the list")}
		}
		return Result{Case: c.Name, Skipped: why}
	}
	return Result{Case: c.Name, Err: err}
}

// Purger is a store that deletes no object while something is kept of it, and can be told to delete both.
type Purger interface {
	Purge(ctx context.Context, o dataset.Object) error
}

// scratch is a target and the prefix of one case in it.
type scratch struct {
	Target
	dir    string
	remove func(ctx context.Context, o dataset.Object) error
}

func (t Target) scratch(c Case) *scratch {
	remove := t.removal()
	reopen := t.Reopen
	if t.Retry != nil && t.Writer != nil {
		t.Writer = patiently(t.Writer, t.Retry)
		if reopen != nil {
			t.Reopen = func(ctx context.Context) (dataset.Writer, error) {
				w, err := reopen(ctx)
				return patiently(w, t.Retry), err
			}
		}
	}
	if t.Reader == nil {
		t.Reader = t.Writer
	}
	if t.Seed == nil {
		t.Seed = func(ctx context.Context, name string, body []byte) (dataset.Object, error) {
			return put(ctx, t.Writer, dataset.Write{Name: name}, body)
		}
	}
	if t.Reopen == nil {
		t.Reopen = func(context.Context) (dataset.Writer, error) { return t.Writer, nil }
	}
	if t.Wait == nil {
		t.Wait = bridge.Wait
	}
	return &scratch{Target: t, dir: strings.ReplaceAll(c.Name, " ", "-") + "/", remove: remove}
}

// removal deletes an object and all that the store keeps of it; nil of a store that is only read.
func (t Target) removal() func(context.Context, dataset.Object) error {
	if t.Writer == nil {
		return nil
	}
	remove := t.Writer.Delete
	if p, ok := t.Writer.(Purger); ok {
		remove = p.Purge
	}
	if t.Retry == nil {
		return remove
	}
	return func(ctx context.Context, o dataset.Object) error {
		return t.Retry(ctx, func(ctx context.Context) error { return remove(ctx, o) })
	}
}

func (s *scratch) has(n Need) bool {
	switch n {
	case NeedWriter:
		return s.Writer != nil
	case NeedChunks:
		return s.Writer != nil && s.layout().Chunks > 2
	case NeedParallel:
		return s.Writer != nil && s.layout().Chunks > 2 && !s.layout().Ordered
	case NeedMender:
		_, ok := s.Writer.(dataset.Mender)
		return ok && s.layout().Chunks > 2
	case NeedPast:
		return s.Past
	case NeedNoPast:
		return !s.Past
	}
	return false
}

// sweep removes what stands below the case's prefix.
func (s *scratch) sweep(ctx context.Context) error {
	if s.remove == nil {
		return nil
	}
	objects, err := s.list(ctx, dataset.Query{Prefix: s.dir})
	for _, o := range objects {
		if failed := s.remove(ctx, o); err == nil {
			err = failed
		}
	}
	return err
}
