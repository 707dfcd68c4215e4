package conform

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/dataset"
)

// naming is a case for each kind of name, so that a store's deviation is one name on its list.
func naming() []Case {
	var cases []Case
	for what, name := range oddNames {
		cases = append(cases, Case{"a name with " + what, nil, func(ctx context.Context, s *scratch) error { return s.keepsName(ctx, s.dir+name) }})
	}
	slices.SortFunc(cases, func(a, b Case) int { return strings.Compare(a.Name, b.Name) })
	return append(cases, Case{"a name of 1024 bytes", nil, longName})
}

var oddNames = map[string]string{
	"spaces":               " a  b ",
	"Unicode":              "ünïcödé/日本語/😀/e\u0301",
	"percent signs":        "100%/%2F/%zz%25",
	"a trailing slash":     "folder/",
	"two slashes":          "a//b",
	"a question mark":      "a?b=c&d#e",
	"a plus":               "a+b=c;d,e@f:g$h",
	"quotes":               `a"b'c<d>e&f`,
	"a backslash":          `a\b`,
	"brackets and a tilde": "a[b]{c}(d)~e^f|g*h!",
	"a leading dot":        ".hidden/.x",
	"dots in the middle":   "a..b/...",
}

// longName is 1024 bytes with the place's own prefix, in components that a directory can hold.
func longName(ctx context.Context, s *scratch) error {
	name := s.dir
	for whole := 1024 - len(s.Reader.Place().Prefix); len(name) < whole; {
		name += strings.Repeat("n", min(200, whole-len(name)))
		if len(name) < whole-1 {
			name += "/"
		}
	}
	return s.keepsName(ctx, name)
}

// keepsName wants a name to come back from every method as it was given.
func (s *scratch) keepsName(ctx context.Context, name string) error {
	body := []byte(name)
	o, err := s.Seed(ctx, name, body)
	if err != nil {
		return wrong(fmt.Sprintf("%q to be written", name), err)
	}
	if o.Name != name {
		return wrong(fmt.Sprintf("the name %q to come back from a write", name), o.Name)
	}
	listed, err := s.list(ctx, dataset.Query{Prefix: s.dir})
	if err != nil || len(listed) != 1 || listed[0].Name != name {
		return wrong(fmt.Sprintf("%q to be listed", name), fmt.Sprintf("%q, %v", names(listed), err))
	}
	if listed, err = s.list(ctx, dataset.Query{Prefix: name}); err != nil || len(listed) != 1 {
		return wrong(fmt.Sprintf("%q to be listed under its own name as a prefix", name), fmt.Sprintf("%q, %v", names(listed), err))
	}
	if listed, err = s.list(ctx, dataset.Query{Prefix: s.dir, After: name}); err != nil || len(listed) != 0 {
		return wrong(fmt.Sprintf("nothing to be listed after %q", name), fmt.Sprintf("%q, %v", names(listed), err))
	}
	return s.isNow(ctx, name, body)
}
