package transfer

import (
	"context"
	"iter"

	"github.com/landbridge/landbridge/internal/dataset"
)

// PlanOptions say what is to be compared with what.
type PlanOptions struct {
	Source dataset.Reader
	Target dataset.Writer
	Query  dataset.Query // of the source
	Filter Filter
	// Previous are the entries of the manifest of the run before; nil when there was none.
	Previous iter.Seq2[dataset.Entry, error]
	// Mirror deletes in the target what the source no longer has, as far as an earlier run brought it there.
	Mirror bool
	Retry  *Retrier
}

// Plan yields what is to be done, in byte order of names. It reads both listings and the manifest side by side, and holds one object of
// each.
func Plan(ctx context.Context, o PlanOptions) iter.Seq2[Item, error] {
	if o.Retry == nil {
		o.Retry = NewRetrier(RetryOptions{})
	}
	here := dataset.Query{Prefix: o.Query.Prefix, After: o.Query.After}
	return merge(o, o.Retry.List(ctx, o.Source, o.Query), o.Retry.List(ctx, o.Target, here))
}

func merge(o PlanOptions, from, to iter.Seq2[dataset.Object, error]) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		name := func(o dataset.Object) string { return o.Name }
		source := newCursor("the source", from, name)
		target := newCursor("the target", to, name)
		before := newCursor("the manifest", o.Previous, func(e dataset.Entry) string { return e.Name })
		defer source.stop()
		defer target.stop()
		defer before.stop()
		for _, first := range []func() error{source.next, target.next, before.next} {
			if err := first(); err != nil {
				yield(Item{}, err)
				return
			}
		}
		d := decider{PlanOptions: o, place: o.Source.Place()}
		d.names, _ = o.Target.(dataset.Namer)
		for source.more || target.more || before.more {
			i, wanted, err := d.next(source, target, before)
			if err != nil {
				yield(Item{}, err)
				return
			}
			if wanted && !yield(i, nil) {
				return
			}
		}
	}
}

// next takes what the three have under the least name, and decides.
func (d *decider) next(source, target *cursor[dataset.Object], before *cursor[dataset.Entry]) (Item, bool, error) {
	name, found := "", false
	for _, c := range [...]struct {
		key  string
		more bool
	}{{source.key, source.more}, {target.key, target.more}, {before.key, before.more}} {
		if c.more && (!found || c.key < name) {
			name, found = c.key, true
		}
	}
	s, inSource, err := source.take(name)
	if err != nil {
		return Item{}, false, err
	}
	t, inTarget, err := target.take(name)
	if err != nil {
		return Item{}, false, err
	}
	e, known, err := before.take(name)
	if err != nil {
		return Item{}, false, err
	}
	i := Item{Name: name, Source: s, Target: t, Past: !d.Query.At.IsZero()}
	if known && inTarget && holds(e, t) {
		i.Entry = &e
	}
	if !inSource {
		return d.lost(i, known, inTarget)
	}
	i.Action, i.Reason = d.decide(i, known, inTarget, known && same(e, s))
	return i, true, nil
}
