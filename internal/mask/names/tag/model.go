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

// Tagger labels pages by a model.
type Tagger struct {
	model Model
	mask  uint32 // of a row's number
	// share is how much a label is shared out whose sum is so far behind the best; what is further behind adds less than
	// a thousandth.
	share []float32
}

// negligible is how far behind the best that is.
const negligible = 7

// NewTagger makes a Tagger of a model, which is read where it lies.
func NewTagger(m Model) *Tagger {
	scale := float64(m[len(m)-1]) / 1000
	t := &Tagger{model: m, mask: uint32(len(m)/Row - 1)}
	for behind := 0.0; behind*scale < negligible; behind++ {
		t.share = append(t.share, float32(math.Exp(-behind*scale)))
	}
	return t
}

// Tag labels a page, word by word from the left, each by the best label after those before it.
func (t *Tagger) Tag(text string, p *Page, into []Tagged) []Tagged {
	prev, last := Outside, Outside
	var features [Features]uint32
	for i := range p.Tokens {
		var best Tagged
		if !(prev == Outside && p.plain(&p.Tokens[i])) && p.Candidate(i, prev) {
			p.FeaturesOf(text, i, prev, last, &features)
			best = t.best(&features, prev)
		}
		into = append(into, best)
		last, prev = prev, best.Label
	}
	return into
}

// sums are the labels' sums, 16 bits each: of the outside and the insides, and of the begins.
type sums struct{ even, odd [Row / 8]uint64 }

// sum adds up the rows of features. It adds four labels at once, each in 16 bits, which Features rows cannot fill.
func (t *Tagger) sum(features *[Features]uint32) sums {
	const low = 0x00ff00ff00ff00ff
	var even, odd, evenHigh, oddHigh uint64 // and no arrays, which would not stay in registers
	for _, f := range features {
		row := t.model[int(f&t.mask)*Row:][:Row]
		a, b := load(row[:8]), load(row[8:])
		even += a & low
		odd += a >> 8 & low
		evenHigh += b & low
		oddHigh += b >> 8 & low
	}
	return sums{[...]uint64{even, evenHigh}, [...]uint64{odd, oddHigh}}
}

// of is the sum of a label, and of what its weights are stored with.
func (s *sums) of(l Label) int {
	half := s.even[l/8]
	if l&1 == 1 {
		half = s.odd[l/8]
	}
	return int(half >> (l % 8 / 2 * 16) & 0xffff)
}

// best is the most probable label that may follow prev: the outside, a begin, or the inside of prev's type.
func (t *Tagger) best(features *[Features]uint32, prev Label) Tagged {
	s := t.sum(features)
	top, most := Outside, s.of(Outside)
	for l := BeginPerson; l < Labels; l += 2 {
		if sum := s.of(l); sum > most {
			top, most = l, sum
		}
	}
	inside := Outside
	if prev != Outside {
		inside = prev.Begin() + 1
		if sum := s.of(inside); sum > most {
			top, most = inside, sum
		}
	}
	if top == Outside {
		return Tagged{}
	}
	total := t.shared(most - s.of(Outside))
	for l := BeginPerson; l < Labels; l += 2 {
		total += t.shared(most - s.of(l))
	}
	if inside != Outside {
		total += t.shared(most - s.of(inside))
	}
	return Tagged{Label: top, Score: 1 / total}
}

func (t *Tagger) shared(behind int) float32 {
	if behind < len(t.share) {
		return t.share[behind]
	}
	return 0
}

// May says whether l can follow prev: an inside only follows its own type.
func May(prev, l Label) bool {
	return !l.Inside() || prev.Begin() == l.Begin()
}
