// Package tag labels the words of a text: person, street address, place, organisation, nationality, title.
//
// A text enters and is cut into tokens; the lexicon says what each word may be, a linear model says what it is among its
// neighbours. Labels leave, with their probability. It knows no offsets but bytes, reads no file, and must never keep a
// text. The trainer in tools/train/names uses the same tokens and features, so that what was trained is what runs.
package tag

import (
	"unicode"
	"unicode/utf8"
)

// Shape is how a token is spelt.
type Shape uint8

// The shapes. Lower is also a word of a script without case.
const (
	Lower Shape = iota
	Title
	Upper   // two letters or more
	Mixed   // iPhone, McDonald
	Initial // one upper-case letter
	Number
	Code // letters and digits
	Punct
	Shapes // how many there are
)

// Gap is what stands before a token.
type Gap uint8

// The gaps.
const (
	None Gap = iota
	Space
	Line // a line break, and the begin of the text
)

// Token is a word, a number or one mark of punctuation.
type Token struct {
	Start, End int32  // bytes
	Hash       uint32 // of the folded word: Köln, KÖLN and Koln are one
	Shape      Shape
	Gap        Gap
	Kind       Kind // what the lexicon says of it
}

// offset and prime of FNV-1a, 32 bits.
const (
	offset = 2166136261
	prime  = 16777619
)

// Hash is the Hash that a token of this word has.
func Hash(word string) uint32 {
	h := uint32(offset)
	for _, r := range word {
		h = mix(h, fold(r))
	}
	return h
}

func mix(h uint32, r rune) uint32 {
	if r < utf8.RuneSelf {
		return (h ^ uint32(r)) * prime
	}
	return ((h^uint32(r&0xff))*prime ^ uint32(r>>8)) * prime
}

// Scan appends the tokens of text that begin before byte limit and returns them with the offset behind the last one.
func Scan(text string, from, limit int, into []Token) ([]Token, int) {
	gap := Line
	i := from
	for i < len(text) {
		switch text[i] {
		case '\n', '\r':
			gap, i = Line, i+1
			continue
		case ' ', '\t':
			gap, i = max(gap, Space), i+1
			continue
		}
		if i >= limit {
			break
		}
		t := Token{Start: int32(i), Gap: gap}
		if i = scanPlain(text, i, &t); i == int(t.Start) {
			i = scanOne(text, i, &t)
		}
		t.End = int32(i)
		gap = None
		if t.Shape == Punct && t.Hash == 0 {
			gap = Space // white space beyond ASCII
			continue
		}
		into = append(into, t)
	}
	return into, i
}

// What an ASCII byte is to scanPlain.
const (
	small  = 1 << iota // a lower-case letter
	large              // an upper-case letter
	figure             // a digit
	closes             // neither, nor what may stand inside of a word
	mark               // a mark of punctuation
)

var bytesOf = func() (table [256]uint8) {
	for c := range byte(utf8.RuneSelf) {
		switch {
		case 'a' <= c && c <= 'z':
			table[c] = small
		case 'A' <= c && c <= 'Z':
			table[c] = large
		case '0' <= c && c <= '9':
			table[c] = figure
		case c == '\'' || c == '-':
			table[c] = mark
		case unicode.IsSpace(rune(c)):
			table[c] = closes
		default:
			table[c] = closes | mark
		}
	}
	return table
}()

// scanPlain reads the token at i if it is of the common sort, and returns its end, or else i: a word of ASCII in lower case
// or with one capital before, a number, or a mark.
func scanPlain(text string, i int, t *Token) int {
	c := text[i]
	kind, end := bytesOf[c], i+1
	h := (uint32(offset) ^ uint32(c|0x20)) * prime
	rest := uint8(small)
	switch {
	case kind&small != 0:
	case kind&large != 0:
		t.Shape = Title
	case kind&figure != 0:
		t.Shape, rest = Number, figure
		h = (uint32(offset) ^ uint32(c)) * prime
	case kind&mark != 0:
		t.Shape, t.Hash = Punct, (uint32(offset)^uint32(c))*prime|1
		return end
	default:
		return i
	}
	for end < len(text) && bytesOf[text[end]] == rest {
		h = (h ^ uint32(text[end])) * prime
		end++
	}
	if end < len(text) && bytesOf[text[end]]&closes == 0 || t.Shape == Title && end == i+1 {
		return i
	}
	t.Hash = h
	return end
}

