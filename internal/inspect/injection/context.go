package injection

import (
	"math"
	"strings"
)

// Inputs of the net that judges a part by what stands around it.
const (
	coarse   = 7 // kinds of neighbours
	flags    = 16
	numbers  = 20
	ContextN = int(shapes) + 2*coarse + flags + numbers
)

// page is what the parts of a text have in common.
type page struct {
	shapes    [shapes]int
	lines     int
	words     counts // content words, and how often they stand in parts
	mail      bool
	requests  int     // parts that look like one
	top, next float32 // the two highest request scores
	first     float32 // of the first part
	last      float32
}

// Evidence is what the linear models say of one part, as log-odds.
type Evidence struct{ Request, Attack float32 }

// survey looks at the whole page once.
func (p *page) survey(r *Reading, said []Evidence) {
	*p = page{words: p.words, top: -9, next: -9, first: -9, last: -9}
	n := 0
	for i := range r.Parts {
		n += len(r.Parts[i].Words)
	}
	p.words.reset(n)
	known := classes()
	for _, s := range r.lines {
		p.shapes[s]++
		if s != Blank {
			p.lines++
		}
	}
	for i := range r.Parts {
		part := &r.Parts[i]
		for i := range part.Words {
			w := &part.Words[i]
			w.Class = known.of(w.Hash)
			if w.Class&isStop == 0 && w.End-w.Start >= 4 && !isNumber(part.source[w.Start]) {
				w.Class |= isContent
				*p.words.at(w.Hash)++
			}
		}
		q := said[i].Request
		if q > 0 {
			p.requests++
		}
		switch {
		case q > p.top:
			p.top, p.next = q, p.top
		case q > p.next:
			p.next = q
		}
	}
	if len(said) > 0 {
		p.first, p.last = said[0].Request, said[len(said)-1].Request
	}
	p.mail = strings.Contains(r.Text, "subject:") || strings.Contains(r.Text, "regards") || strings.Contains(r.Text, "unsubscribe") ||
		strings.Contains(r.Text, "dear ") || strings.HasPrefix(r.Text, "hi ") || strings.HasPrefix(r.Text, "from:")
}

// forget leaves only the room that the page took.
func (p *page) forget() {
	p.words.reset(0)
	*p = page{words: p.words}
}

// Context describes part i for the net, after the survey: what the models say, what the part looks like, and how it fits its page.
func (r *Reading) Context(i int, said []Evidence, p *page, x []float32) []float32 {
	part := &r.Parts[i]
	x = x[:0]
	x = oneHot(x, int(part.Shape), int(shapes))
	before, after := r.neighbour(part.Line, -1), r.neighbour(part.Line, +1)
	x = oneHot(x, group(before), coarse)
	x = oneHot(x, group(after), coarse)
	about, known := part.overlap(p)
	kinds := part.classes()
	x = appendFlags(x,
		i == 0, i == len(r.Parts)-1, len(r.Parts) == 1, part.Whole,
		before != part.Shape, after != part.Shape,
		strings.HasSuffix(strings.TrimRight(part.Text(), " \"')"), "?"),
		kinds&isPointer != 0, kinds&isSecond != 0, kinds&isGreeting != 0,
		part.Families&tamperBit() != 0, part.Families&insertBit() != 0, part.Families&strong() != 0,
		p.mail, about == 0, said[i].Request >= p.top,
	)
	other := p.top
	if said[i].Request >= p.top {
		other = p.next
	}
	lines := float32(max(p.lines, 1))
	return append(x,
		clamp(said[i].Request)/4, clamp(said[i].Attack)/4, clamp(other)/4, clamp(p.first)/4, clamp(p.last)/4,
		log(p.requests), log(len(r.Parts)), log(len(r.Words))/2, log(len(part.Words)), float32(len(part.Words))/float32(max(len(r.Words), 1)),
		ratio(known, about), log(about),
		float32(p.shapes[Table])/lines, float32(p.shapes[Code]+p.shapes[Comment])/lines, float32(p.shapes[JSON]+p.shapes[Markup])/lines,
		float32(p.shapes[Header]+p.shapes[List])/lines, float32(p.shapes[Prose])/lines, log(p.lines)/2,
		float32(part.Line)/lines, clamp(said[i].Request)*ratio(known, about)/4,
	)
}

// overlap counts the content words of a part, and those that other parts have too.
func (p *Part) overlap(on *page) (about, known int) {
	for _, w := range p.Words {
		if w.Class&isContent != 0 {
			about++
			if on.words.of(w.Hash) > 1 {
				known++
			}
		}
	}
	return about, known
}

// neighbour is the shape of the nearest line before or after one that is not blank; Blank at the edge of the text.
func (r *Reading) neighbour(line, step int) Shape {
	for i := line + step; i >= 0 && i < len(r.lines); i += step {
		if r.lines[i] != Blank && r.lines[i] != Rule {
			return r.lines[i]
		}
	}
	return Blank
}

func group(s Shape) int {
	switch s {
	case Blank:
		return 0
	case Table:
		return 1
	case Code, Comment:
		return 2
	case JSON, Markup:
		return 3
	case Header, List:
		return 4
	case Quote, Hidden, Rule:
		return 5
	default:
		return 6
	}
}

// classes are those of its words.
func (p *Part) classes() (all uint32) {
	for _, w := range p.Words {
		all |= w.Class
	}
	return all
}

func oneHot(x []float32, i, n int) []float32 {
	for j := range n {
		v := float32(0)
		if i == j {
			v = 1
		}
		x = append(x, v)
	}
	return x
}

func appendFlags(x []float32, flags ...bool) []float32 {
	for _, f := range flags {
		v := float32(0)
		if f {
			v = 1
		}
		x = append(x, v)
	}
	return x
}

func clamp(v float32) float32 { return min(max(v, -8), 8) }

func log(n int) float32 { return float32(math.Log2(float64(n+1))) / 4 }

func ratio(n, of int) float32 {
	if of == 0 {
		return 0
	}
	return float32(n) / float32(of)
}
