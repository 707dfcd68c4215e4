package phrase

import (
	"slices"
	"strconv"
	"strings"
)

// Set is a compiled list of phrases. It is read-only and used by any number of goroutines.
type Set struct {
	families []string
	// first leads from the hash of a word to the phrases that may begin with it; prefixes the same for the first bytes
	// of a word, by how many.
	first    map[uint32][]start
	prefixes [maxPrefix + 1]map[uint32][]start
	longest  int // prefix
	// filter has a bit for every hash in them, so that most words are asked for nowhere.
	filter [1 << 10]uint64
}

func (s *Set) mayBegin(hash uint32) bool {
	bit := hash ^ hash>>16
	return s.filter[bit>>6&(1<<10-1)]&(1<<(bit&63)) != 0
}

// start is one way for a phrase to begin: the alternative of its first step whose first atom was seen.
type start struct {
	steps []step
	alt   int
	bit   uint64
}

// step is one place of a phrase: any of its alternatives, after at most gap other words.
type step struct {
	gap  int
	alts [][]atom
	// bytes has a bit for each first byte of an alternative: most words are told apart by it.
	bytes [4]uint64
}

func (s *step) mayBe(c byte) bool { return s.bytes[c>>6]&(1<<(c&63)) != 0 }

// atom is a word, or with prefix > 0 the first prefix bytes of one.
type atom struct {
	hash   uint32
	prefix int
}

const maxPrefix = 24

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
	s := &Set{first: map[uint32][]start{}}
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
	for i, alt := range p[0].alts {
		table := s.first
		if n := alt[0].prefix; n > 0 {
			if s.prefixes[n] == nil {
				s.prefixes[n] = map[uint32][]start{}
			}
			table = s.prefixes[n]
			s.longest = max(s.longest, n)
		}
		at := alt[0].hash ^ alt[0].hash>>16
		s.filter[at>>6&(1<<10-1)] |= 1 << (at & 63)
		table[alt[0].hash] = append(table[alt[0].hash], start{steps: p, alt: i, bit: bit})
	}
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
		for a := range strings.SplitSeq(f, "|") {
			next.bytes[a[0]>>6] |= 1 << (a[0] & 63)
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
