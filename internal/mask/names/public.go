package names

import (
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/mask/names/tag"
)

// nobody is what is left of the score of a person whom a text does not give away: less than least.
const nobody = 0.45

// longest is the longest name that everybody knows, in bytes.
const longest = 40

// public says whether a span names somebody or something that everybody knows, as Einstein and Louis Vuitton are, or a part
// of such a name that stood in the text before, and nothing says that a person is spoken to who has the same name.
func (f *Finder) public(text string, p *page, s *span) bool {
	if s.to-s.from == 1 && slices.Contains(p.famous, p.tokens[s.from].Hash) {
		return !s.met(p)
	}
	if !f.known(text, p, s) || s.met(p) {
		return false
	}
	if s.to-s.from > 1 {
		p.famous = append(p.famous, p.tokens[s.from].Hash, p.tokens[s.to-1].Hash)
	}
	return true
}

// known says whether a name is on the lists: whole, without the word before or behind it, or with the initial before it that
// was left out.
func (f *Finder) known(text string, p *page, s *span) bool {
	is := func(from, to int) bool {
		name := text[p.tokens[from].Start:p.tokens[to-1].End]
		if len(name) > longest {
			return false
		}
		var key tag.Joined
		for _, r := range name {
			key.Add(r)
		}
		return f.lexicon.Kind(key.Hash())&tag.Public != 0
	}
	n := s.to - s.from
	return is(s.from, s.to) || n > 2 && (is(s.from+1, s.to) || is(s.from, s.to-1)) || n > 3 && is(s.to-2, s.to) ||
		s.from > 0 && p.tokens[s.from-1].Shape == tag.Title && is(s.from-1, s.to) ||
		s.from > 1 && p.tokens[s.from-2].Shape == tag.Initial && p.tokens[s.from-1].Hash == tag.Dot && is(s.from-2, s.to)
}

// met says whether the text knows the person of a span: it speaks to them, or somebody's address stands in it.
func (s *span) met(p *page) bool {
	return s.greeted(p) || p.look() == private
}

func (s *span) greeted(p *page) bool {
	return s.from > 0 && slices.Contains(greetings[:], p.tokens[s.from-1].Hash)
}

// Words that say what a text is about.
var (
	greetings = hashes("dear hi hello hey am")
	measures  = hashes("many much old far tall fast long")
	sums      = hashes("each twice half total altogether average calculate percent times remaining per cost costs more less fewer")
	numerals  = hashes("two three four five six seven eight nine ten twelve twenty")
	inventing = hashes("story tale fictional fiction character characters protagonist hypothetical imaginary imagine suppose pretend " +
		"puzzle puzzles riddle riddles clue clues deduce premise sentence sentences grammar noun nouns verb verbs")
	how   = tag.Hash("how")
	alice = tag.Hash("alice")
	bob   = tag.Hash("bob")
	at    = tag.Hash("@") | 1 // of the mark
)

func hashes(words string) (out []uint32) {
	for w := range strings.FieldsSeq(words) {
		out = append(out, tag.Hash(w))
	}
	return out
}

// scene is what a stretch of text is about, as far as it matters for the people in it.
type scene uint8

const (
	unread    scene = iota
	common          // nothing of the following
	private         // somebody's address
	reckoning       // a riddle: numbers, and what is to be made of them
	invented        // an exercise, a story
)

// look reads the scene of the page.
func (p *page) look() scene {
	if p.scene == unread {
		p.scene = p.read()
	}
	return p.scene
}

func (p *page) read() scene {
	asks, numbers, cues, invents, cast := false, 0, 0, false, 0
	for i := range p.tokens {
		t := &p.tokens[i]
		switch {
		case t.Hash == at || p.tagged[i].Label == tag.BeginAddress && p.address(i):
			return private
		case t.Shape == tag.Number:
			numbers++
		case t.Shape == tag.Punct:
		case t.Hash == how && i+1 < len(p.tokens):
			asks = asks || slices.Contains(measures, p.tokens[i+1].Hash)
		case t.Hash == alice:
			cast |= 1
		case t.Hash == bob:
			cast |= 2
		case t.Kind&tag.Common == 0 && t.Kind&tag.Known == 0:
		case slices.Contains(numerals, t.Hash):
			numbers++
		case slices.Contains(sums, t.Hash):
			cues++
		default:
			invents = invents || slices.Contains(inventing, t.Hash)
		}
	}
	switch {
	case numbers > 1 && (asks || cues > 1):
		return reckoning
	case invents || cast == 3:
		return invented
	}
	return common
}

// address says whether the span that begins at i is an address, and no postcode alone.
func (p *page) address(i int) bool {
	s := p.span(i)
	s.trim(p)
	return s.from+1 < s.to && s.holds(p)
}

// riddle says whether a span is a name of one word in a text that is invented: of somebody who has apples, so that one can ask
// how many, or a first name of whom a story is told.
func (s *span) riddle(p *page) bool {
	if s.to-s.from > 1 || s.greeted(p) {
		return false
	}
	scene := p.look()
	return scene == reckoning || scene == invented && p.tokens[s.from].Kind&tag.Given != 0
}
