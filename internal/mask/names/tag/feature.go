package tag

import "math/bits"

// Label is what a token is: outside of everything, or the begin or the inside of a span of one type.
type Label uint8

// The labels, in the order of the model's weights. The inside of a type follows its begin.
const (
	Outside Label = iota
	BeginPerson
	InPerson
	BeginAddress
	InAddress
	BeginPlace
	InPlace
	BeginOrganization
	InOrganization
	BeginNationality
	InNationality
	BeginTitle
	InTitle
	Labels // how many there are
)

// Inside says whether l goes on with a span; Begin is the label that such a span begins with.
func (l Label) Inside() bool { return l != Outside && l&1 == 0 }

// Begin is the label that a span of l's type begins with.
func (l Label) Begin() Label {
	if l.Inside() {
		return l - 1
	}
	return l
}

// Case is how a text uses capitals.
type Case uint8

// The cases.
const (
	Cased   Case = iota
	Uncased      // no capitals
	Shouted      // nothing else
)

// Page is a text's tokens, looked up, as the model sees them.
type Page struct {
	Tokens []Token
	Case   Case
}

// NewPage judges how tokens use capitals.
func NewPage(tokens []Token) Page {
	var n [Shapes]int
	for i := range tokens {
		n[tokens[i].Shape]++
	}
	upper, lower, title := n[Upper], n[Lower], n[Title]+n[Mixed]
	p := Page{Tokens: tokens}
	switch {
	case title == 0 && lower > 0 && upper*4 <= lower:
		p.Case = Uncased
	case upper > 2 && lower+title < upper/4:
		p.Case = Shouted
	}
	return p
}

// at is the token at i, or an empty one outside of the page.
func (p *Page) at(i int) *Token {
	if i < 0 || i >= len(p.Tokens) {
		return &none
	}
	return &p.Tokens[i]
}

var none = Token{Shape: Punct, Gap: Line, Hash: 1}

// Candidate says whether the token at i can be anything but Outside, after a token labelled prev. Prose is mostly made of
// words that cannot, which is what makes it fast.
func (p *Page) Candidate(i int, prev Label) bool {
	t := &p.Tokens[i]
	if t.Shape != Punct && p.code(i) || t.Shape == Initial && p.item(i) {
		return false
	}
	switch t.Shape {
	case Lower:
		return p.lower(i, prev)
	case Punct:
		return prev != Outside && i+1 < len(p.Tokens) && p.near(i+1)
	case Number, Code:
		return prev != Outside || p.word(i-1) || p.word(i+1) || p.word(i+2)
	case Title, Initial:
		if p.Case == Cased && t.Kind&(Common|Foreign) != 0 && t.Kind&(Given|Honorific) == 0 && p.opens(i) {
			return p.capital(i+1) && p.Tokens[i+1].Gap != Line
		}
	}
	return true
}

// item says whether the letter at i is that of a list: B) or (b).
func (p *Page) item(i int) bool {
	r := p.at(i + 1)
	return r.Hash == closing && r.Gap == None
}

// plain says whether t is an ordinary word in lower case, which is no candidate unless it follows one.
func (p *Page) plain(t *Token) bool {
	return t.Shape == Lower && t.Kind&(Common|Known|Foreign) != 0 && t.Kind&(Honorific|Unit|Street|Particle) == 0 && p.Case == Cased
}

// code says whether the token at i is part of an identifier, a path, an address of mail or of the web, or a call.
func (p *Page) code(i int) bool {
	if t := &p.Tokens[i]; t.Gap == None && i > 0 {
		switch l := &p.Tokens[i-1]; l.Hash {
		case underscore, backslash, atSign, dollar:
			return true
		case Dot:
			return t.Shape != Initial && t.Shape != Number && p.at(i-2).Shape != Initial && l.Gap == None
		case slash:
			before, after := p.at(i-2), p.at(i+1)
			return before.Hash == less || before.Hash == slash || after.Hash == slash && after.Gap == None
		}
	}
	r := p.at(i + 1)
	if r.Gap != None {
		return false
	}
	switch r.Hash {
	case underscore, backslash, atSign, equals, opening:
		return true
	case Dot:
		rr := p.at(i + 2)
		return rr.Gap == None && rr.Shape == Lower
	}
	return false
}

// lower is Candidate of a word in lower case.
func (p *Page) lower(i int, prev Label) bool {
	t := &p.Tokens[i]
	switch {
	case t.Kind&(Honorific|Unit|Street) != 0:
		return prev != Outside || p.near(i+1) || p.near(i-1) || p.at(i+1).Hash == Dot && p.near(i+2)
	case t.Kind&Particle != 0 && p.Case == Cased:
		return (p.capital(i+1) || p.at(i+1).Hash == hyphen && p.capital(i+2)) && (prev != Outside || t.Kind&Common == 0)
	case p.Case == Cased:
		return t.Kind&(Given|Surname|City|Country|Nationality) != 0 && t.Kind&(Common|Known|Foreign) == 0 ||
			prev != Outside && p.capital(i+1)
	case t.Kind&(Common|Foreign|Known) == 0:
		return true
	}
	return t.Kind&(Name|Nationality) != 0 || prev != Outside && (p.near(i+1) || t.Kind&(Company|Particle|Known) != 0)
}

