package answer

import (
	"regexp"
	"slices"
	"strings"
)

// Function is a tool that a caller has declared. Parameters is its schema: JSON's, or Google's with types in capitals.
type Function struct {
	Name       string
	Parameters map[string]any
}

// Call is a function that the model wants to have called.
type Call struct {
	Name string
	Args map[string]any
}

// Calls are the functions that a prompt names, in the order of their declaration; with force, the first one if it names
// none. An argument is what the prompt gives for its name (see Value); one that is required and not given has a sample.
func Calls(prompt string, functions []Function, force bool) []Call {
	var out []Call
	for _, f := range functions {
		if named(prompt, f.Name) {
			out = append(out, f.call(prompt))
		}
	}
	if len(out) == 0 && force && len(functions) > 0 {
		out = append(out, functions[0].call(prompt))
	}
	return out
}

func named(prompt, name string) bool {
	form, err := regexp.Compile(`(?:^|[^\pL\pN_])` + regexp.QuoteMeta(name) + `(?:$|[^\pL\pN_])`)
	return err == nil && name != "" && form.MatchString(prompt)
}

func (f Function) call(prompt string) Call {
	out := Call{f.Name, map[string]any{}}
	properties, _ := f.Parameters["properties"].(map[string]any)
	required, _ := f.Parameters["required"].([]any)
	for name, property := range properties {
		_, given := Value(prompt, name)
		if given || slices.Contains(required, any(name)) {
			schema, _ := property.(map[string]any)
			out.Args[name] = filler{root: f.Parameters, prompt: prompt}.fill(schema, name, 0)
		}
	}
	for _, r := range required { // one that the schema does not describe
		if name, ok := r.(string); ok && out.Args[name] == nil {
			out.Args[name] = filler{prompt: prompt}.fill(nil, name, 0)
		}
	}
	return out
}

// kind is a schema's type in lower case; the first that is not null.
func kind(schema map[string]any) string {
	switch t := schema["type"].(type) {
	case string:
		return strings.ToLower(t)
	case []any:
		for _, one := range t {
			if s, ok := one.(string); ok && s != "null" {
				return strings.ToLower(s)
			}
		}
	}
	if schema["properties"] != nil {
		return "object"
	}
	return "string"
}
