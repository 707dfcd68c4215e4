package injection

import (
	"math/bits"
	"strings"

	"github.com/landbridge/landbridge/internal/inspect/linear"
)

// Request puts the features of a part into a bag of the request model, which tells what is said to an assistant from
// what data says: the words and how it begins and ends.
func (r *Reading) Request(b *linear.Bag, p *Part) {
	var one, two uint32
	for i, w := range p.Words {
		h := w.Hash
		if isNumber(p.source[w.Start]) {
			h = 0
		}
		b.Add(join(oneWord, h))
		if i > 0 {
			b.Add(join(twoWords, one*31+h))
		}
		if i > 1 {
			b.Add(join(apartWords, two*31+h))
		}
		if i < 4 {
			b.Add(join(opening, uint32(i)*7919+h))
		}
		if i == 2 {
			b.Add(join(opening, (two*31+one)*31+h))
		}
		two, one = one, h
	}
	end := strings.TrimRight(p.Text(), " \t\r\"')*_`")
	if end != "" {
		b.Add(join(closing, uint32(end[len(end)-1])))
	}
	b.Add(join(length, min(log2(len(p.Words)), 6)))
	for found := p.Families; found != 0; found &= found - 1 {
		b.Add(join(family, uint32(bits.TrailingZeros64(found))))
	}
}
