package find

import (
	"math/bits"
	"strings"
	"sync"
)

// rule is one form of an id: which characters it has, how people group them, and what it must hold.
type rule struct {
	kind  kind
	shape string // d a digit, L a letter, A either, each with its count: "L2d6L1"
	// forms are the ways to write it: the length of each group, and what stands between: "9|3-2-4|3 2 4".
	forms string
	// bare is the score of a value by itself, near that of one with a context word; 0 is not found at all.
	bare, near float32
	check      func([]byte) bool // nil: the form is all there is
}

// form is one way to group characters: where it is cut, and by what.
type form struct{ cuts, seps uint64 }

// compiled is a rule as masks over the characters of a chain.
type compiled struct {
	rule
	digits, letters uint64
	forms           []form
}

// ruleBook holds the rules by the length of their values.
type ruleBook struct {
	shelves [maxChain + 1]shelf
	// begins holds, for a length, a bit for each beginning of a form that is cut there.
	begins [maxChain + 1]uint64
}

// shelf holds the rules of one length, and a bit for each of their forms, which says no to most numbers.
type shelf struct {
	rules []compiled
	forms uint64
}

func (b *ruleBook) add(n int, c compiled) {
	s := &b.shelves[n]
	s.rules = append(s.rules, c)
	for _, f := range c.forms {
		s.forms |= f.bit()
		b.begin(f)
	}
}

// begin adds a form's beginnings.
func (b *ruleBook) begin(f form) {
	for ; f.cuts != 0; f.seps >>= 3 {
		last := bits.Len64(f.cuts) - 1
		b.begins[last] |= f.bit()
		f.cuts &^= 1 << last
	}
}

// bit is one of 64 that forms share.
func (f form) bit() uint64 {
	return 1 << ((f.cuts*0x9e3779b97f4a7c15 ^ f.seps*0xc2b2ae3d27d4eb4f) >> 58)
}

var theRules = sync.OnceValue(func() *ruleBook {
	var book ruleBook
	for _, part := range [][]rule{americanRules, britishRules, germanRules, southernRules, northernRules, easternRules, indianRules, pacificRules, worldRules} {
		for _, r := range part {
			n, c := r.compile()
			book.add(n, c)
		}
	}
	return &book
})

// of leaves the rules of some kinds.
func (b *ruleBook) of(wanted kinds) *ruleBook {
	var some ruleBook
	for _, f := range postalForms() {
		some.begin(f)
	}
	for n, shelf := range b.shelves {
		for _, r := range shelf.rules {
			if wanted.has(r.kind) {
				some.add(n, r)
			}
		}
	}
	return &some
}

// compile returns the rule's length, and its masks.
func (r rule) compile() (int, compiled) {
	c, n := compiled{rule: r}, 0
	for s := r.shape; s != ""; {
		count, rest := leadingNumber(s[1:])
		for range count {
			switch s[0] {
			case 'd':
				c.digits |= 1 << n
			case 'L':
				c.letters |= 1 << n
			}
			n++
		}
		s = rest
	}
	for s := range strings.SplitSeq(r.forms, "|") {
		f, length := newForm(s)
		if length != n {
			panic("find: form " + r.forms + " does not fit shape " + r.shape)
		}
		c.forms = append(c.forms, f)
	}
	return n, c
}

// newForm reads 3-2-4, and how long such a value is.
func newForm(s string) (f form, length int) {
	for {
		count, rest := leadingNumber(s)
		if length += count; rest == "" {
			return f, length
		}
		f.cuts |= 1 << length
		f.seps = f.seps<<3 | separators[rest[0]]
		s = rest[1:]
	}
}

func leadingNumber(s string) (n int, rest string) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		n = n*10 + int(s[i]-'0')
		i++
	}
	return n, s[i:]
}

// fits says whether the first characters of a chain have the rule's form.
func (c *compiled) fits(digits uint64, f form) bool {
	if digits&c.digits != c.digits || digits&c.letters != 0 {
		return false
	}
	for _, want := range c.forms {
		if want == f {
			return true
		}
	}
	return false
}

// byRules reports what the chain begins with, by all rules.
func (s *scanner) byRules() {
	c := &s.chain
	first := &c.groups[0]
	for i := range c.groups[:c.k] {
		g := &c.groups[i]
		shelf, f := &s.rules.shelves[g.until], form{g.cuts, g.seps}
		if shelf.forms&f.bit() == 0 || !closes(s.text, g.end) || c.goesOn(i) {
			continue
		}
		for j := range shelf.rules {
			r := &shelf.rules[j]
			if r.fits(c.digits, f) && (r.check == nil || r.check(c.buf[:g.until])) {
				s.weighed(r.kind, first.start, g.end, r.bare, r.near, r.check != nil)
			}
		}
	}
}

// weighed reports a value with the score that its surroundings give it. A context word must stand closer to a value that
// has no check digit.
func (s *scanner) weighed(k kind, start, end int, bare, near float32, checked bool) {
	before, after := reachBefore, reachAfter
	if !checked {
		before, after = 32, 12
	}
	if s.words.near(k, start, end, before, after) {
		bare = near
	}
	if bare > 0 {
		s.report(k, start, end, bare)
	}
}

// goesOn says whether the groups behind the i-th go on as the ones before it: then it is not the end of a number.
func (c *chain) goesOn(i int) bool {
	if i+1 >= c.k {
		return false
	}
	next := &c.groups[i+1]
	if next.sep == none {
		return true
	}
	return i > 0 && next.sep == c.groups[i].sep && c.digits>>next.from&1 == 1
}
