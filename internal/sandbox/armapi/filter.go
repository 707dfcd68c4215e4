package armapi

import (
	"net/http"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// filterTerm is one of: NAME eq 'VALUE', NAME('VALUE'), NAME(). A quote in a value is doubled.
var filterTerm = bridge.FormOf(`^(?:([A-Za-z]+) eq '((?:[^']|'')*)'|([A-Za-z]+\(\))|([A-Za-z]+)\('((?:[^']|'')*)'\))$`)

var conjunction = bridge.FormOf(`(?i)\s+and\s+`)

// filter reads $filter: terms joined by "and", each of one of the names. The value of NAME() is "".
func (c *call) filter(names ...string) (map[string]string, bool) {
	text := strings.TrimSpace(c.URL.Query().Get("$filter"))
	out := map[string]string{}
	if text == "" {
		return out, true
	}
	for _, term := range conjunction().Split(text, -1) {
		found := filterTerm().FindStringSubmatch(strings.TrimSpace(term))
		if found == nil {
			c.badFilter(text)
			return nil, false
		}
		at := slices.IndexFunc(names, func(name string) bool { return strings.EqualFold(name, found[1]+found[3]+found[4]) })
		if at < 0 {
			c.badFilter(text)
			return nil, false
		}
		out[names[at]] = strings.ReplaceAll(found[2]+found[5], "''", "'")
	}
	return out, true
}

func (c *call) badFilter(text string) {
	c.problem(http.StatusBadRequest, "UnsupportedQuery", "The filter '"+text+"' is not supported. Supported filters are either 'atScope()' or 'principalId eq '{value}' or assignedTo('{value}')'.")
}
