package dialect

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// member is one member of an object.
type member struct {
	name  string
	value jsontext.Value
}

// edit copies a JSON object without the members named in drop and those of set, then adds set; every other byte of a
// member stays as it was. The body has been read before, so it is one valid object.
func edit(body []byte, drop []string, set []member) ([]byte, error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(body))
	if _, err := d.ReadToken(); err != nil {
		return nil, invalid("body", "the body is no JSON object", "")
	}
	out := append(make([]byte, 0, len(body)+128), '{')
	for d.PeekKind() == '"' {
		token, err := d.ReadToken()
		if err != nil {
			return nil, invalid("body", "the body is no valid JSON", "")
		}
		name := token.String()
		value, err := d.ReadValue()
		if err != nil {
			return nil, invalid("body", "the body is no valid JSON", "")
		}
		if slices.Contains(drop, name) || slices.ContainsFunc(set, func(m member) bool { return m.name == name }) {
			continue
		}
		out = append(appendJSON(out, name), ':')
		out = append(append(out, value...), ',')
	}
	for _, m := range set {
		out = append(appendJSON(out, m.name), ':')
		out = append(append(out, m.value...), ',')
	}
	return append(bytes.TrimSuffix(out, []byte{','}), '}'), nil
}
