package transfer

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/landbridge/landbridge/internal/dataset"
)

// decider decides what is to be done with each object.
type decider struct {
	PlanOptions
	place dataset.Place
	names dataset.Namer // nil when the target holds every name
	// above are objects that a directory holds as files, each below the one before: nothing else can lie below them.
	above []string
}

// decide is for an object that the source has.
func (d *decider) decide(i Item, known, inTarget, unchanged bool) (Action, string) {
	s, t := i.Source, i.Target
	mark := t.Metadata[dataset.Mark]
	switch {
	case !d.Filter.Takes(i.Name):
		return Skip, "excluded"
	case unchanged && i.Entry != nil:
		return Keep, ""
	case s.Unreadable != "":
		return Skip, s.Unreadable
	case s.Tier == "Archive":
		return Skip, "archived: it must be rehydrated before it can be read"
	case d.refused(i.Name) != "":
		return Skip, d.refused(i.Name)
	case d.under(i.Name) != "":
		return Skip, fmt.Sprintf("lies below %q, which is an object itself: a directory cannot hold both", d.under(i.Name))
	case !inTarget:
		return Create, ""
	case mark == dataset.MarkOf(d.place, s) && t.Size == s.Size:
		return Adopt, "an earlier run brought it"
	case sameBytes(s, t):
		return Adopt, "the same bytes are there"
	case i.Entry != nil || mark != "":
		return Replace, ""
	case known:
		return Conflict, "the copy was changed by somebody else"
	}
	return Conflict, "there is an object of this name that no run of ours brought"
}

// under is the object that is in the way of a name, in a target that is a directory. Names come in order, so that what is in the way of
// one came before it, and all that came between begin alike.
func (d *decider) under(name string) string {
	if d.Target.Place().Store != dataset.Folder {
		return ""
	}
	for len(d.above) > 0 && !strings.HasPrefix(name, d.above[len(d.above)-1]) {
		d.above = d.above[:len(d.above)-1]
	}
	for _, a := range d.above {
		if strings.HasPrefix(name, a+"/") {
			return a
		}
	}
	if n := len(d.above); n == 0 || d.above[n-1] != name {
		d.above = append(d.above, name)
	}
	return ""
}

func (d *decider) refused(name string) string {
	if d.names == nil {
		return ""
	}
	if err := d.names.CheckName(name); err != nil {
		return err.Error()
	}
	return ""
}

// lost is for a name that the source does not have. What no manifest knows is not ours to speak of.
func (d *decider) lost(i Item, known, inTarget bool) (Item, bool, error) {
	switch {
	case !known:
		return i, false, nil
	case !inTarget:
		i.Action, i.Reason = Skip, "gone from the source, and from the target too"
	case i.Entry == nil:
		i.Action, i.Reason = Conflict, "gone from the source, and the copy was changed by somebody else"
	case d.Mirror && d.Filter.Takes(i.Name):
		i.Action, i.Reason = Delete, "gone from the source"
	default:
		i.Action, i.Reason = Keep, "gone from the source"
	}
	return i, true, nil
}

// holds says whether the target still holds what the entry says.
func holds(e dataset.Entry, t dataset.Object) bool {
	if e.Target.Version != "" && t.Version != "" {
		return e.Target.Version == t.Version
	}
	return e.Target.ETag == t.ETag && e.Size == t.Size
}

// same says whether the entry is of the bytes that the source has now. New metadata changes the ETag and not the generation on Cloud
// Storage; versioning that was switched on later changes no ETag on Azure.
func same(e dataset.Entry, s dataset.Object) bool {
	switch {
	case e.Size != s.Size:
		return false
	case e.Source.Version != "" && e.Source.Version == s.Version:
		return true
	case e.Source.ETag != "" && s.ETag != "":
		return e.Source.ETag == s.ETag
	}
	return e.Source.Modified.Equal(s.Modified)
}

// sameBytes says that both stores keep the same sum of the same length, the target its own.
func sameBytes(s, t dataset.Object) bool {
	if s.Size != t.Size || !t.CRC32C.Known {
		return false
	}
	return s.CRC32C.Known && s.CRC32C == t.CRC32C || len(s.MD5) > 0 && bytes.Equal(s.MD5, t.MD5)
}
