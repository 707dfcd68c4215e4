package files

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

const (
	// own is where the store's own things lie, below any prefix of a place.
	own = ".landbridge/"
	// deepest is how deep directories may lie in each other; the service has 250.
	deepest = 250
)

// List implements dataset.Reader. The service lists one directory at a time, and without regard to case; each is put into byte order,
// with the directories in it under their names and a slash, so that what is below them stands where it belongs.
func (s *Share) List(ctx context.Context, q dataset.Query) iter.Seq2[dataset.Object, error] {
	return func(yield func(dataset.Object, error) bool) {
		l := &lister{Share: s, ctx: ctx, after: s.place.Prefix + q.After}
		l.yield = func(o dataset.Object) bool { return yield(o, nil) }
		err := error(nil)
		if l.snapshot, err = s.snapshotAt(ctx, q.At); err == nil {
			prefix := s.place.Prefix + q.Prefix
			directory := prefix[:strings.LastIndexByte(prefix, '/')+1]
			err = l.walk(directory, prefix[len(directory):], 0)
		}
		if err != nil {
			yield(dataset.Object{}, err)
		}
	}
}

// lister is one listing on its way. Its names are paths in the share.
type lister struct {
	*Share
	ctx      context.Context
	snapshot string
	after    string // only what is greater
	yield    func(dataset.Object) bool
	left     bool // the caller wants no more
}

// walk yields what is below a directory, whose path is "" or ends in a slash, and begins with prefix in it.
func (l *lister) walk(directory, prefix string, depth int) error {
	if depth > deepest {
		return l.about("listing_refused", directory, "lies deeper than Azure Files has directories")
	}
	if directory < l.after && !strings.HasPrefix(l.after, directory) {
		return nil // all of it is before
	}
	for low, more := l.lowest(directory), true; more; {
		var batch []dataset.Object
		var err error
		if batch, more, err = l.smallest(directory, prefix, low); err != nil {
			return err
		}
		for _, o := range batch {
			if err := l.visit(directory, o, depth); err != nil || l.left {
				return err
			}
			low = o.Name + "\x00"
		}
	}
	return nil
}

func (l *lister) visit(directory string, o dataset.Object, depth int) error {
	path := directory + o.Name
	if strings.HasPrefix(path, l.place.Prefix+own) {
		return nil
	}
	if strings.HasSuffix(o.Name, "/") {
		return l.walk(path, "", depth+1)
	}
	o.Name, o.Version = strings.TrimPrefix(path, l.place.Prefix), versionOf(l.snapshot)
	l.left = !l.yield(o)
	return nil
}

// lowest is the least name in a directory that can lead to something behind l.after.
func (l *lister) lowest(directory string) string {
	below, inside := strings.CutPrefix(l.after, directory)
	if !inside {
		return ""
	}
	if slash := strings.IndexByte(below, '/'); slash >= 0 {
		return below[:slash+1]
	}
	if below == "" {
		return ""
	}
	return below + "\x00"
}

// pages yields the pages of one directory. One that is not there is empty: it may have gone since it was listed.
func (l *lister) pages(directory, prefix string) iter.Seq2[page, error] {
	return func(yield func(page, error) bool) {
		query := url.Values{"restype": {"directory"}, "comp": {"list"}, "include": {"Timestamps,ETag"}}
		if prefix != "" {
			query.Set("prefix", prefix)
		}
		if l.snapshot != "" {
			query.Set("sharesnapshot", l.snapshot)
		}
		for {
			p, err := l.page(directory, query)
			if dataplane.CodeOf(err) == dataset.CodeNotFound {
				return
			}
			if err == nil && p.Next != "" && p.Next == query.Get("marker") {
				err = &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopStorage, Code: "bad_answer", Text: l.base.Host + " lists the same page of " + l.place.String() + " again"}
			}
			if !yield(p, err) || err != nil || p.Next == "" {
				return
			}
			query.Set("marker", p.Next)
		}
	}
}

// page reads one page whole: who lists may take its time between two objects, and a connection does not wait.
func (l *lister) page(directory string, query url.Values) (page, error) {
	h := http.Header{"X-Ms-File-Extended-Info": {"true"}}
	resp, err := l.do(l.ctx, call{method: http.MethodGet, what: "list", path: strings.TrimSuffix(directory, "/"), query: query, header: h, want: http.StatusOK})
	if err != nil {
		return page{}, err
	}
	defer resp.Body.Close()
	var p page
	if err := decode(resp.Body, &p); err != nil {
		return page{}, l.unreadable(resp, err)
	}
	return p, dataplane.Drain(resp)
}