// letters counts what a word is made of.
type letters struct{ upper, lower, digit int }

// scanOne reads the token at i and returns its end.
func scanOne(text string, i int, t *Token) int {
	start := i
	h := uint32(offset)
	var n letters
	first := false // begins in upper case
	for i < len(text) {
		begin := i
		for i < len(text) && text[i]-'a' < 26 {
			h = (h ^ uint32(text[i])) * prime
			i++
		}
		if n.lower += i - begin; i == len(text) {
			break
		}
		switch c := text[i]; {
		case 'A' <= c && c <= 'Z':
			first = first || i == start
			h = (h ^ uint32(c|0x20)) * prime
			n.upper++
			i++
			continue
		case '0' <= c && c <= '9':
			h = (h ^ uint32(c)) * prime
			n.digit++
			i++
			continue
		case c == ' ':
			if i > start {
				t.Hash, t.Shape = h, n.shape(first)
				return i
			}
		}
		width := n.more(text, i, &h)
		if width == 0 {
			width = joint(text, start, i, &h)
		}
		if width == 0 {
			break
		}
		first = first || i == start && n.upper == 1
		i += width
	}
	if i == start {
		return punct(text, i, t)
	}
	t.Hash, t.Shape = h, n.shape(first)
	return i
}

// more reads a letter or digit beyond ASCII; 0 is its width if there is none.
func (n *letters) more(text string, i int, h *uint32) int {
	if text[i] < utf8.RuneSelf {
		return 0
	}
	r, width := utf8.DecodeRuneInString(text[i:])
	switch {
	case unicode.IsUpper(r):
		n.upper++
	case unicode.IsLetter(r):
		n.lower++
	case unicode.IsMark(r):
		return width
	case unicode.IsDigit(r):
		n.digit++
	default:
		return 0
	}
	*h = mix(*h, fold(r))
	return width
}

func (n letters) shape(first bool) Shape {
	switch {
	case n.digit > 0 && n.upper+n.lower == 0:
		return Number
	case n.digit > 0:
		return Code
	case n.upper == 0:
		return Lower
	case n.upper == 1 && n.lower == 0:
		return Initial
	case n.lower == 0:
		return Upper
	case first && n.upper == 1:
		return Title
	}
	return Mixed
}

// joint is the width of an apostrophe or hyphen inside a word: O'Brien, Jean-Luc, well-known, but not John's, l'Oréal or
// French-speaking.
func joint(text string, start, i int, h *uint32) int {
	if i == start {
		return 0
	}
	width := 1
	switch {
	case text[i] == '\'' || text[i] == '-':
	case len(text)-i > 3 && text[i:i+3] == "’":
		width = 3
	default:
		return 0
	}
	r, size := utf8.DecodeRuneInString(text[i+width:])
	if size == 0 || !unicode.IsLetter(r) {
		return 0
	}
	first, _ := utf8.DecodeRuneInString(text[start:])
	if unicode.IsUpper(first) != unicode.IsUpper(r) {
		return 0
	}
	if text[i] != '-' && !word(text[i+width:], 3) {
		return 0
	}
	*h = (*h ^ '-') * prime
	return width
}

// word says whether text begins with at least n letters.
func word(text string, n int) bool {
	for _, r := range text {
		if !unicode.IsLetter(r) {
			return false
		}
		if n--; n == 0 {
			return true
		}
	}
	return false
}

// punct reads one mark; its Hash is 0 for white space.
func punct(text string, i int, t *Token) int {
	r, width := utf8.DecodeRuneInString(text[i:])
	t.Shape = Punct
	if !unicode.IsSpace(r) {
		t.Hash = mix(offset, r) | 1
	}
	return i + width
}

// Joined hashes the words of a name as if hyphens joined them: "J. K. Rowling" is "j-k-rowling".
type Joined struct {
	hash uint32
	gap  bool
}

// Add takes the next letter or mark.
func (j *Joined) Add(r rune) {
	switch {
	case !unicode.IsLetter(r) && !unicode.IsDigit(r):
		j.gap = j.hash != 0
		return
	case j.hash == 0:
		j.hash = offset
	case j.gap:
		j.hash = mix(j.hash, '-')
	}
	j.gap = false
	j.hash = mix(j.hash, fold(r))
}

// Hash is the name's.
func (j *Joined) Hash() uint32 { return j.hash }
