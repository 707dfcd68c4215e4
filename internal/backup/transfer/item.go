package transfer

import (
	"fmt"

	"github.com/landbridge/landbridge/internal/dataset"
)

// Action is what is to be done with one object.
type Action string

// The actions.
const (
	Create   Action = "create"   // there is none in the target
	Replace  Action = "replace"  // the source has changed since
	Keep     Action = "keep"     // both are as the manifest has them; or the source lost it, and the copy stays
	Adopt    Action = "adopt"    // the target holds these very bytes, and no manifest says so yet
	Delete   Action = "delete"   // the source lost it, and the target shall mirror that
	Skip     Action = "skip"     // not asked for, or not to be had; see Reason
	Conflict Action = "conflict" // the target holds what somebody else wrote; see Reason
)

// Actions are all of them, in the order in which a plan is told.
func Actions() []Action { return []Action{Create, Replace, Adopt, Keep, Delete, Skip, Conflict} }

// Item is a line of a plan.
type Item struct {
	Action Action
	Name   string
	Source dataset.Object // zero when the source has none
	Target dataset.Object // as it is now; zero when there is none
	// Entry is of the manifest of the run before, when the target still holds what it says.
	Entry  *dataset.Entry
	Reason string
	// Past says that the source was listed as it was at some time: what it is now is of no interest.
	Past bool
	// Compare says of what is to be adopted that its bytes are held against the source's, read again: no sum of both stores tells, and other hands
	// brought it.
	Compare bool `json:",omitzero"`
}

// Size is of the bytes that the item is about.
func (i Item) Size() int64 {
	if i.Source.Name == "" {
		return i.Target.Size
	}
	return i.Source.Size
}

// Result is what came of an item.
type Result struct {
	Item  Item
	Entry *dataset.Entry // for the manifest: what the target holds now; nil when nothing is to be said of it
	Err   error
}

// Count is of objects and their bytes.
type Count struct {
	Objects int64 `json:"objects"`
	Bytes   int64 `json:"bytes"`
}

// Totals are the sums of a plan.
type Totals struct {
	Actions map[Action]Count `json:"actions"`
	// Egress is how many bytes will leave the source's cloud: an estimate, as chunks that are there already are not counted off.
	Egress int64 `json:"egress_bytes"`
}

// Add counts an item of a plan that reads from a place.
func (t *Totals) Add(i Item, from dataset.Place) {
	if t.Actions == nil {
		t.Actions = map[Action]Count{}
	}
	c := t.Actions[i.Action]
	c.Objects++
	c.Bytes += i.Size()
	t.Actions[i.Action] = c
	if (i.Action == Create || i.Action == Replace) && from.Store != dataset.Folder {
		t.Egress += i.Size()
	}
}

// Copies are what is to be read and written.
func (t Totals) Copies() Count {
	a, b := t.Actions[Create], t.Actions[Replace]
	return Count{a.Objects + b.Objects, a.Bytes + b.Bytes}
}

// String is for logs: "create 3 (12 bytes), keep 7 (90 bytes)".
func (t Totals) String() string {
	text := ""
	for _, a := range Actions() {
		if c := t.Actions[a]; c.Objects > 0 {
			if text != "" {
				text += ", "
			}
			text += fmt.Sprintf("%s %d (%d bytes)", a, c.Objects, c.Bytes)
		}
	}
	return text
}
