package setup

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
)

// changes compares what is with what shall be, leaf by leaf. A field that the wanted side leaves out is left alone; uploaded
// keys are not: where none are wanted, the issuer's own must count.
func changes(now, want estate.Spec) []Change {
	was, shall := map[string]any{}, leaves(want)
	if now != nil {
		was = leaves(now)
		if now.Kind() == estate.KindIdentity { // it stays where it is, and works from everywhere
			delete(was, "location")
			delete(shall, "location")
		}
	}
	var out []Change
	for _, field := range slices.Sorted(maps.Keys(shall)) {
		old, there := was[field]
		if new := shall[field]; !there || old != new {
			out = append(out, Change{name(field), old, shown(new)})
		}
	}
	for _, field := range slices.Sorted(maps.Keys(was)) {
		if _, wanted := shall[field]; !wanted && (listed(field) || field == "jwks" || inMap(field, want)) {
			out = append(out, Change{name(field), was[field], nil})
		}
	}
	slices.SortStableFunc(out, func(a, b Change) int { return strings.Compare(a.Field, b.Field) })
	return out
}

// element separates a list's name from the element in a leaf's key: the order of a list says nothing.
const element = "\x00"

func listed(field string) bool { return strings.Contains(field, element) }

// inMap says whether the leaf is of a map that the wanted side has: what it does not name goes.
func inMap(field string, want estate.Spec) bool {
	top, _, nested := strings.Cut(field, ".")
	_, has := estate.Fields(want)[top]
	return nested && has
}

func name(field string) string {
	top, _, _ := strings.Cut(field, element)
	return top
}

// leaves takes a spec's JSON form apart: a map's entries are NAME.KEY, a list's elements are leaves of their own.
func leaves(s estate.Spec) map[string]any {
	out := map[string]any{}
	for field, value := range estate.Fields(s) {
		switch value := value.(type) {
		case map[string]any:
			for key, v := range value {
				out[field+"."+key] = v
			}
		case []any:
			for _, v := range value {
				text := elementText(v)
				out[field+element+text] = text
			}
		case nil:
		default:
			out[field] = value
		}
	}
	return out
}

// elementText is a list's element in one line; a grant is ROLE to MEMBER.
func elementText(v any) string {
	if pair, ok := v.(map[string]any); ok {
		return fmt.Sprint(pair["role"], " to ", pair["member"])
	}
	return fmt.Sprint(v)
}

// shown puts a word in the place of what is not known yet.
func shown(v any) any {
	if text, ok := v.(string); ok {
		return estate.Replace(text, func(estate.Reference) string { return Unknown })
	}
	return v
}
