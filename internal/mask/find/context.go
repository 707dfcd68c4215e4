package find

import (
	"strings"
	"sync"
)

// How far from a value a context word may stand, in bytes.
const (
	reachBefore = 64
	reachAfter  = 32
)

// contextWords says which kinds are spoken of near a place. Words are read only where something asks, each place once.
type contextWords struct {
	text    string
	lexicon *lexicon
	read    int // up to here
	seen    []mention
}

type mention struct {
	start, end int
	kinds      kinds
}

func (c *contextWords) reset(text string, l *lexicon) {
	c.text, c.lexicon, c.read, c.seen = text, l, 0, c.seen[:0]
}

// near says whether a context word of k stands in front of start or behind end, at most so far away.
func (c *contextWords) near(k kind, start, end, before, after int) bool {
	spoken := c.around(start, end, before, after)
	return spoken.has(k)
}

// around is the kinds whose context words stand there.
func (c *contextWords) around(start, end, before, after int) (spoken kinds) {
	c.readTo(start-reachBefore, end+reachAfter)
	for i := len(c.seen) - 1; i >= 0; i-- {
		m := &c.seen[i]
		if m.end < start-reachBefore {
			break
		}
		if m.end <= start && m.end >= start-before || m.start >= end && m.start <= end+after {
			spoken[0] |= m.kinds[0]
			spoken[1] |= m.kinds[1]
		}
	}
	return spoken
}

// readTo reads the words between from and to that have not been read. A word that is cut by from is left out.
func (c *contextWords) readTo(from, to int) {
	i := c.read
	if from > i {
		for i = from; i > 0 && i < len(c.text) && wordByte(c.text[i-1]); {
			i++
		}
	}
	var buf [longestWord]byte
	for i < len(c.text) && i < to {
		if !wordByte(c.text[i]) {
			i++
			continue
		}
		start, n := i, 0
		for i < len(c.text) && wordByte(c.text[i]) {
			if i > start && c.text[i]-'A' < 26 && c.text[i-1]-'a' < 26 {
				break // camelCase is two words
			}
			if n < len(buf) {
				buf[n] = lower(c.text[i])
				n++
			}
			i++
		}
		if set, ok := c.lexicon.context(buf[:n]); ok {
			c.seen = append(c.seen, mention{start, i, set})
		} else if buf[0] >= 0xE3 {
			c.unspaced(start, buf[:n])
		}
	}
	c.read = max(c.read, i)
}

// unspaced looks for context words inside of a run of a script that has no spaces; its letters have three bytes.
func (c *contextWords) unspaced(start int, run []byte) {
	for from := 0; from < len(run); from += 3 {
		for to := from + 3; to <= len(run); to += 3 {
			if set, ok := c.lexicon.context(run[from:to]); ok {
				c.seen = append(c.seen, mention{start + from, start + to, set})
			}
		}
	}
}

// wordByte says whether a byte belongs to a word: a letter, of any script. The first bytes of what is beyond ASCII and
// mostly no letter (spaces, signs, wide forms) end a word.
func wordByte(b byte) bool {
	return classes[b] == letter || b >= 0x80 && b != 0xC2 && b != 0xE2 && b != 0xEF
}

// longestWord is how many bytes of a word are compared.
const longestWord = 32

// lexicon holds the words that mean something to a detector.
type lexicon struct {
	contexts map[string]kinds
	// first holds, for a first byte and a length, whether there is such a context word; speaks the first three bytes of
	// those that have so many.
	first  [256]uint64
	speaks trigrams
	// names are words that begin something themselves: months, days, forms of address.
	names     map[string]name
	nameFirst [256]uint64
	begins    trigrams // of names of three letters and more
	secrets   []ending
	ends      trigrams // of secrets
}

var theLexicon = sync.OnceValue(func() *lexicon {
	l := &lexicon{contexts: map[string]kinds{}, names: theNames()}
	for k, e := range catalogue {
		for _, w := range strings.Fields(e.context) {
			set := l.contexts[w]
			set.add(kind(k))
			l.contexts[w] = set
			l.first[w[0]] |= 1 << len(w)
			if len(w) > 2 {
				l.speaks.add(w)
			}
		}
	}
	for w := range l.names {
		l.nameFirst[w[0]] |= 1 << len(w)
		if len(w) > 2 {
			l.begins.add(w)
		}
	}
	l.secrets = secretEndings()
	for _, e := range l.secrets {
		l.ends.add(e.letters[len(e.letters)-3:])
	}
	return l
})

func (l *lexicon) context(word []byte) (kinds, bool) {
	if l.first[word[0]]&(1<<len(word)) == 0 || len(word) > 2 && !l.speaks.has(word[0], word[1], word[2]) {
		return kinds{}, false
	}
	set, ok := l.contexts[string(word)]
	return set, ok
}

// may says whether the word of letters between i and end may be a name.
func (l *lexicon) may(text string, i, end int) bool {
	n := end - i
	return n > 1 && n < longestWord && (n == 2 || l.begins.at(text, i)) && l.nameFirst[lower(text[i])]&(1<<n) != 0
}
