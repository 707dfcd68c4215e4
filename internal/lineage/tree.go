package lineage

import (
	"slices"
	"strings"
	"time"
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

// Tree is the walk from each use to the protected item; and from the newest copy, where no use is known to be made
// from it. What two uses share is one node.
func (h *History) Tree() []*Node {
	t := tree{h, map[int]*Node{}}
	var roots []*Node
	for _, u := range h.uses {
		if !h.isInput(u.Name) {
			roots = append(roots, t.use(u, time.Time{}, map[string]bool{}))
		}
	}
	if last := len(h.copies) - 1; last >= 0 && !reached(roots, h.copies[last].Manifest, map[*Node]bool{}) {
		roots = append(roots, t.copy(last, "")) // nothing that is known was made from it yet
	}
	return roots
}

// reached says whether a copy is on the way back from one of these.
func reached(from []*Node, manifest string, seen map[*Node]bool) bool {
	return slices.ContainsFunc(from, func(n *Node) bool {
		if seen[n] {
			return false
		}
		seen[n] = true
		return n.Kind == NodeCopy && strings.Contains(n.Detail, manifest) || reached(n.From, manifest, seen)
	})
}

func (h *History) isInput(name string) bool {
	return slices.ContainsFunc(h.uses, func(u Use) bool { return u.Name != name && slices.Contains(u.Inputs, name) })
}

// tree is a walk on its way.
type tree struct {
	*History
	copyNodes map[int]*Node
}

// use is a use that was used at a time, and what it was made from. seen ends a circle, which a metadata store can hold.
func (t tree) use(u Use, at time.Time, seen map[string]bool) *Node {
	n := &Node{Kind: u.Kind, Name: u.Name, Detail: u.Title, At: u.Created}
	seen[u.Name] = true
	at = when(u, at)
	for _, in := range t.inputs(u, seen) {
		n.From = append(n.From, t.use(in, at, seen))
	}
	if i, how := t.made(u, at); i >= 0 && (len(n.From) == 0 || how == "recorded") {
		n.From = append(n.From, t.copy(i, how))
	}
	return n
}

// copy is a copy, its run, and where the run had the bytes from. What the run did not change comes from the copy before. how says why it
// is the one that a use was made from.
func (t tree) copy(i int, how string) *Node {
	if n := t.copyNodes[i]; n != nil && how == "" {
		return n
	}
	c := t.copies[i]
	run := &Node{Kind: NodeRun, Name: c.Run, Detail: c.Act, At: c.Created, From: []*Node{c.source()}}
	n := &Node{Kind: NodeCopy, Name: c.Target.Place.String(), Detail: detail(c.Manifest, c.Proof, how), At: c.Created, From: []*Node{run}}
	if before := t.before(i); before >= 0 {
		n.From = append(n.From, t.copy(before, ""))
	}
	if how == "" {
		t.copyNodes[i] = n
	}
	return n
}

// source is where a run had the bytes from, and the recovery point behind it.
func (c Copy) source() *Node {
	n := &Node{Kind: NodeSource, Name: c.Source.Place.String(), At: c.At}
	if c.Source.Group != "" {
		n.Detail = "resource group " + c.Source.Group
	}
	if c.Point.ID == "" {
		return n
	}
	point := &Node{Kind: NodePoint, Name: c.Point.ID, Detail: detail(c.Point.Vault, c.Point.Policy, c.Point.Tier)}
	if c.Point.Item != "" {
		point.From = []*Node{{Kind: NodeItem, Name: c.Point.Item}}
	}
	n.From = []*Node{point}
	return n
}

func detail(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}
