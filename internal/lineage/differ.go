package lineage

import (
	"maps"
	"slices"
	"strings"
)

// How a label on Google's side differs from what Azure says.
type Differs string

// The differences.
const (
	Missing Differs = "missing" // not there
	Changed Differs = "changed" // another value under a key of ours
	Foreign Differs = "foreign" // another value under a key that is not ours to change
	Stale   Differs = "stale"   // a key of ours whose tag Azure has no more
)

// Difference is one label that is not what Azure says.
type Difference struct {
	Kind Differs `json:"kind"`
	Key  string  `json:"key"`
	Want string  `json:"want,omitempty"` // folded
	Have string  `json:"have,omitempty"`
	Tag  string  `json:"tag,omitempty"` // as Azure has it
	Text string  `json:"text,omitempty"`
}

// Compare says which labels differ from what was folded, in the order of their keys. A label under the tag's plain key is compared too:
// somebody may have written it by hand.
func (f Folding) Compare(labels []Label, have map[string]string) []Difference {
	var out []Difference
	ours := map[string]bool{}
	for _, l := range labels {
		ours[l.Key] = true
		value, there := have[l.Key]
		d := Difference{Key: l.Key, Want: l.Value, Have: value, Tag: l.Tag, Text: l.Text}
		switch {
		case !there:
			d.Kind = Missing
		case value == l.Value:
			continue
		case f.Mark == "":
			d.Kind = Foreign
		default:
			d.Kind = Changed
		}
		out = append(out, d)
	}
	if f.Mark == "" {
		return sorted(out)
	}
	for _, l := range labels {
		plain := Folding{}.key(l.Tag, 0)
		if value, there := have[plain]; there && value != l.Value && !ours[plain] {
			out = append(out, Difference{Kind: Foreign, Key: plain, Want: l.Value, Have: value, Tag: l.Tag, Text: l.Text})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(have)) {
		if strings.HasPrefix(key, f.Mark) && !ours[key] {
			out = append(out, Difference{Kind: Stale, Key: key, Have: have[key]})
		}
	}
	return sorted(out)
}

func sorted(d []Difference) []Difference {
	slices.SortStableFunc(d, func(a, b Difference) int { return strings.Compare(a.Key, b.Key) })
	return slices.CompactFunc(d, func(a, b Difference) bool { return a.Key == b.Key })
}

// Writes are the labels that may be written to make differences fewer: those that are missing, and those under our own keys. A label of
// somebody else's is never among them, nor is one removed.
func Writes(d []Difference) map[string]string {
	out := map[string]string{}
	for _, one := range d {
		if one.Kind == Missing || one.Kind == Changed {
			out[one.Key] = one.Want
		}
	}
	return out
}
