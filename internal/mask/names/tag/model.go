package tag

import "math"

// Model is a linear model over hashed features, in the form in which it is stored: a row of Row bytes for each of a power
// of two of features, one for each label, weight and 128, the rest unused; then one byte, the scale in thousandths.
type Model string

// Row is the size of a row.
const Row = 16

// Tagged is a label and how probable it is.
type Tagged struct {
	Label Label
	Score float32
}

// Tag labels a page, word by word from the left, each by the best label after those before it.
func (m Model) Tag(text string, p *Page, into []Tagged) []Tagged {
	prev, last := Outside, Outside
	scale := float32(m[len(m)-1]) / 1000
	mask := uint32(len(m)/Row - 1)
	var features [Features]uint32
	for i := range p.Tokens {
		var best Tagged
		if !(prev == Outside && p.plain(&p.Tokens[i])) && p.Candidate(i, prev) {
			p.FeaturesOf(text, i, prev, last, &features)
			best = m.best(&features, mask, scale, prev)
		}
		into = append(into, best)
		last, prev = prev, best.Label
	}
	return into
}

// sum adds up the rows of features. It adds eight labels at once, each in 16 bits, which Features rows cannot fill.
func (m Model) sum(features *[Features]uint32, mask uint32) (sum [Row]int32) {
	const low = 0x00ff00ff00ff00ff
	var even, odd [2]uint64
	for _, f := range features {
		row := m[int(f&mask)*Row:][:Row]
		a, b := load(row[:8]), load(row[8:])
		even[0] += a & low
		odd[0] += a >> 8 & low
		even[1] += b & low
		odd[1] += b >> 8 & low
	}
	for l := range sum {
		half := even[l/8]
		if l&1 == 1 {
			half = odd[l/8]
		}
		sum[l] = int32(half>>(l%8/2*16)&0xffff) - 128*Features
	}
	return sum
}

// load reads eight bytes.
func load(s Model) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// negligible is how far behind the best a label's sum is that adds less than a thousandth to what is shared out.
const negligible = -7

// best is the most probable label that may follow prev.
func (m Model) best(features *[Features]uint32, mask uint32, scale float32, prev Label) Tagged {
	sum := m.sum(features, mask)
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
	for l := range Labels {
		if behind := float32(sum[l]-sum[top]) * scale; behind > negligible && May(prev, l) {
			total += math.Exp(float64(behind))
		}
	}
	return Tagged{Label: top, Score: float32(1 / total)}
}

// May says whether l can follow prev: an inside only follows its own type.
func May(prev, l Label) bool {
	return !l.Inside() || prev.Begin() == l.Begin()
}
