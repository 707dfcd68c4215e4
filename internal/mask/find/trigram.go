package find

import "sync"

// trigrams is a set of the three bytes that words begin or end with, which says no to most words at the cost of one look.
// Case and the bits above the fifth are not seen, so that it may say yes to a wrong one.
type trigrams [1 << 15 / 64]uint64

func (t *trigrams) add(word string) {
	h := trigram(word[0], word[1], word[2])
	t[h>>6] |= 1 << (h & 63)
}

// at says whether a word in the set may begin at i.
func (t *trigrams) at(text string, i int) bool {
	return i+3 <= len(text) && t.has(text[i], text[i+1], text[i+2])
}

// has says whether a word in the set may begin with three bytes.
func (t *trigrams) has(a, b, c byte) bool {
	h := trigram(a, b, c)
	return t[h>>6%uint(len(t))]>>(h&63)&1 == 1
}

// theStarts are those of all words and tokens that begin something, together: one look for most words of prose.
var theStarts = sync.OnceValue(func() *trigrams {
	starts := theLexicon().begins
	for i, bits := range theMakers().begins {
		starts[i] |= bits
	}
	return &starts
})

func trigram(a, b, c byte) uint { return uint(a&31)<<10 | uint(b&31)<<5 | uint(c&31) }
