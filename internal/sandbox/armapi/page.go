package armapi

import (
	"net/http"
	"strconv"
)

// pageSize is how many items a page has when the caller does not say.
const pageSize = 100

// page answers with one page of a list, and a link to the next.
func page[T any](c *call, items []T) {
	query := c.URL.Query()
	size, start := pageSize, 0
	if text := query.Get("$top"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			c.problem(http.StatusBadRequest, "InvalidTopParameter", "The value '"+text+"' of the query parameter '$top' is not a positive number.")
			return
		}
		size = min(n, pageSize)
	}
	if text := query.Get("$skiptoken"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			c.problem(http.StatusBadRequest, "InvalidSkipToken", "The skip token '"+text+"' is not valid.")
			return
		}
		start = n
	}
	start = min(start, len(items))
	end := min(start+size, len(items))
	value := items[start:end]
	if value == nil {
		value = []T{}
	}
	out := object{"value": value}
	if end < len(items) {
		query.Set("$skiptoken", strconv.Itoa(end))
		out["nextLink"] = c.base() + c.URL.Path + "?" + query.Encode()
	}
	c.write(http.StatusOK, out)
}
