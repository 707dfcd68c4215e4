package find

// trigrams is a set of the three bytes that words begin or end with, which says no to most words at the cost of one look.
// Case and the bits above the fifth are not seen, so that it may say yes to a wrong one.
type trigrams [1 << 15 / 64]uint64

func (t *trigrams) add(word string) {
	h := trigram(word, 0)
	t[h>>6] |= 1 << (h & 63)
}

// has says whether a word in the set may begin at i.
func (t *trigrams) has(text string, i int) bool {
	if i+3 > len(text) {
		return false
	}
	h := trigram(text, i)
	return t[h>>6]>>(h&63)&1 == 1
}

func trigram(text string, i int) uint {
	_ = text[i+2]
	return uint(text[i]&31)<<10 | uint(text[i+1]&31)<<5 | uint(text[i+2]&31)
}
