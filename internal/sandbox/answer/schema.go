package answer

import (
	"slices"
	"strconv"
	"strings"
)

// Fill makes a value that a schema describes: strings and numbers are what the prompt gives for their names (see Value),
// else what it asks to hear again, else samples.
func Fill(schema map[string]any, prompt string) any {
	return filler{root: schema, prompt: prompt}.fill(schema, "", 0)
}

// filler fills one schema. Depth is bounded, for schemas that name themselves.
type filler struct {
	root   map[string]any
	prompt string
}

const deepest = 8

func (f filler) fill(schema map[string]any, name string, depth int) any {
	schema = f.resolve(schema)
	given, ok := Value(f.prompt, name)
	if !ok {
		given = f.text(name)
	}
	if choices, _ := schema["enum"].([]any); len(choices) > 0 {
		if slices.Contains(choices, any(given)) {
			return given
		}
		return choices[0]
	}
	switch kind(schema) {
	case "integer":
		if n, err := strconv.ParseInt(given, 10, 64); err == nil {
			return n
		}
		return 1
	case "number":
		if n, err := strconv.ParseFloat(given, 64); err == nil {
			return n
		}
		return 1
	case "boolean":
		return given != "false"
	case "null":
		return nil
	case "array":
		return f.list(schema, name, depth)
	case "object":
		return f.object(schema, depth)
	}
	return given
}

func (f filler) text(name string) string {
	if echo, ok := Echo(f.prompt, ""); ok {
		return echo
	}
	return name
}

func (f filler) list(schema map[string]any, name string, depth int) any {
	out := []any{}
	items, ok := schema["items"].(map[string]any)
	if _, given := Value(f.prompt, name); depth > deepest || !ok && !given {
		return out
	}
	return append(out, f.fill(items, name, depth+1))
}

func (f filler) object(schema map[string]any, depth int) any {
	out := map[string]any{}
	if depth > deepest {
		return out
	}
	properties, _ := schema["properties"].(map[string]any)
	for name, property := range properties {
		p, _ := property.(map[string]any)
		out[name] = f.fill(p, name, depth+1)
	}
	return out
}

// resolve follows a reference into the root's definitions, and takes the first of several forms.
func (f filler) resolve(schema map[string]any) map[string]any {
	for range deepest {
		if ref, ok := schema["$ref"].(string); ok {
			defs, _ := f.root[strings.TrimSuffix(strings.TrimPrefix(ref[:max(0, strings.LastIndexByte(ref, '/'))], "#/"), "/")].(map[string]any)
			schema, _ = defs[ref[strings.LastIndexByte(ref, '/')+1:]].(map[string]any)
			continue
		}
		forms, ok := schema["anyOf"].([]any)
		if !ok || len(forms) == 0 {
			return schema
		}
		schema, _ = forms[0].(map[string]any)
	}
	return schema
}
