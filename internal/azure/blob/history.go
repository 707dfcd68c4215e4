package blob

import (
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/dataset"
)

// state is what was under a name for some time.
type state struct {
	item
	from, until time.Time // until is zero when it is there still, or when nobody knows
	// doubt says that it may have been deleted between the two.
	doubt bool
}

// history is what is known of one name. A time without a version's id has whole seconds.
func history(group []item) []state {
	var out, versions []state
	for _, i := range group {
		s := state{item: i, from: i.Modified}
		id, isVersion := stamped(i.versionID)
		taken, isSnapshot := stamped(i.snapshot)
		switch {
		case isSnapshot:
			s.until = taken
			out = append(out, s)
		case isVersion:
			if i.Kind == dataset.BlockBlob { // the others are written in place, and their versions with them
				s.from = id
			}
			versions = append(versions, s)
		default:
			s.until = i.Deleted
			out = append(out, s)
		}
	}
	slices.SortFunc(versions, func(a, b state) int { return strings.Compare(a.versionID, b.versionID) })
	for i := range versions {
		v := &versions[i]
		switch last := i == len(versions)-1; {
		case v.current:
		case last:
			v.doubt = true
			if base := slices.IndexFunc(out, func(s state) bool { return s.snapshot == "" }); base >= 0 { // written since versioning was switched off
				v.until, v.doubt = out[base].from, !out[base].created.Equal(v.created)
			}
		default:
			next := versions[i+1]
			v.until, _ = stamped(next.versionID)
			v.doubt = !next.created.Equal(v.created) // it was made anew: what was before had been deleted
		}
	}
	return append(out, versions...)
}
