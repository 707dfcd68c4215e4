package mask

import (
	"cmp"
	"container/heap"
	"slices"
	"strings"
	"unicode"

	"github.com/landbridge/landbridge/internal/prompt"
)

// settle makes one list of the findings of many detectors: in order, without overlaps. Findings of one type that overlap
// become one. Of different types, the best one owns each byte, and what it leaves of the other stays with that: nothing
// that was found is let through. It takes n log n steps.
func (m *Masker) settle(text string, found []prompt.Finding) []prompt.Finding {
	if m.sort(found); !overlap(found) {
		return found
	}
	found = unite(found)
	if m.sort(found); !overlap(found) {
		return found
	}
	var pieces []piece
	open := &ranked{m: m}
	for at, next := 0, 0; next < len(found) || open.Len() > 0; {
		if open.Len() == 0 {
			at = found[next].Start
		}
		for ; next < len(found) && found[next].Start <= at; next++ {
			heap.Push(open, found[next])
		}
		best := open.found[0]
		if best.End <= at {
			heap.Pop(open)
			continue
		}
		end := best.End
		if next < len(found) {
			end = min(end, found[next].Start)
		}
		pieces = extend(pieces, piece{best, at, end})
		at = end
	}
	return trim(text, pieces)
}

func (m *Masker) sort(found []prompt.Finding) {
	slices.SortFunc(found, func(a, b prompt.Finding) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return m.compare(a, b)
	})
}

// compare orders findings, the best one first: by score, length, the order of Options.Types, name.
func (m *Masker) compare(a, b prompt.Finding) int {
	switch {
	case a.Score != b.Score:
		return cmp.Compare(b.Score, a.Score)
	case a.End-a.Start != b.End-b.Start:
		return cmp.Compare(b.End-b.Start, a.End-a.Start)
	default:
		return cmp.Or(cmp.Compare(m.rank[a.Type], m.rank[b.Type]), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Start, b.Start))
	}
}

// unite makes one finding of those of one type that overlap, with the best of their scores.
func unite(found []prompt.Finding) []prompt.Finding {
	slices.SortFunc(found, func(a, b prompt.Finding) int {
		if c := strings.Compare(a.Type, b.Type); c != 0 {
			return c
		}
		return a.Start - b.Start
	})
	kept := found[:0]
	for _, f := range found {
		if n := len(kept); n > 0 && kept[n-1].Type == f.Type && f.Start < kept[n-1].End {
			kept[n-1].End = max(kept[n-1].End, f.End)
			kept[n-1].Score = max(kept[n-1].Score, f.Score)
			continue
		}
		kept = append(kept, f)
	}
	return kept
}

// overlap says whether any of the findings, in order, does.
func overlap(found []prompt.Finding) bool {
	for i := 1; i < len(found); i++ {
		if found[i].Start < found[i-1].End {
			return true
		}
	}
	return false
}

// piece is the part of a text that one finding owns.
type piece struct {
	of         prompt.Finding
	start, end int
}

// extend appends a piece, or makes the last one longer where it is of the same finding.
func extend(pieces []piece, p piece) []piece {
	if n := len(pieces); n > 0 && pieces[n-1].of == p.of && pieces[n-1].end == p.start {
		pieces[n-1].end = p.end
		return pieces
	}
	return append(pieces, p)
}

// trim makes findings of the pieces. Of what is left of a finding, spaces and punctuation at its ends are not personal.
func trim(text string, pieces []piece) []prompt.Finding {
	var found []prompt.Finding
	for _, p := range pieces {
		f := prompt.Finding{Start: p.start, End: p.end, Type: p.of.Type, Score: p.of.Score}
		if f != p.of {
			left := strings.TrimLeftFunc(text[f.Start:f.End], isEdge)
			f.Start = f.End - len(left)
			f.End = f.Start + len(strings.TrimRightFunc(left, isEdge))
		}
		if f.Start < f.End {
			found = append(found, f)
		}
	}
	return found
}

func isEdge(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }

// ranked is a heap of findings, the best one on top.
type ranked struct {
	m     *Masker
	found []prompt.Finding
}

func (r *ranked) Len() int           { return len(r.found) }
func (r *ranked) Less(i, j int) bool { return r.m.compare(r.found[i], r.found[j]) < 0 }
func (r *ranked) Swap(i, j int)      { r.found[i], r.found[j] = r.found[j], r.found[i] }
func (r *ranked) Push(f any)         { r.found = append(r.found, f.(prompt.Finding)) }
func (r *ranked) Pop() any {
	last := r.found[len(r.found)-1]
	r.found = r.found[:len(r.found)-1]
	return last
}
