package keyvaultapi

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// mostItems is how many items a page has at most, and when nobody says.
const mostItems = 25

// page answers with a part of a list and the way to the next one.
func (c *call) page(items []any) (any, *Problem) {
	query := c.URL.Query()
	most, from := mostItems, 0
	if text := query.Get("maxresults"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > mostItems {
			return nil, badParameter("The request URI contains an invalid value for 'maxresults'.")
		}
		most = n
	}
	if text := query.Get("$skiptoken"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > len(items) {
			return nil, badParameter("The request URI contains an invalid value for '$skiptoken'.")
		}
		from = n
	}
	to := min(from+most, len(items))
	out := map[string]any{"value": append([]any{}, items[from:to]...), "nextLink": nil}
	if to < len(items) {
		next := url.Values{"api-version": query["api-version"], "maxresults": {strconv.Itoa(most)}, "$skiptoken": {strconv.Itoa(to)}}
		out["nextLink"] = c.Base + "/" + strings.Trim(c.Path, "/") + "?" + next.Encode()
	}
	return out, nil
}

// byID is versions in the order in which Key Vault lists them: that of their ids, which is not that of time.
func byID[T any](versions []T, id func(T) string) []T {
	return slices.SortedFunc(slices.Values(versions), func(a, b T) int { return strings.Compare(id(a), id(b)) })
}
