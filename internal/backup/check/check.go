// Package check holds a copy against its manifest, and mends what is damaged.
//
// A manifest's entries and a place enter; findings leave, or a copy made whole, with new entries. It must never change what changed since it
// was looked at, never mend with bytes whose sums it has not seen, and never read more of the source than is damaged.
package check

import (
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Damage is what can be wrong with a copy.
type Damage string

// The damages, and Touched, which is a doubt.
const (
	Missing    Damage = "missing"    // there is no such object any more
	Truncated  Damage = "truncated"  // shorter than it was
	Replaced   Damage = "replaced"   // other bytes: the store's own sum or the size says so
	Rotten     Damage = "rotten"     // the store's sum is what it was, and the bytes that it gives are not
	Unreadable Damage = "unreadable" // archived, or not to be read with these rights
	Extra      Damage = "extra"      // an object that no manifest knows
	Malformed  Damage = "malformed"  // every sum agrees, and the file's own format does not hold: it was bad at its source
	// Touched: written again since, with the size and the sums that it had, or with no sum to tell. Its bytes are read to know more.
	Touched Damage = "touched"
)

// Finding is one object that is not as its manifest says.
type Finding struct {
	Name   string `json:"name"`
	Damage Damage `json:"damage"`
	// Chunks are the damaged ones, by index, where they are known; nil is the whole object.
	Chunks []int  `json:"chunks,omitempty"`
	Size   int64  `json:"size"`           // as the manifest has it; of an extra object its own
	Text   string `json:"text,omitempty"` // what was wanted, and what there is

	Entry dataset.Entry  `json:"-"` // zero of an extra object
	Found dataset.Object `json:"-"` // zero of a missing one
}

// Harms says whether the finding is damage that a repair mends: not an extra object, nor one that was only touched.
func (f Finding) Harms() bool { return f.Damage != Extra && f.Damage != Touched }

// Report is the sum of a verification.
type Report struct {
	Objects  int64            `json:"objects"` // of the manifest
	Bytes    int64            `json:"bytes"`   // of the manifest
	Read     int64            `json:"read"`    // bytes that were read of the copy
	Deep     bool             `json:"deep"`
	Findings map[Damage]int64 `json:"findings"`
}

// Damaged counts what a repair would mend.
func (r Report) Damaged() int64 {
	var n int64
	for damage, count := range r.Findings {
		if (Finding{Damage: damage}).Harms() {
			n += count
		}
	}
	return n
}

// Clean says that nothing was found at all.
func (r Report) Clean() bool { return len(r.Findings) == 0 }

func (r *Report) count(f Finding) {
	if r.Findings == nil {
		r.Findings = map[Damage]int64{}
	}
	r.Findings[f.Damage]++
}

func fault(code, text string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Fault, Code: code, Text: text}
}

// InOrder sorts findings by name.
func InOrder(found []Finding) {
	slices.SortFunc(found, func(a, b Finding) int { return strings.Compare(a.Name, b.Name) })
}
