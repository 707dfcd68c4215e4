package phrase

import (
	"slices"
	"strings"
)

// Set is a compiled list of phrases. It is read-only and used by any number of goroutines.
//
// What most words are looked up in is small, and lies together: a text takes few lines of it into the caches.
type Set struct {
	families []string
	// filter has a bit for the hash of every atom, so that most words are looked up nowhere.
	filter            [1 << filterBits / 64]uint64
	heads             [1 << headBits / 64]uint64 // the same for the first shortest bytes of every prefix
	shortest, longest int                        // prefix
	// entries are a hash table of the atoms: each is in the first slot from its own on that was free.
	entries []entry
	starts  []start // of all entries
	rests   []rest  // of all starts
}

const (
	filterBits = 15
	headBits   = 12
)

// entry is what an atom is in the phrases of a Set.
type entry struct {
	hash   uint32
	size   uint8  // of the prefix, in bytes, and 1; 1 is a word, 0 a free slot
	starts uint8  // how many phrases may begin with it
	first  uint16 // of them
}

// start is one way for a phrase to begin: the alternative of its first step whose first atom was seen. It says what must
// come next, by which most are told from a phrase at once.
type start struct {
	need   uint64 // the bit of one of these atoms in the next words, of which so many count; 0: nothing
	next   uint32 // the hash of the next word; 0: any
	within uint8
	family uint8
	rest   uint16
}

// rest is what must follow the first atom of a phrase.
type rest struct {
	first []atom // the rest of the alternative
	steps []step
}

// step is one place of a phrase: any of its alternatives, after at most gap other words.
type step struct {
	gap  int
	alts [][]atom
	// atoms has the bits of those that begin an alternative: most words are told apart by it.
	atoms uint64
}

// atom is a word, or with prefix > 0 the first prefix bytes of one.
type atom struct {
	hash   uint32
	prefix uint8
}

// bit is the atom's own among the 64 that words and steps are compared by; others share it.
func (a atom) bit() uint64 { return 1 << (a.spread() >> 26) }

// spread is a hash whose high bits depend on all of the atom.
func (a atom) spread() uint32 { return (a.hash + uint32(a.prefix)) * 0x9E3779B1 }

const (
	maxPrefix = 24
	maxGap    = 9
	maxStarts = 1 << 8 // of an atom
	maxRests  = 1 << 16
)

// MaxFamilies is how many families a Set may have.
const MaxFamilies = 64

// Compile makes a Set of families of phrases, one phrase a line. A phrase is steps with spaces between them:
//
//	ignore|disregard ..3 previous|prior|all_of_the_above ..1 instruct*
//
// A step is alternatives; an alternative is a word, words joined by _ that follow one another, or the beginning of a
// word with *, at most 24 bytes of it. "..3" lets up to three other words stand before the next step.
// Empty lines are nothing. Compile panics on what it cannot read: phrases are part of the program.
func Compile(families []Family) *Set {
	if len(families) > MaxFamilies {
		panic("phrase: too many families")
	}
	c := compiler{Set: &Set{shortest: maxPrefix}, at: map[atom]int{}}
	for i, f := range families {
		c.families = append(c.families, f.Name)
		for line := range strings.Lines(f.Phrases) {
			if fields := strings.Fields(line); len(fields) > 0 {
				c.add(c.steps(fields), uint8(i))
			}
		}
	}
	c.layOut()
	return c.Set
}

// Family is phrases that mean one thing.
type Family struct {
	Name    string
	Phrases string
}

// Names returns the families whose bits are set, in their order.
func (s *Set) Names(bits uint64) []string {
	var names []string
	for i, name := range s.families {
		if bits&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// Families returns the names of all families; bit i of a Find is the i-th.
func (s *Set) Families() []string { return slices.Clone(s.families) }
