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

// edit copies a JSON object without the members named in drop and those of set, then adds set. A member that stays
// keeps its bytes, its place and its spelling of numbers.
func edit(object []byte, drop []string, set []member) ([]byte, error) {
	out := append(make([]byte, 0, len(object)+128), '{')
	err := members(object, func(name string, value jsontext.Value) {
		if !slices.Contains(drop, name) && !slices.ContainsFunc(set, func(m member) bool { return m.name == name }) {
			out = append(appendMember(out, name, value), ',')
		}
	})
	for _, m := range set {
		out = append(appendMember(out, m.name, m.value), ',')
	}
	return append(bytes.TrimSuffix(out, []byte{','}), '}'), err
}

func appendMember(dst []byte, name string, value jsontext.Value) []byte {
	return append(append(appendJSON(dst, name), ':'), value...)
}

// members calls each for every member of an object, in order. The value is lent for the time of the call.
func members(object []byte, each func(name string, value jsontext.Value)) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(object))
	if d.PeekKind() != '{' {
		return invalid("body", "the body is no JSON object", "")
	}
	if _, err := d.ReadToken(); err != nil {
		return read(object, new(struct{}))
	}
	for d.PeekKind() == '"' {
		token, err := d.ReadToken()
		if err != nil {
			return read(object, new(struct{}))
		}
		name := token.String()
		value, err := d.ReadValue()
		if err != nil {
			return read(object, new(struct{}))
		}
		each(name, value)
	}
	return nil
}
