package phrase

import (
	"slices"
	"strconv"
	"strings"
)

// Set is a compiled list of phrases. It is read-only and used by any number of goroutines.
type Set struct {
	families []string
	// entries are what the atoms of phrases are; the first is that of any other.
	entries []entry
	// slots leads from the hash of an atom to its entry: to the first slot from its own on that is the atom's or free.
	slots             [2 * maxAtoms]uint16
	shortest, longest int // prefix
	// filter has a bit for every hash in slots, so that most words are looked up nowhere.
	filter [1 << 10]uint64
}

func (s *Set) mayHold(hash uint32) bool {
	bit := hash ^ hash>>16
	return s.filter[bit>>6&(1<<10-1)]&(1<<(bit&63)) != 0
}

func (s *Set) slot(a atom) *uint16 {
	for i := a.hash ^ a.hash>>16; ; i++ {
		if at := &s.slots[i%(2*maxAtoms)]; *at == 0 || s.entries[*at].atom == a {
			return at
		}
	}
}

// entry is what an atom is in the phrases of a Set.
type entry struct {
	atom
	bit    uint64  // its own, one of 64
	starts []start // the phrases that may begin with it
}

// start is one way for a phrase to begin: the alternative of its first step whose first atom was seen.
type start struct {
	first []atom // the rest of the alternative
	rest  []step
	bit   uint64
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
	prefix int
}

// bit is the atom's own among the 64 that words and steps are compared by; others share it.
func (a atom) bit() uint64 { return 1 << ((a.hash*0x9E3779B1 + uint32(a.prefix)) >> 26) }

const (
	maxPrefix = 24
	maxAtoms  = 4096
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
	s := &Set{entries: make([]entry, 1), shortest: maxPrefix}
	for i, f := range families {
		s.families = append(s.families, f.Name)
		for line := range strings.Lines(f.Phrases) {
			if fields := strings.Fields(line); len(fields) > 0 {
				s.add(steps(fields), 1<<i)
			}
		}
	}
	return s
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

func (s *Set) add(p []step, bit uint64) {
	for i, at := range p {
		for _, alt := range at.alts {
			e := s.entry(alt[0])
			if i == 0 {
				e.starts = append(e.starts, start{first: alt[1:], rest: p[1:], bit: bit})
			}
		}
	}
}

// entry returns the entry of an atom, a new one if it has none; it is good until the next call.
func (s *Set) entry(a atom) *entry {
	at := s.slot(a)
	if *at == 0 {
		if len(s.entries) > maxAtoms {
			panic("phrase: too many words")
		}
		*at = uint16(len(s.entries))
		s.entries = append(s.entries, entry{atom: a, bit: a.bit()})
		bit := a.hash ^ a.hash>>16
		s.filter[bit>>6&(1<<10-1)] |= 1 << (bit & 63)
		if a.prefix > 0 {
			s.shortest, s.longest = min(s.shortest, a.prefix), max(s.longest, a.prefix)
		}
	}
	return &s.entries[*at]
}

func steps(fields []string) []step {
	var p []step
	gap := 0
	for _, f := range fields {
		if n, ok := strings.CutPrefix(f, ".."); ok {
			g, err := strconv.Atoi(n)
			if err != nil || g < 1 || g > 9 {
				panic("phrase: gap " + f)
			}
			gap = g
			continue
		}
		next := step{gap: gap, alts: alternatives(f)}
		for _, alt := range next.alts {
			next.atoms |= alt[0].bit()
		}
		p = append(p, next)
		gap = 0
	}
	if gap != 0 || p[0].gap != 0 {
		panic("phrase: a gap begins or ends " + strings.Join(fields, " "))
	}
	return p
}

func alternatives(field string) [][]atom {
	var alts [][]atom
	for a := range strings.SplitSeq(field, "|") {
		var seq []atom
		for w := range strings.SplitSeq(a, "_") {
			seq = append(seq, atoms(w)...)
		}
		if len(seq) == 0 {
			panic("phrase: empty alternative in " + field)
		}
		alts = append(alts, seq)
	}
	return alts
}

// atoms are one, or several where a language writes without spaces.
func atoms(word string) []atom {
	if stem, ok := strings.CutSuffix(word, "*"); ok {
		if len(stem) > maxPrefix || len(stem) < 2 {
			panic("phrase: prefix " + word)
		}
		return []atom{{hash: Hash(stem), prefix: len(stem)}}
	}
	var seq []atom
	for _, w := range Words(word, nil) {
		seq = append(seq, atom{hash: w.Hash})
	}
	return seq
}
