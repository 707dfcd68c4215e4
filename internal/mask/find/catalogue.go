package find

import (
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Type is a type of data that can be found. Names are those of Presidio, or else of Sensitive Data Protection.
type Type struct {
	Name string
	// Country that gives out such ids, in two letters; empty for what belongs to none.
	Country string
	// Loose types are found in harmless texts too (dates, ages, links): they are looked for only where they are named.
	Loose bool
	// Check digits or the like that a value must hold; empty when only its form and its context speak for it.
	Check string
	// About is one line for the reference.
	About string
}

// Types is the catalogue, in its own order.
func Types() []Type {
	out := make([]Type, 0, len(catalogue))
	for _, e := range catalogue {
		out = append(out, e.Type)
	}
	return out
}

// entry is a type with the words that speak for it when they stand near: lower case, any language that it is spoken of
// in, separated by spaces. A word is a run of letters: "Steuer-ID" is two.
type entry struct {
	Type
	context string
}

// kinds is a set of kinds.
type kinds [2]uint64

func (s *kinds) add(k kind)      { s[k>>6] |= 1 << (k & 63) }
func (s *kinds) has(k kind) bool { return s[k>>6]&(1<<(k&63)) != 0 }

func (k kind) String() string { return catalogue[k].Name }

// choose turns names into the set of kinds to look for.
func choose(types, countries []string) (kinds, error) {
	var out kinds
	known := map[string]bool{}
	for _, e := range catalogue {
		known[e.Country] = true
	}
	lands := map[string]bool{"": true}
	for _, c := range countries {
		c = strings.ToUpper(c)
		if c == "UK" {
			c = "GB"
		}
		if c == "" || !known[c] {
			return out, &bridge.Error{
				Kind: bridge.Usage, Code: "unknown_country", Text: "no type of personal data belongs to country " + quote(c),
				Hint: "use two letters, such as DE; absent is every country",
			}
		}
		lands[c] = true
	}
	for _, name := range types {
		if !slices.ContainsFunc(catalogue[:], func(e entry) bool { return e.Name == name }) {
			return out, &bridge.Error{
				Kind: bridge.Usage, Code: "unknown_type", Text: "unknown type of personal data " + quote(name),
				Hint: "docs/guard.md lists the types; a pattern brings its own",
			}
		}
	}
	for k, e := range catalogue {
		here := countries == nil || lands[e.Country]
		if named := slices.Contains(types, e.Name); here && (named || types == nil && !e.Loose) {
			out.add(kind(k))
		}
	}
	return out, nil
}
