package message

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Violation is one thing that is wrong with a JSON body, in Google's words.
type Violation struct {
	Field       string // generation_config.temperature; empty for the root
	Description string
}

// Refusal is every violation of a body.
type Refusal struct{ Violations []Violation }

func (e *Refusal) Error() string {
	lines := make([]string, len(e.Violations))
	for i, v := range e.Violations {
		lines[i] = v.Description
	}
	return strings.Join(lines, "\n")
}

// FromJSON checks a JSON body against a message and returns it as canonical JSON: names in camelCase, enums by name. As
// Google's front end it takes camelCase and snake_case, and a lone value where a list is expected. The error is a
// *Refusal.
func (s *Set) FromJSON(name string, body []byte) ([]byte, error) {
	object, err := Object(body)
	if err != nil {
		return nil, err
	}
	c := &checker{}
	canonical := c.object(s.message(name), "", object)
	if len(c.violations) > 0 {
		return nil, &Refusal{c.violations}
	}
	return json.Marshal(canonical)
}

// Object reads a JSON object whose message is not known; an empty body is an empty object. The error is a *Refusal.
func Object(body []byte) (map[string]any, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return map[string]any{}, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	err := decoder.Decode(&v)
	if err == nil && decoder.More() {
		err = json.Unmarshal(body, new(any))
	}
	if err != nil {
		return nil, &Refusal{[]Violation{{Description: syntaxText(body, err)}}}
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, &Refusal{[]Violation{{Description: "Invalid JSON payload received. Root element must be a message."}}}
	}
	return object, nil
}

// syntaxText is "Unexpected token." with a piece of the line and a caret under the place.
func syntaxText(body []byte, err error) string {
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	if !ok || syntax.Error() == "unexpected end of JSON input" {
		return "Invalid JSON payload received. Unexpected end of string."
	}
	at := min(max(int(syntax.Offset)-1, 0), len(body))
	start := max(bytes.LastIndexByte(body[:at], '\n')+1, at-20)
	end := min(len(body), at+20)
	if i := bytes.IndexByte(body[at:end], '\n'); i >= 0 {
		end = at + i
	}
	return "Invalid JSON payload received. Unexpected token.\n" + strings.ToValidUTF8(string(body[start:end]), "?") + "\n" + strings.Repeat(" ", at-start) + "^"
}

type checker struct{ violations []Violation }

func (c *checker) refuse(field, format string, args ...any) {
	c.violations = append(c.violations, Violation{field, fmt.Sprintf(format, args...)})
}

func (c *checker) object(m protoreflect.MessageDescriptor, path string, in map[string]any) map[string]any {
	out := make(map[string]any, len(in))
	names := make([]string, 0, len(in))
	for name := range in {
		names = append(names, name)
	}
	slices.Sort(names) // so that the refusal does not depend on the map's order
	for _, name := range names {
		value := in[name]
		f := m.Fields().ByJSONName(name)
		if f == nil {
			f = m.Fields().ByName(protoreflect.Name(name))
		}
		if f == nil {
			c.refuse(path, "Invalid JSON payload received. Unknown name %q%s: Cannot find field.", name, at(path))
			continue
		}
		if value == nil && f.Message() != nil && f.Message().FullName() != "google.protobuf.Value" || value == nil && f.Message() == nil {
			continue // null is absent
		}
		out[f.JSONName()] = c.field(f, join(path, string(f.Name())), path, value)
	}
	return out
}

func (c *checker) field(f protoreflect.FieldDescriptor, path, parent string, value any) any {
	list, isList := value.([]any)
	switch {
	case f.IsMap():
		entries, ok := value.(map[string]any)
		if !ok {
			c.refuse(path, "Invalid value at '%s' (Map), %s", path, quote(value))
			return nil
		}
		out := make(map[string]any, len(entries))
		for key, entry := range entries {
			out[key] = c.value(f.MapValue(), path+"."+key, entry)
		}
		return out
	case f.IsList():
		if !isList {
			list = []any{value}
		}
		out := make([]any, len(list))
		for i, item := range list {
			out[i] = c.value(f, path+"["+strconv.Itoa(i)+"]", item)
		}
		return out
	case isList && !takesAnything(f):
		c.refuse(parent, "Invalid JSON payload received. Unknown name %q%s: Proto field is not repeating, cannot start list.", f.Name(), at(parent))
		return nil
	}
	return c.value(f, path, value)
}

func (c *checker) value(f protoreflect.FieldDescriptor, path string, value any) any {
	switch f.Kind() {
	case protoreflect.MessageKind:
		return c.message(f.Message(), path, value)
	case protoreflect.EnumKind:
		if text, ok := value.(string); ok && f.Enum().Values().ByName(protoreflect.Name(text)) != nil {
			return text
		}
		if n, ok := integer(value); ok {
			if v := f.Enum().Values().ByNumber(protoreflect.EnumNumber(n)); v != nil {
				return string(v.Name())
			}
			return n // proto3 keeps unknown numbers
		}
		c.refuse(path, "Invalid value at '%s' (type.googleapis.com/%s), %s", path, f.Enum().FullName(), quote(value))
		return nil
	}
	if fits(f.Kind(), value) {
		return value
	}
	c.refuse(path, "Invalid value at '%s' (TYPE_%s), %s", path, strings.ToUpper(f.Kind().String()), quote(value))
	return nil
}

func (c *checker) message(m protoreflect.MessageDescriptor, path string, value any) any {
	if m.FullName() == "google.protobuf.Value" {
		return value
	}
	object, isObject := value.(map[string]any)
	if m.ParentFile().Package() == "google.protobuf" {
		_, isText := value.(string)
		if wantsText := m.Name() == "Duration" || m.Name() == "Timestamp"; wantsText == isText && wantsText != isObject {
			return value
		}
	} else if isObject {
		return c.object(m, path, object)
	}
	c.refuse(path, "Invalid value at '%s' (type.googleapis.com/%s), %s", path, m.FullName(), quote(value))
	return nil
}

func takesAnything(f protoreflect.FieldDescriptor) bool {
	return f.Message() != nil && f.Message().FullName() == "google.protobuf.Value"
}

// fits says whether a JSON value can be a scalar of this kind; numbers may be written as strings.
func fits(kind protoreflect.Kind, value any) bool {
	switch kind {
	case protoreflect.StringKind:
		_, ok := value.(string)
		return ok
	case protoreflect.BytesKind:
		text, ok := value.(string)
		return ok && isBase64(text)
	case protoreflect.BoolKind:
		_, ok := value.(bool)
		return ok
	case protoreflect.DoubleKind, protoreflect.FloatKind:
		_, err := strconv.ParseFloat(fmt.Sprint(value), 64)
		_, isBool := value.(bool)
		return err == nil && !isBool
	default:
		_, ok := integer(value)
		return ok
	}
}

func integer(value any) (int64, bool) {
	switch value.(type) {
	case json.Number, string:
	default:
		return 0, false
	}
	f, err := strconv.ParseFloat(fmt.Sprint(value), 64)
	return int64(f), err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<63
}

func isBase64(text string) bool {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	_, err := base64.RawStdEncoding.DecodeString(text)
	return err == nil
}

func at(path string) string {
	if path == "" {
		return ""
	}
	return " at '" + path + "'"
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// quote shows a JSON value as Google's texts do, cut short: the body may hold what nobody wants in an error.
func quote(value any) string {
	out, err := json.Marshal(value)
	if err != nil {
		return "?"
	}
	if len(out) > 64 {
		return string(bytes.ToValidUTF8(out[:64], nil)) + "..."
	}
	return string(out)
}
