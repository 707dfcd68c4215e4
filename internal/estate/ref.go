package estate

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Ref is a reference to an output of another thing, {{ADDRESS.OUTPUT}}: "{{cluster/prod.issuer}}". It may stand inside a
// longer string. A renderer writes it as an expression of its language; a plan puts the value in as soon as it is known.
func Ref(address, output string) string { return "{{" + address + "." + output + "}}" }

var refs = bridge.FormOf(`\{\{([^{}]+)\.([a-z_]+)\}\}`)

// Reference is a Ref taken apart.
type Reference struct{ Address, Output string }

// References lists the references in a string.
func References(s string) []Reference {
	var out []Reference
	for _, m := range refs().FindAllStringSubmatch(s, -1) {
		out = append(out, Reference{m[1], m[2]})
	}
	return out
}

// Replace puts a text in the place of each reference.
func Replace(s string, with func(Reference) string) string {
	if !strings.Contains(s, "{{") {
		return s
	}
	return refs().ReplaceAllStringFunc(s, func(m string) string {
		part := refs().FindStringSubmatch(m)
		return with(Reference{part[1], part[2]})
	})
}

// Resolve returns a copy of a spec with every reference replaced, in fields, lists and maps, also in those that only say
// where the thing is.
func Resolve(s Spec, with func(Reference) string) Spec {
	old := reflect.ValueOf(s).Elem()
	fresh := reflect.New(old.Type())
	fresh.Elem().Set(resolve(old, with))
	return fresh.Interface().(Spec)
}

func resolve(v reflect.Value, with func(Reference) string) reflect.Value {
	switch v.Kind() {
	case reflect.String:
		out := reflect.New(v.Type()).Elem()
		out.SetString(Replace(v.String(), with))
		return out
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(resolve(v.Index(i), with))
		}
		return out
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeMapWithSize(v.Type(), v.Len())
		for _, key := range v.MapKeys() {
			out.SetMapIndex(key, resolve(v.MapIndex(key), with))
		}
		return out
	case reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			out.Field(i).Set(resolve(v.Field(i), with))
		}
		return out
	}
	return v
}

// AllReferences lists the references of a whole spec.
func AllReferences(s Spec) []Reference {
	var out []Reference
	Resolve(s, func(r Reference) string { out = append(out, r); return "" })
	return out
}

// Texts lists every string of a spec: fields, also those that only say where the thing is, lists, and maps with their keys.
func Texts(s Spec) []string { return texts(nil, reflect.ValueOf(s).Elem()) }

func texts(out []string, v reflect.Value) []string {
	switch v.Kind() {
	case reflect.String:
		out = append(out, v.String())
	case reflect.Slice:
		for i := range v.Len() {
			out = texts(out, v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			out = texts(texts(out, key), v.MapIndex(key))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			out = texts(out, v.Field(i))
		}
	}
	return out
}

// Fields is a spec's JSON form, taken apart for comparison.
func Fields(s Spec) map[string]any {
	data, err := json.Marshal(s)
	if err != nil { // plain structs of strings always encode
		panic(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(data, &out); err != nil {
		panic(err)
	}
	return out
}
