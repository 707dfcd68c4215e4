package blob

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/azure/dataplane"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// own is where the store's own things lie, below any prefix of a place.
const own = ".landbridge/"

// List implements dataset.Reader. The service lists by UTF-16 code units, and in a hierarchical namespace what is below a directory
// directly behind it; both are put into byte order.
func (c *Container) List(ctx context.Context, q dataset.Query) iter.Seq2[dataset.Object, error] {
	return func(yield func(dataset.Object, error) bool) {
		l := &lister{Container: c, ctx: ctx, query: q, order: sorter{limit: mostHeld}, last: q.After}
		l.yield = func(o dataset.Object) bool { return yield(o, nil) }
		past := !q.At.IsZero() && q.At.Before(c.clock())
		err := error(nil)
		if past {
			err = l.past()
		} else {
			err = l.live()
		}
		if err != nil {
			yield(dataset.Object{}, err)
		}
	}
}

// lister is one listing on its way.
type lister struct {
	*Container
	ctx   context.Context
	query dataset.Query
	yield func(dataset.Object) bool
	order sorter
	last  string // name that was yielded last; nothing before it is
	left  bool   // the caller wants no more

	feed  *feed // of the past; nil when there is none
	asked bool  // for the feed
}

// include of the listing as it is now: metadata have the mark.
const include = "metadata"

// live lists flat, and goes from directory to directory once there is one.
func (l *lister) live() error {
	prefix := l.place.Prefix + l.query.Prefix
	for p, err := range l.pages(prefix, "", include) {
		if err != nil {
			return err
		}
		for i := range p.items {
			if p.items[i].directory {
				l.query.After = l.last
				return l.walk(prefix)
			}
			if err := l.add(p.items[i].Object, ""); err != nil || l.left {
				return err
			}
		}
	}
	return l.flush()
}

// walk lists one directory, and each below it where it belongs.
func (l *lister) walk(prefix string) error {
	level := sorter{limit: mostHeld}
	emit := func(o dataset.Object) error {
		if l.left || o.Kind != "" {
			return l.emit(o)
		}
		if o.Name < l.last && !strings.HasPrefix(l.last, o.Name) { // all of it was yielded
			return nil
		}
		return l.walk(l.place.Prefix + o.Name)
	}
	for p, err := range l.pages(prefix, "/", include) {
		if err != nil {
			return err
		}
		for _, i := range p.items {
			switch {
			case i.abbreviate:
				err = level.add(l.local(i.Object), strings.TrimSuffix(strings.TrimPrefix(i.Name, l.place.Prefix), "/"), emit)
			case !i.directory:
				err = level.add(l.local(i.Object), "", emit)
			}
			if err != nil || l.left {
				return err
			}
		}
	}
	return level.flush(emit)
}

// local is an object under its name below the place's prefix.
func (l *lister) local(o dataset.Object) dataset.Object {
	o.Name = strings.TrimPrefix(o.Name, l.place.Prefix)
	return o
}

// add puts an object of a flat listing in order.
func (l *lister) add(o dataset.Object, hold string) error {
	if l.left {
		return nil
	}
	return l.order.add(l.local(o), hold, l.emit)
}

func (l *lister) flush() error {
	if l.left {
		return nil
	}
	return l.order.flush(l.emit)
}

// emit yields an object, unless it is the store's own or before the beginning.
func (l *lister) emit(o dataset.Object) error {
	switch {
	case l.left || o.Name <= l.query.After || strings.HasPrefix(o.Name, own) || o.Name == "":
		return nil
	case l.last > l.query.After && o.Name <= l.last:
		e := l.about(bridge.Fault, "listing_disordered", o.Name, "was listed behind %q", l.last)
		e.Hint = "this is not an order that we know of Blob Storage; check that the address is the service's own"
		return e
	}
	l.last = o.Name
	l.left = !l.yield(o)
	return nil
}

// pages yields the pages of a listing.
func (l *lister) pages(prefix, delimiter, include string) iter.Seq2[page, error] {
	return func(yield func(page, error) bool) {
		query := url.Values{"restype": {"container"}, "comp": {"list"}, "include": {include}}
		if prefix != "" {
			query.Set("prefix", prefix)
		}
		if delimiter != "" {
			query.Set("delimiter", delimiter)
		}
		for {
			p, err := l.page(query.Encode())
			if !yield(p, err) || err != nil || p.marker == "" || l.left {
				return
			}
			query.Set("marker", p.marker)
		}
	}
}

// page reads one page whole: who lists may take its time between two objects, and a connection does not wait.
func (l *lister) page(query string) (page, error) {
	resp, err := l.do(l.ctx, call{method: http.MethodGet, query: query, want: http.StatusOK})
	if err != nil {
		return page{}, err
	}
	defer resp.Body.Close()
	p, err := decode(resp.Body)
	if err == nil {
		return p, dataplane.Drain(resp)
	}
	if e, ok := err.(*bridge.Error); ok { //nolint:errorlint // the wire's own, unwrapped
		return page{}, e
	}
	return page{}, &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopStorage, Code: "bad_answer", Status: resp.StatusCode, Retry: true,
		Text: l.host + " answered a listing that cannot be read", Cause: err,
		Hint: "check that the address is the service's own and not a proxy's",
	}
}
