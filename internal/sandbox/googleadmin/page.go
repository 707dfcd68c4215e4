package googleadmin

import (
	"encoding/base64"
	"net/url"
	"strconv"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
)

// page cuts a list as Google does: pageSize items, at most most, from where the token says; the next token is "" at the end.
func page[T any](query url.Values, items []T, size, most int) (cut []T, next string, p *problem) {
	if text := query.Get("pageSize"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, "", googleapi.Invalid("Invalid value for page_size: " + text + ".")
		}
		if n > 0 {
			size = n
		}
	}
	size = min(size, most)
	start := 0
	if token := query.Get("pageToken"); token != "" {
		text, err := base64.RawURLEncoding.DecodeString(token)
		if err == nil {
			start, err = strconv.Atoi(string(text))
		}
		if err != nil || start < 0 || start > len(items) {
			return nil, "", googleapi.Invalid("Invalid page token.")
		}
	}
	end := min(start+size, len(items))
	if end < len(items) {
		next = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(end)))
	}
	return items[start:end], next, nil
}

// listed answers a page under its name.
func listed(name string, items []map[string]any, next string) map[string]any {
	out := map[string]any{}
	if len(items) > 0 {
		out[name] = items
	}
	if next != "" {
		out["nextPageToken"] = next
	}
	return out
}
