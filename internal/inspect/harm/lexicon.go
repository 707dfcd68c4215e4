package harm

import "strings"

// lexicon is a set of words of at most 31 bytes.
type lexicon struct {
	words map[string]struct{}
	// lengths has a bit for each length that a word with this first byte has: few words of a text get further.
	lengths [256]uint32
}

func newLexicon(words string) *lexicon {
	l := &lexicon{words: map[string]struct{}{}}
	for w := range strings.FieldsSeq(words) {
		l.words[w] = struct{}{}
		l.lengths[w[0]] |= 1 << len(w)
	}
	return l
}

func (l *lexicon) has(word string) bool {
	if word == "" || l.lengths[word[0]]&(1<<len(word)) == 0 {
		return false
	}
	_, ok := l.words[word]
	return ok
}
