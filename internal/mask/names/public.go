package names

import (
	"slices"

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
	name := text[p.tokens[s.from].Start:p.tokens[s.to-1].End]
	if len(name) > longest {
		return false
	}
	var key tag.Joined
	for _, r := range name {
		key.Add(r)
	}
	if f.lexicon.Kind(key.Hash())&tag.Public == 0 || s.met(p) {
		return false
	}
	if s.to-s.from > 1 {
		p.famous = append(p.famous, p.tokens[s.from].Hash, p.tokens[s.to-1].Hash)
	}
	return true
}

// met says whether the text knows the person of a span: it speaks to them, or somebody's address stands in it.
func (s *span) met(p *page) bool {
	return s.from > 0 && slices.Contains(greetings[:], p.tokens[s.from-1].Hash) || p.look() == private
}

// Hashes of words that say what a text is about.
var (
	greetings = [...]uint32{tag.Hash("dear"), tag.Hash("hi"), tag.Hash("hello"), tag.Hash("hey"), tag.Hash("am")}
	measures  = [...]uint32{tag.Hash("many"), tag.Hash("much"), tag.Hash("old"), tag.Hash("far"), tag.Hash("tall"), tag.Hash("fast"), tag.Hash("long")}
	how       = tag.Hash("how")
	at        = tag.Hash("@") | 1 // of the mark
)

// scene is what a stretch of text is about, as far as it matters for the people in it.
type scene uint8

const (
	unread    scene = iota
	common          // nothing of the following
	private         // somebody's address
	reckoning       // a riddle: numbers, and the question how many or how old
)

// look reads the scene of the page.
func (p *page) look() scene {
	if p.scene != unread {
		return p.scene
	}
	asks, numbers := false, 0
	p.scene = common
	for i := range p.tokens {
		t := &p.tokens[i]
		switch {
		case t.Hash == at || p.tagged[i].Label == tag.BeginAddress:
			p.scene = private
			return private
		case t.Shape == tag.Number:
			numbers++
		case t.Hash == how && i+1 < len(p.tokens):
			asks = asks || slices.Contains(measures[:], p.tokens[i+1].Hash)
		}
	}
	if asks && numbers > 1 {
		p.scene = reckoning
	}
	return p.scene
}

// riddle says whether a span is the first name of somebody who has apples, so that one can ask how many.
func (s *span) riddle(p *page) bool {
	return s.to-s.from == 1 && p.tokens[s.from].Kind&tag.Given != 0 && p.look() == reckoning
}
