package gateway

import (
	"strings"

	"github.com/landbridge/landbridge/internal/splice"
)

// hinted adds to the message of Google's "not found" what is wrong most often: the model is not served where it was
// asked. A body of another form stays as it is.
func hinted(body []byte, location string) []byte {
	out, err := splice.Rewrite(nil, body, hint("; the gateway asked for it in location "+location+
		": is the model served there, spelled so, and not retired? docs/gateway.md lists where to look"))
	if err != nil {
		return body
	}
	return out
}

// hint is added to the string error.message.
type hint string

func (hint) Visit(at *splice.Path, kind byte) splice.Action {
	switch {
	case at.Depth() == 0 || at.Match("error") || at.Match("*") || at.Match("*", "error"):
		return splice.Into
	case kind == splice.String && (at.Match("error", "message") || at.Match("*", "error", "message")):
		return splice.Read
	}
	return splice.Skip
}

func (h hint) Text(_ *splice.Path, text string) (string, error) {
	return strings.TrimSuffix(text, ".") + string(h), nil
}
func (hint) Raw(_ *splice.Path, raw []byte) ([]byte, error)             { return raw, nil }
func (hint) Leave(*splice.Path, func(name string) bool) []splice.Member { return nil }
