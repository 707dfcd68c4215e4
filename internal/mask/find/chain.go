package find

import "strings"

// chain is a stretch of letters and digits in groups, as people write numbers: "DE89 3704 0044", "943-476-5919".
type chain struct {
	buf    [maxChain]byte // letters and digits as upper-case ASCII, without what separates them
	groups [maxGroups]group
	n, k   int // how much of them is used
	digits uint64
	cuts   uint64 // bit i: something separates buf[i-1] and buf[i]
}

const (
	maxChain  = 48
	maxGroups = 14
	// longestRule is the length of the longest value that is written in groups, but for an IBAN.
	longestRule = 19
)

// group is one run in a chain.
type group struct {
	start, end  int    // in the text
	from, until int    // in buf
	sep         byte   // what stands before it; 0 for the first
	seps        uint64 // what stands before it and before all groups in front of it, 3 bits each
	cuts        uint64
}

// separators are what may stand between two groups, one of them at a time.
var separators = [256]uint64{' ': 1, '-': 2, '.': 3, '/': 4, none: 0}

// read fills c with what stands at i. A group that does not fit is left out. Behind a digit it reads no more than one
// group that goes on with none of the book's forms, so that a text of figures is not read again and again.
func (c *chain) read(text string, i int, book *ruleBook) {
	c.n, c.k, c.digits, c.cuts = 0, 0, 0, 0
	var sep byte
	var seps uint64
	limit := maxChain
	for c.k < maxGroups {
		from := c.n
		end, fits := c.group(text, i, limit)
		if !fits || c.n == from {
			return
		}
		if c.k > 0 && sep != none {
			c.cuts |= 1 << from
			seps = seps<<3 | separators[sep]
		}
		g := &c.groups[c.k]
		g.start, g.end, g.from, g.until, g.sep, g.seps, g.cuts = i, end, from, c.n, sep, seps, c.cuts
		if c.k++; c.digits&3 != 0 && c.n < longestRule {
			limit = longestRule // only an IBAN has groups beyond, and it begins with letters
		}
		b, size := plain(text, end)
		if size == 0 || b != none && separators[b] == 0 {
			return
		}
		if c.k > 1 && c.digits&1 == 1 && !c.mayGoOn(book) {
			return
		}
		sep, i = b, end+size
	}
}

// mayGoOn says whether the last group may belong to a value with those before it: one of the book, a number behind a word
// that says what it is, or a card.
func (c *chain) mayGoOn(book *ruleBook) bool {
	const hyphens = 0o2222_2222_2222_2222
	last := &c.groups[c.k-1]
	return last.sep == none || book.begins[last.from]&form{last.cuts, last.seps}.bit() != 0 ||
		last.seps == hyphens&(1<<(3*(c.k-1))-1) || c.digitsOnly(last.from) && c.cardGroups(c.k-1)
}

// group reads the letters and digits at i, and says whether there are no more of them than limit allows.
func (c *chain) group(text string, i, limit int) (end int, fits bool) {
	n, digits := c.n, c.digits
	for i < len(text) {
		b, size := text[i], 1
		if b >= 0x80 {
			b, size = wide(text, i)
		}
		class := classes[b]
		if class != letter && class != digit {
			break
		}
		if n >= limit {
			return i, false
		}
		digits |= uint64(class>>1) << n // digit is 2, letter 1
		c.buf[n] = upper(b)
		n++
		i += size
	}
	c.n, c.digits = n, digits
	return i, true
}

// digitsOnly says whether the first n characters are digits.
func (c *chain) digitsOnly(n int) bool { return c.digits&(1<<n-1) == 1<<n-1 }

// opens says whether a number may begin at i: nothing in front of it makes it a part of something else.
func opens(text string, i int) bool {
	if i == 0 {
		return true
	}
	switch b := text[i-1]; b {
	case '-', '.', '/', '\\', '_', '@', '~':
		return b == '-' && i > 1 && !isAlnum(text[i-2]) || b == '/' && i > 1 && text[i-2] == '/' || i == 1
	case '$', '%', '&', '^':
		return false
	case '#': // &#128512; is a character of HTML
		return i < 2 || text[i-2] != '&'
	default:
		return (!isAlnum(b) || escaped(text, i-1)) && !strings.HasSuffix(text[:i], "€") && !strings.HasSuffix(text[:i], "£")
	}
}

// escaped says whether the letter at i belongs to \n, \r or \t, as in JSON that stands in a string.
func escaped(text string, i int) bool {
	return i > 0 && text[i-1] == '\\' && (text[i] == 'n' || text[i] == 'r' || text[i] == 't')
}

// closes says whether a number may end at i.
func closes(text string, i int) bool {
	if i >= len(text) {
		return true
	}
	next := byte(' ')
	if i+1 < len(text) {
		next = text[i+1]
	}
	switch b := text[i]; b {
	case '_', '%', '@', '(':
		return false
	case '-', '/', '=':
		return !isAlnum(next)
	case '.', ':':
		return !isDigit(next)
	default:
		return !isAlnum(b)
	}
}
