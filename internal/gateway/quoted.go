package gateway

import "github.com/go-json-experiment/json/jsontext"

// quoted appends a text as a JSON string. All texts here are UTF-8: they come out of JSON, or are ours.
func quoted(dst []byte, text string) []byte {
	out, err := jsontext.AppendQuote(dst, text)
	if err != nil { // broken UTF-8, which AppendQuote has replaced
		return out
	}
	return out
}
