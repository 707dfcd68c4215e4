package storage

import (
	"bytes"
	"context"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/dataset"
)

// pageSize is the most that Cloud Storage lists at once.
const pageSize = "1000"

// afterHidden is the first name that does not begin with hidden, of those that are not less.
const afterHidden = ".landbridge0"

// List implements dataset.Reader. A query whose prefix names what is hidden lists it.
func (s *Store) List(ctx context.Context, q dataset.Query) iter.Seq2[dataset.Object, error] {
	return func(yield func(dataset.Object, error) bool) {
		if !q.At.IsZero() {
			if err := s.keepsHistory(ctx); err != nil {
				yield(dataset.Object{}, err)
				return
			}
		}
		for o, err := range then(s.generations(ctx, q), q.At) {
			if err != nil {
				yield(dataset.Object{}, err)
				return
			}
			if !yield(o, nil) {
				return
			}
		}
	}
}

// then chooses of each name's generations, which come oldest first, the one that was live at a time: the newest that was made by
// then, if it was not replaced or deleted by then. With the zero time the listing has live objects only.
func then(all iter.Seq2[resource, error], at time.Time) iter.Seq2[dataset.Object, error] {
	return func(yield func(dataset.Object, error) bool) {
		var last resource
		for r, err := range all {
			if err != nil {
				yield(dataset.Object{}, err)
				return
			}
			if at.IsZero() {
				if !yield(r.Object, nil) {
					return
				}
				continue
			}
			if last.Name != "" && r.Name != last.Name {
				if !yield(last.Object, nil) {
					return
				}
				last = resource{}
			}
			if !r.Modified.After(at) && (r.noncurrent.IsZero() || r.noncurrent.After(at)) {
				last = r
			}
		}
		if last.Name != "" {
			yield(last.Object, nil)
		}
	}
}

// generations yields what a query's pages hold, names below the place's prefix, hidden ones left out.
func (s *Store) generations(ctx context.Context, q dataset.Query) iter.Seq2[resource, error] {
	return func(yield func(resource, error) bool) {
		showHidden := strings.HasPrefix(q.Prefix, hidden)
		from, more := q.After, true
		for more {
			more = false
			for r, err := range s.pages(ctx, q, from) {
				if err != nil {
					yield(resource{}, err)
					return
				}
				r.Object = s.below(r.Object)
				if r.Name <= q.After && q.After != "" {
					continue
				}
				if !showHidden && strings.HasPrefix(r.Name, hidden) {
					from, more = afterHidden, true // there may be many: go on behind them
					break
				}
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

// pages reads page after page, each while the one before is being used.
func (s *Store) pages(ctx context.Context, q dataset.Query, from string) iter.Seq2[resource, error] {
	query := url.Values{
		"maxResults": {pageSize}, "fields": {"nextPageToken,items(" + objectFields + ")"}, "prefix": {s.options.Prefix + q.Prefix},
	}
	if from != "" {
		query.Set("startOffset", s.options.Prefix+from)
	}
	if !q.At.IsZero() {
		query.Set("versions", "true")
	}
	return func(yield func(resource, error) bool) {
		inner, cancel := context.WithCancel(ctx)
		pages := make(chan fetched)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			s.fetch(inner, query, pages)
		}()
		defer func() { cancel(); <-ended }()
		for f := range pages {
			if f.err != nil {
				yield(resource{}, f.err)
				return
			}
			for _, r := range f.page.objects {
				if !yield(r, nil) {
					return
				}
			}
			if f.page.next == "" {
				return
			}
		}
		yield(resource{}, context.Cause(ctx)) // the pages ended before the last one: only the caller can have ended them
	}
}

// fetched is a page, or why there is none.
type fetched struct {
	page page
	err  error
}

// fetch reads pages into a channel until the last one, an error, or the context's end, and closes it. Two pages are in memory: the
// one that is used, and the next.
func (s *Store) fetch(ctx context.Context, query url.Values, pages chan<- fetched) {
	defer close(pages)
	var buffer bytes.Buffer
	var room [2][]resource
	known := words{}
	for i := 0; ; i++ {
		page, err := s.page(ctx, query, &buffer, room[i%2], known)
		room[i%2] = page.objects
		select {
		case pages <- fetched{page, err}:
		case <-ctx.Done():
			return
		}
		if err != nil || page.next == "" {
			return
		}
		query.Set("pageToken", page.next)
	}
}

func (s *Store) page(ctx context.Context, query url.Values, buffer *bytes.Buffer, room []resource, known words) (page, error) {
	resp, err := s.do(ctx, request{method: http.MethodGet, path: s.base + "/o", query: query})
	if err != nil {
		return page{}, err
	}
	defer resp.Body.Close()
	if err := read(resp, buffer); err != nil {
		return page{}, err
	}
	out, err := parsePage(buffer.Bytes(), room, known)
	if err != nil {
		return page{}, malformed(err)
	}
	return out, nil
}