// near says whether the token at i is one that a span can be made of by its looks.
func (p *Page) near(i int) bool {
	t := p.at(i)
	switch t.Shape {
	case Lower:
		return t.Kind&(Street|Unit|Given|City|Nationality) != 0 || p.Case == Uncased && t.Kind&(Common|Known|Foreign) == 0
	case Punct:
		return false
	}
	return true
}

// word says whether the token at i is near, and no number: figures among figures are no address.
func (p *Page) word(i int) bool { return p.at(i).Shape < Number && p.near(i) }

func (p *Page) capital(i int) bool {
	s := p.at(i).Shape
	return s == Title || s == Upper || s == Mixed || s == Initial
}

// opens says whether the token at i is the first of a sentence or line, where capitals say little.
func (p *Page) opens(i int) bool {
	t := &p.Tokens[i]
	if t.Gap == Line {
		return true
	}
	before := p.at(i - 1)
	return before.Shape == Punct && before.Hash != comma && before.Hash != hyphen
}

// Dot is the Hash of a full stop.
var Dot = mix(offset, '.') | 1

// Hashes of other marks.
var (
	comma      = mix(offset, ',') | 1
	hyphen     = mix(offset, '-') | 1
	underscore = mix(offset, '_') | 1
	backslash  = mix(offset, '\\') | 1
	slash      = mix(offset, '/') | 1
	less       = mix(offset, '<') | 1
	atSign     = mix(offset, '@') | 1
	dollar     = mix(offset, '$') | 1
	equals     = mix(offset, '=') | 1
	opening    = mix(offset, '(') | 1
	closing    = mix(offset, ')') | 1
)

// Features is how many features a token has.
const Features = 16

// Which features are words, a bit for each: the neighbours', and the token's own.
const (
	Neighbours = 1<<1 | 1<<2 | 1<<4 | 1<<5 | 1<<13 | 1<<15
	Own        = 1 << 0
)

// FeaturesOf are the hashes of what is known of the token at i, after tokens labelled prev and, before it, last.
func (p *Page) FeaturesOf(text string, i int, prev, last Label, into *[Features]uint32) {
	t, l, r, ll, rr := &p.Tokens[i], p.at(i-1), p.at(i+1), p.at(i-2), p.at(i+2)
	opens := uint32(0)
	if p.opens(i) {
		opens = 1
	}
	mode := uint32(p.Case)
	word := text[t.Start:t.End]
	form, k := t.form(), uint32(t.Kind)
	prior := uint32(prev)<<8 | uint32(last)
	*into = [Features]uint32{
		feature(0, t.Hash, mode),
		feature(1, l.Hash, 0),
		feature(2, r.Hash, 0),
		feature(3, t.class(), uint32(t.Shape)),
		feature(4, l.Hash, ll.Hash),
		feature(5, r.Hash, rr.Hash),
		feature(6, k, mode<<8|opens),
		feature(7, l.seen(), l.form()<<16|uint32(t.Gap)),
		feature(8, r.seen(), r.form()<<16|uint32(r.Gap)),
		feature(9, suffix(word, 3), mode),
		feature(10, prefix(word, 3), form),
		feature(11, prior, mode),
		feature(12, prior, k),
		feature(13, prior, l.Hash),
		feature(14, form<<4|opens, k),
		feature(15, prior, r.Hash),
	}
}

// seen is what a token may be as its neighbours see it: one ordinary word is not told from another, lest a rare set of
// kinds stand for one word.
func (t *Token) seen() uint32 {
	if t.Kind&Common != 0 && t.Kind&Given == 0 || t.Shape == Lower && t.Kind&(Known|Foreign) != 0 {
		return uint32(t.Kind&(Honorific|Street|Unit|Nationality) | Common)
	}
	return uint32(t.Kind &^ (Job | Public))
}

// class is what a token may be, roughly, so that each pair of classes has been seen often.
func (t *Token) class() uint32 {
	if t.Shape >= Number {
		return uint32(t.Shape)
	}
	c := uint32(16)
	for i, kinds := range [...]Kind{Given, Surname, City | Country, Common | Known | Foreign} {
		if t.Kind&kinds != 0 {
			c |= 1 << i
		}
	}
	if t.Kind&(Honorific|Street|Unit|Company) != 0 && t.Kind&Name == 0 {
		c |= 32
	}
	return c
}

// form is a token's shape, with the length of numbers and the identity of marks.
func (t *Token) form() uint32 {
	switch t.Shape {
	case Number:
		return uint32(t.Shape)<<4 | uint32(min(t.End-t.Start, 7))
	case Punct:
		return uint32(t.Shape)<<4 | t.Hash>>3&15
	}
	return uint32(t.Shape) << 4
}

// feature is the hash of two values: both halves of a product, which every bit of both has a part in.
func feature(template uint64, a, b uint32) uint32 {
	const odd = 0x9e3779b97f4a7c15
	high, low := bits.Mul64(uint64(a)<<32|uint64(b)^(template+1)*0xd6e8feb86659fd93, odd)
	return uint32(high ^ low)
}

// suffix is the last n bytes of a word.
func suffix(word string, n int) uint32 {
	h := uint32(len(word)) & 1 // a word and its plural should differ little
	if len(word) >= n {
		h = 0
		word = word[len(word)-n:]
	}
	for i := range len(word) {
		h = h<<8 | uint32(word[i]|0x20)
	}
	return h
}

// prefix is the first n bytes of a word.
func prefix(word string, n int) uint32 {
	h := uint32(0)
	for i := range min(n, len(word)) {
		h = h<<8 | uint32(word[i]|0x20)
	}
	return h
}
