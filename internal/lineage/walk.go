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
	// Manifest is the copy that it was made from, where that was recorded; "" leaves time to tell.
	Manifest string
}

// The kinds of uses.
const (
	UseModel   = "model"
	UseDataset = "vertex dataset"
	UseBucket  = "bucket"
)

// The kinds of nodes that are not uses.
const (
	NodeCopy   = "copy"
	NodeRun    = "run"
	NodeSource = "source"
	NodePoint  = "recovery point"
	NodeItem   = "protected item"
)

// Node is one station on the way back, and below it those that it was made from.
type Node struct {
	Kind   string    `json:"kind"`
	Name   string    `json:"name"`
	Detail string    `json:"detail,omitempty"`
	At     time.Time `json:"at,omitzero"`
	From   []*Node   `json:"from,omitempty"`
}

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
	if _, known := h.by[u.Manifest]; known || slices.ContainsFunc(u.URIs, h.holds) {
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

// Tree is the walk from each use to the protected item; of a dataset that nothing uses, from its newest copy.
func (h *History) Tree() []*Node {
	nodes := map[int]*Node{}
	var roots []*Node
	for _, u := range h.uses {
		if !h.isInput(u.Name) {
			roots = append(roots, h.use(u, map[string]bool{}, nodes))
		}
	}
	if len(roots) == 0 && len(h.copies) > 0 {
		roots = append(roots, h.copy(len(h.copies)-1, "", nodes))
	}
	return roots
}

func (h *History) isInput(name string) bool {
	return slices.ContainsFunc(h.uses, func(u Use) bool { return u.Name != name && slices.Contains(u.Inputs, name) })
}

// use is a use and what it was made from. seen ends a circle, which a metadata store can hold.
func (h *History) use(u Use, seen map[string]bool, nodes map[int]*Node) *Node {
	n := &Node{Kind: u.Kind, Name: u.Name, Detail: u.Title, At: u.Created}
	seen[u.Name] = true
	for _, name := range u.Inputs {
		for _, in := range h.uses {
			if in.Name == name && !seen[name] {
				n.From = append(n.From, h.use(in, seen, nodes))
			}
		}
	}
	if len(n.From) == 0 {
		if i, how := h.made(u); i >= 0 {
			n.From = append(n.From, h.copy(i, how, nodes))
		}
	}
	return n
}

// made says from which copy a use was made: the one that was recorded, else the newest there was when it was made.
func (h *History) made(u Use) (index int, how string) {
	if i, ok := h.by[u.Manifest]; ok {
		return i, ""
	}
	for i, c := range slices.Backward(h.copies) {
		if !c.Created.After(u.Created) && slices.ContainsFunc(u.URIs, c.Target.Under) {
			return i, "by time"
		}
	}
	return -1, ""
}

// copy is a copy, its run, and where the run had the bytes from. What the run did not change comes from the copy before. What two uses
// share is one node: nodes has those that there are.
func (h *History) copy(i int, how string, nodes map[int]*Node) *Node {
	if n := nodes[i]; n != nil && how == "" {
		return n
	}
	c := h.copies[i]
	run := &Node{Kind: NodeRun, Name: c.Run, Detail: c.Act, At: c.Created}
	source := &Node{Kind: NodeSource, Name: c.Source.Place.String(), At: c.At}
	if c.Source.Group != "" {
		source.Detail = "resource group " + c.Source.Group
	}
	run.From = []*Node{source}
	if c.Point.ID != "" {
		point := &Node{Kind: NodePoint, Name: c.Point.ID, Detail: detail(c.Point.Vault, c.Point.Policy, c.Point.Tier)}
		if c.Point.Item != "" {
			point.From = []*Node{{Kind: NodeItem, Name: c.Point.Item}}
		}
		source.From = []*Node{point}
	}
	n := &Node{Kind: NodeCopy, Name: c.Target.Place.String(), Detail: detail(c.Manifest, c.Proof, how), At: c.Created, From: []*Node{run}}
	if before, ok := h.by[c.Previous]; ok && before < i {
		n.From = append(n.From, h.copy(before, "", nodes))
	}
	if how == "" {
		nodes[i] = n
	}
	return n
}

func detail(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// Reach is a use that a recovery point reached, and by which copy.
type Reach struct {
	Use  Use
	Copy Copy // that was restored from the point
	// Later says that runs after it, before the use was made, changed some of the bytes.
	Later bool
}

// From answers the question backwards: which uses were made from data that was restored from this recovery point.
func (h *History) From(point string) []Reach {
	var out []Reach
	for _, u := range h.uses {
		if r, ok := h.reach(u, point, map[string]bool{}); ok {
			r.Use = u
			out = append(out, r)
		}
	}
	return out
}

func (h *History) reach(u Use, point string, seen map[string]bool) (Reach, bool) {
	seen[u.Name] = true
	for _, name := range u.Inputs {
		for _, in := range h.uses {
			if in.Name != name || seen[name] {
				continue
			}
			if r, ok := h.reach(in, point, seen); ok {
				return r, true
			}
		}
	}
	first, _ := h.made(u)
	for i := first; i >= 0; {
		c := h.copies[i]
		if c.Point.ID == point {
			return Reach{Copy: c, Later: i != first}, true
		}
		before, ok := h.by[c.Previous]
		if !ok || before >= i {
			break
		}
		i = before
	}
	return Reach{}, false
}
