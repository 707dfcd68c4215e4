package inspect

import "strings"

// page is where in a page of Markdown, HTML or plain text a LinkFilter stands.
type page struct {
	picture bool     // after "![", until the destination
	before  byte     // the byte before; 0 at the beginning
	tag     bool     // within <...>
	word    [12]byte // the letters before, small: the name of an attribute
	letters int      // of word; more than fit are none
	wants   token    // a destination comes next, after blanks and a quote
	quote   byte     // that opened it, or '('
}

// token is what comes next in a page.
type token uint8

const (
	plainText token = iota
	link            // the destination of a link
	image           // of what a browser fetches without being asked
	undecided       // more text will tell
)

// schemes begin a destination in plain text.
var schemes = [...]string{"http://", "https://", "ftp://", "ws://", "wss://", "www."}

// next says what begins text: so many bytes of plain text, a destination, or too little to tell.
func (p *page) next(text string, last bool) (n int, what token) {
	if p.wants != plainText {
		return p.opening(text)
	}
	if !letter(p.before) {
		switch begins(text, last) {
		case undecided:
			return 0, undecided
		case link:
			p.quote = 0
			return 0, link
		}
	}
	if text[0] == '<' {
		return p.angle(text, last)
	}
	p.pass(text[0])
	for n = 1; n < len(text) && letter(p.before) && letter(text[n]); n++ { // within a word nothing begins
		p.pass(text[n])
	}
	return n, plainText
}

// rests says whether nothing but what comes next matters.
func (p *page) rests() bool { return p.wants == plainText && !p.picture && !p.tag }

// skip passes a calm stretch.
func (p *page) skip(text string) {
	if text != "" {
		p.before, p.letters = text[len(text)-1], 0
	}
}

// calm returns how much of a text is plain where a page rests, and where the byte is that ends the calm: it, and the word
// before it, may begin a destination. Most texts are calm, and are passed here at one look at each byte.
func calm(text string) (n, stop int) {
	for stop < len(text) && (!stops[text[stop]] || text[stop] == '.' && !isWWW(text[:stop])) {
		stop++
	}
	n = stop
	for n > 0 && (text[n-1] == ' ' || text[n-1] == '\t' || text[n-1] == '\n' || text[n-1] == '=') {
		n--
	}
	for n > 0 && letter(text[n-1]) {
		n--
	}
	return n, stop
}

// stops are the bytes that end a calm stretch.
var stops = [256]bool{'<': true, '[': true, ']': true, '(': true, ':': true, '.': true}

func isWWW(before string) bool {
	return len(before) >= 3 && strings.EqualFold(before[len(before)-3:], "www")
}

// opening passes what stands before a destination that is due: blanks, then a quote or an angle bracket.
func (p *page) opening(text string) (int, token) {
	switch c := text[0]; {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		p.before = c
		return 1, plainText
	case p.quote != '"' && p.quote != '\'' && p.quote != '<' && (c == '"' || c == '\'' || c == '<'):
		p.quote = c
		p.before = c
		return 1, plainText
	}
	return 0, p.wants
}

// begins says whether text begins with a destination as it stands in plain text.
func begins(text string, last bool) token {
	if c := text[0] | 0x20; c != 'h' && c != 'f' && c != 'w' {
		return plainText
	}
	for _, s := range schemes {
		switch {
		case len(text) >= len(s) && strings.EqualFold(text[:len(s)], s):
			return link
		case len(text) < len(s) && !last && strings.EqualFold(text, s[:len(text)]):
			return undecided
		}
	}
	return plainText
}

// angle tells an autolink (<scheme:...>) from a tag.
func (p *page) angle(text string, last bool) (int, token) {
	n := 1
	for n < len(text) && n < 20 && letter(text[n]) {
		n++
	}
	if n == len(text) && n < 20 && !last {
		return 0, undecided
	}
	p.pass('<')
	if n > 2 && n < len(text) && text[n] == ':' {
		p.wants, p.quote = link, '<'
	}
	p.tag = n > 1 || n < len(text) && text[n] == '/'
	return 1, plainText
}

// pass takes one byte of plain text into account.
func (p *page) pass(c byte) {
	switch {
	case c == '[':
		p.picture = p.picture || p.before == '!'
	case c == '\n' && p.before == '\n':
		p.picture, p.tag = false, false
	case c == '>':
		p.tag = false
	case (c == '(' || c == ':') && p.before == ']':
		p.wants, p.quote = link, c
		if p.picture {
			p.wants = image
		}
	case c == '(' && p.last() == "url":
		p.wants, p.quote = image, c
	case c == '=' && p.tag:
		p.wants, p.quote = attributes[p.last()], ' '
	}
	p.name(c)
	p.before = c
}

// attributes of HTML that hold a destination.
var attributes = map[string]token{
	"href": link, "action": link, "formaction": link, "cite": link, "ping": image, "src": image, "srcset": image, "background": image,
	"poster": image, "data": image, "lowsrc": image, "dynsrc": image,
}

// name keeps the word before c, as far as an attribute's name goes; blanks may stand between it and its "=".
func (p *page) name(c byte) {
	switch {
	case letter(c):
		if !letter(p.before) {
			p.letters = 0
		}
		if p.letters < len(p.word) {
			p.word[p.letters] = c | 0x20
		}
		p.letters++
	case c != ' ' && c != '\t' && c != '\n' && c != '=':
		p.letters = 0
	}
}

func (p *page) last() string { return string(p.word[:min(p.letters, len(p.word))]) }

// leave ends a destination.
func (p *page) leave() {
	p.wants, p.quote, p.picture, p.letters, p.before = plainText, 0, false, 0, 0
}

// ends says where the destination that begins now ends.
func (p *page) ends(token) ending {
	switch p.quote {
	case '"', '\'':
		return ending{quote: p.quote, set: true}
	case '<':
		return ending{quote: '>', set: true}
	case ' ':
		return ending{quote: '>', blank: true, set: true}
	case ':':
		return ending{blank: true, set: true}
	}
	return ending{nest: true, blank: true, set: true}
}

// ending is how the end of a destination is known.
type ending struct {
	set   bool
	quote byte // this byte
	blank bool // a blank or a quote
	nest  bool // a bracket that was not opened within
	depth int
}

func (e ending) open() bool { return e.set }

// find returns where the destination that begins text ends; not ended, when that is not in text. Then it goes on with the next piece.
func (e *ending) find(text string) (n int, ended bool) {
	for i := range len(text) {
		switch c := text[i]; {
		case c == e.quote && e.quote != 0, c == '\n' && !e.blank && e.quote == '>':
			return i, true
		case e.blank && (c <= ' ' || c == '"' || c == '`' || c == '<' || c == '>'):
			return i, true
		case e.nest && (c == '(' || c == '['):
			e.depth++
		case e.nest && (c == ')' || c == ']'):
			if e.depth == 0 {
				return i, true
			}
			e.depth--
		}
	}
	return len(text), false
}

func letter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
