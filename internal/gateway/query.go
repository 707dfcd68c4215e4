package gateway

import (
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

// enumNumbers is what Google's generated REST clients add to $alt: numbers for the names of enums. They read both, and
// the guard reads names, so that names are asked for.
const enumNumbers = ";enum-encoding=int"

// ofCollections are the query parameters that go on to a collection's methods, beside alt.
var ofCollections = map[string]bool{
	"pageSize": true, "pageToken": true, "filter": true, "orderBy": true, "readMask": true, "updateMask": true, "view": true, "listAllVersions": true,
}

// dropped are Google's standard parameters that say nothing that the gateway wants to go on: a key is a credential, fields
// could hide the usage.
var dropped = map[string]bool{
	"key": true, "prettyPrint": true, "$prettyPrint": true, "quotaUser": true, "$.xgafv": true, "fields": true, "$fields": true, "beta": true,
}

// parseQuery reads a request's query. What goes on is made anew; a parameter that nobody knows is refused, and so are the
// forms of an answer that the guard cannot read.
func parseQuery(raw string, t *prompt.Target) (query string, err error) {
	if raw == "" {
		return "", nil
	}
	values, err := url.ParseQuery(raw)
	if err != nil || strings.Contains(raw, ";") {
		return "", badQuery("the query of the URL is malformed", "")
	}
	kept := url.Values{}
	for key, list := range values {
		switch {
		case key == "alt" || key == "$alt":
			form := strings.TrimSuffix(list[0], enumNumbers)
			if len(list) != 1 || form != "sse" && form != "json" || kept.Has("alt") {
				return "", badQuery("alt is neither sse nor json", "leave it out, or use alt=sse for a stream")
			}
			kept.Set("alt", form)
		case dropped[key]:
		case ofCollections[key] && t.Collection != "":
			kept[key] = list
		default:
			return "", badQuery("the URL has a query parameter that the gateway does not know", "leave it out; known are alt and, for collections, pageSize, pageToken, filter and the like")
		}
	}
	return kept.Encode(), nil
}

func badQuery(text, hint string) error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "query_invalid", Text: text, Hint: hint}
}
