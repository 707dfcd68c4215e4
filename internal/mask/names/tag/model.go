package tag

import "math"

// Model is a linear model over hashed features, in the form in which it is stored: a row of Labels signed bytes for each
// of a power of two of features, then one byte: the scale is that number divided by 1000.
type Model string

// Tagged is a label and how probable it is.
type Tagged struct {
	Label Label
	Score float32
}

// Tag labels a page, word by word from the left, each by the best label after those before it.
func (m Model) Tag(text string, p *Page, into []Tagged) []Tagged {
	prev, last := Outside, Outside
	scale := float32(m[len(m)-1]) / 1000
	mask := uint32((len(m)-1)/int(Labels) - 1)
	var features [Features]uint32
	for i := range p.Tokens {
		best := Tagged{Label: Outside, Score: 1}
		if p.Candidate(i, prev) {
			p.FeaturesOf(text, i, prev, last, &features)
			best = m.best(&features, mask, scale, prev)
		}
		into = append(into, best)
		last, prev = prev, best.Label
	}
	return into
}

// best is the most probable label that may follow prev.
func (m Model) best(features *[Features]uint32, mask uint32, scale float32, prev Label) Tagged {
	var sum [Labels]int32
	for _, f := range features {
		row := m[int(f&mask)*int(Labels):][:Labels]
		for l := range sum {
			sum[l] += int32(int8(row[l]))
		}
	}
	top := Outside
	for l := BeginPerson; l < Labels; l++ {
		if sum[l] > sum[top] && May(prev, l) {
			top = l
		}
	}
	if top == Outside {
		return Tagged{}
	}
	total := float64(0)
	for l := range sum {
		if May(prev, Label(l)) {
			total += math.Exp(float64(float32(sum[l]-sum[top]) * scale))
		}
	}
	return Tagged{Label: top, Score: float32(1 / total)}
}

// May says whether l can follow prev: an inside only follows its own type.
func May(prev, l Label) bool {
	return !l.Inside() || prev.Begin() == l.Begin()
}
