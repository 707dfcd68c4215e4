package transfer

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Filter chooses objects by their names. The zero Filter takes all.
type Filter struct{ include, exclude *regexp.Regexp }

// NewFilter takes what matches one of include, or everything when there is none, and does not match one of exclude. A pattern is
// matched against the whole name: "?" stands for one character and "*" for any number of them but "/", "**" for any, and "**/" for any
// number of folders or none.
func NewFilter(include, exclude []string) (Filter, error) {
	in, err := anyOf(include)
	if err != nil {
		return Filter{}, err
	}
	out, err := anyOf(exclude)
	return Filter{in, out}, err
}

// Takes says whether a name is chosen.
func (f Filter) Takes(name string) bool {
	return (f.include == nil || f.include.MatchString(name)) && (f.exclude == nil || !f.exclude.MatchString(name))
}

func anyOf(globs []string) (*regexp.Regexp, error) {
	if len(globs) == 0 {
		return nil, nil //nolint:nilnil // no patterns, no matcher
	}
	all := make([]string, len(globs))
	for i, g := range globs {
		if g == "" || strings.HasPrefix(g, "/") {
			return nil, &bridge.Error{
				Kind: bridge.Usage, Code: "pattern_refused", Text: fmt.Sprintf("the pattern %q matches no name: names have no leading slash", g),
				Hint: "write " + strings.TrimLeft(g, "/") + "**",
			}
		}
		all[i] = expression(g)
	}
	whole, err := regexp.Compile(`(?s)\A(?:` + strings.Join(all, "|") + `)\z`)
	if err != nil {
		return nil, &bridge.Error{Kind: bridge.Usage, Code: "pattern_refused", Text: fmt.Sprintf("the patterns %q cannot be read", globs), Cause: err}
	}
	return whole, nil
}

// expression is a glob as a regular expression.
func expression(glob string) string {
	var b strings.Builder
	for i := 0; i < len(glob); i++ {
		switch rest := glob[i:]; {
		case strings.HasPrefix(rest, "**/") && (i == 0 || glob[i-1] == '/'):
			b.WriteString(`(?:.*/)?`)
			i += 2
		case strings.HasPrefix(rest, "**"):
			b.WriteString(`.*`)
			i++
		case rest[0] == '*':
			b.WriteString(`[^/]*`)
		case rest[0] == '?':
			b.WriteString(`[^/]`)
		default:
			n := strings.IndexAny(rest, "*?")
			if n < 0 {
				n = len(rest)
			}
			b.WriteString(regexp.QuoteMeta(rest[:n]))
			i += n - 1
		}
	}
	return b.String()
}
