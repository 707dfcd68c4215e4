package lineage

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Copy is one manifest of a dataset: what its header and the record of its run say.
type Copy struct {
	Run, Act, Dataset string
	Manifest          string // sha256:HEX
	Previous          string // of the manifest before; "" of the first
	Source, Target    Data
	At                time.Time
	Point             Point
	Created           time.Time
	Objects, Bytes    int64
	Proof             string // at which level it was verified last; "" when never
}

// Use is something of Vertex AI's, or a bucket, that uses a copy.
type Use struct {
	Kind    string // UseModel, UseDataset, UseBucket
	Name    string // full resource name
	Title   string // that people gave it
	URIs    []string
	Inputs  []string // names of other uses that it was made from, where the metadata store knows
	Labels  map[string]string
	Created time.Time
	// Artifact is what Vertex ML Metadata calls it; "" when it does not know it.
	Artifact string
	// Manifest is the copy that it was made from, where that was recorded; "" leaves the label, and then time, to tell.
	Manifest string
}

// ManifestLabel is the label by which a training job can say of a model, or of a dataset, from which copy it was made: the beginning of
// its manifest's SHA-256 in hexadecimal, 16 digits at least. All 64 are one more than a label's value may have.
const ManifestLabel = "landbridge-manifest"

// leastDigits are enough to tell a dataset's manifests apart.
const leastDigits = 16

// The kinds of uses.
const (
	UseModel   = "model"
	UseDataset = "vertex dataset"
	UseBucket  = "bucket"
)

// History is the copies and the uses of one dataset.
type History struct {
	copies []Copy         // oldest first
	by     map[string]int // digest to index in copies
	uses   []Use
}

// NewHistory takes what is known, in any order. Uses whose URIs are not under any copy's target, and that were not made from one that is,
// are left out.
func NewHistory(copies []Copy, uses []Use) *History {
	h := &History{copies: slices.Clone(copies), by: map[string]int{}}
	h.copies = slices.DeleteFunc(h.copies, func(c Copy) bool { return c.Manifest == "" }) // its run made none
	slices.SortStableFunc(h.copies, func(a, b Copy) int {
		return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.Run, b.Run))
	})
	for i, c := range h.copies {
		h.by[c.Manifest] = i
	}
	byName := map[string]Use{}
	for _, u := range uses {
		byName[u.Name] = u
	}
	for _, u := range uses {
		if h.of(u, byName, map[string]bool{}) {
			h.uses = append(h.uses, u)
		}
	}
	slices.SortFunc(h.uses, func(a, b Use) int { return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name)) })
	return h
}

// of says whether a use is one of this dataset.
func (h *History) of(u Use, byName map[string]Use, seen map[string]bool) bool {
	if seen[u.Name] {
		return false
	}
	seen[u.Name] = true
	if h.recorded(u) >= 0 || slices.ContainsFunc(u.URIs, h.holds) {
		return true
	}
	return slices.ContainsFunc(u.Inputs, func(name string) bool {
		in, ok := byName[name]
		return ok && h.of(in, byName, seen)
	})
}

func (h *History) holds(uri string) bool {
	return slices.ContainsFunc(h.copies, func(c Copy) bool { return c.Target.Under(uri) })
}

// Uses are those of the dataset.
func (h *History) Uses() []Use { return slices.Clone(h.uses) }

// recorded is the copy that a use is known to be made from; -1 when nobody said so.
func (h *History) recorded(u Use) int {
	if i, ok := h.by[u.Manifest]; ok {
		return i
	}
	if label := u.Labels[ManifestLabel]; len(label) >= leastDigits {
		return slices.IndexFunc(h.copies, func(c Copy) bool { return strings.HasPrefix(c.Manifest, "sha256:"+label) })
	}
	return -1
}

// made says from which copy a use was made that was used at a time: the one that was recorded, else the newest that there was then. The
// zero time is now. It is -1 when there is none.
func (h *History) made(u Use, at time.Time) (index int, how string) {
	if i := h.recorded(u); i >= 0 {
		return i, "recorded"
	}
	for i, c := range slices.Backward(h.copies) {
		if (at.IsZero() || !c.Created.After(at)) && slices.ContainsFunc(u.URIs, c.Target.Under) {
			return i, "by time"
		}
	}
	return -1, ""
}

// when is at what time a use that was itself used at a time read its bytes. A model's were read when it was made; those of datasets and
// buckets are read each time they are used.
func when(u Use, at time.Time) time.Time {
	if u.Kind == UseModel && !u.Created.IsZero() {
		return u.Created
	}
	return at
}

// before is the copy that one was made on top of; -1 when there is none. Copies stand oldest first, so that a circle ends.
func (h *History) before(i int) int {
	if b, ok := h.by[h.copies[i].Previous]; ok && b < i {
		return b
	}
	return -1
}

// inputs are the uses that one was made from and that were not seen yet.
func (h *History) inputs(u Use, seen map[string]bool) []Use {
	var out []Use
	for _, in := range h.uses {
		if slices.Contains(u.Inputs, in.Name) && !seen[in.Name] {
			out = append(out, in)
		}
	}
	return out
}
