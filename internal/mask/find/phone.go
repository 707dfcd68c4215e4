package find

import "strings"

// dialled is a stretch that may be a telephone number, group by group.
type dialled struct {
	plus   bool
	digits [maxDigits]byte
	groups [maxDialled]dialGroup
	k      int
}

type dialGroup struct {
	until int  // digits up to here
	end   int  // in the text, behind a closing bracket
	sep   byte // what stands before it, the most telling sign: '(' and ')' before others
	paren bool // in brackets
}

const (
	maxDigits  = 18
	maxDialled = 8
)

// phoneAt finds the telephone number that begins at i, with a digit, a plus sign or a bracket: the longest one.
func (s *scanner) phoneAt(i int) {
	if i < s.phones || i < s.link || i < s.taken || !s.wanted.has(phoneNumber) || !dials(s.text, i) {
		return
	}
	var d dialled
	d.read(s.text, i)
	for ; d.k > 0; d.k-- {
		last := d.groups[d.k-1]
		if last.until < 6 {
			return
		}
		end, extended := extension(s.text, last.end)
		if end < len(s.text) && (isAlnum(s.text[end]) || strings.IndexByte("_%@", s.text[end]) >= 0 || s.text[end] == '.' && end+1 < len(s.text) && isDigit(s.text[end+1])) {
			continue
		}
		score := d.score(s.plan)
		if d.speakable() && s.words.near(phoneNumber, i, end, 40, 14) {
			score = max(.85, score)
		}
		if extended && score > 0 {
			score = max(.7, score)
		}
		if score > 0 {
			s.phones = end
			s.report(phoneNumber, i, end, score)
			return
		}
	}
}

// dials says whether a telephone number may begin at i.
func dials(text string, i int) bool {
	if i == 0 || text[i-1] == '\n' {
		return true
	}
	if text[i-1] == ' ' && i > 1 && isDigit(text[i-2]) && text[i] != '+' {
		return false // in the midst of other numbers
	}
	if text[i-1] == '(' && i > 1 && isAlnum(text[i-2]) {
		return false // an argument
	}
	return opens(text, i) && strings.IndexByte("+*#)", text[i-1]) < 0
}

// read fills d with the digits at i.
func (d *dialled) read(text string, i int) {
	n := 0
	if c, size := plain(text, i); c == '+' {
		d.plus = true
		i += size
	}
	for d.k < maxDialled {
		sep, paren, j := between(text, i, d.k > 0)
		from := n
		for next := j; ; {
			c, size := plain(text, next)
			if !isDigit(c) && (c != none || n == from) {
				break
			}
			next += size
			if c == none {
				continue
			}
			if n == maxDigits {
				return
			}
			d.digits[n] = c
			n++
			j = next
		}
		if n == from || d.k > 0 && sep == 0 && !paren {
			return
		}
		if paren {
			if j >= len(text) || text[j] != ')' {
				return
			}
			j++
		}
		d.groups[d.k] = dialGroup{n, j, sep, paren}
		d.k++
		i = j
	}
}

// between passes over what stands in front of a group: at most three signs, one of them no space.
func between(text string, i int, inside bool) (sep byte, paren bool, end int) {
	for range 3 {
		c, size := plain(text, i)
		switch {
		case c == '(':
			paren = true
			return sep, paren, i + size
		case !inside:
			return sep, paren, i
		case c == ' ' && sep != '.':
			sep = max(sep, ' ')
		case (c == '-' || c == '/') && (sep == 0 || sep == ' '), c == '.' && sep == 0:
			sep = c
		case i > 0 && text[i-1] == ')' && isDigit(c):
			return ')', paren, i
		default:
			return sep, paren, i
		}
		i += size
	}
	return sep, paren, i
}

// extension passes over x123, ext. 123 and the like.
func extension(text string, i int) (end int, found bool) {
	j := i
	if j < len(text) && text[j] == ',' {
		j++
	}
	if j < len(text) && text[j] == ' ' {
		j++
	}
	for _, word := range [...]string{"extension", "ext.", "ext", "durchwahl", "poste", "x", "#"} {
		if k := j + len(word); k < len(text) && strings.EqualFold(text[j:k], word) {
			for k < len(text) && strings.IndexByte(" .:", text[k]) >= 0 && k < j+len(word)+2 {
				k++
			}
			if _, end = digitsAt(text, k, 6); end > k && (end == len(text) || !isDigit(text[end])) {
				return end, true
			}
		}
	}
	return i, false
}

// score says how likely the groups are a telephone number by their form alone; 0 is not at all.
func (d *dialled) score(plan *numberPlan) float32 {
	n := d.groups[d.k-1].until
	b := d.digits[:n]
	switch {
	case d.plus:
		if plan.holds(b) {
			return .8
		}
		return 0
	case oneDigit(b) || n < 7:
		return 0
	case d.uniform('.') && !d.shape(3, 3, 4) && !d.shape(1, 3, 3, 4) && !d.shape(2, 2, 2, 2, 2):
		return 0
	case b[0] == '0' && b[1] == '0':
		if d.k > 1 && plan.holds(b[2:]) {
			return .6
		}
		return 0
	case d.american():
		return .6
	case d.groups[0].paren:
		if d.groups[0].until >= 2 && n <= 12 && n >= 8 {
			return .55
		}
		return 0
	case b[0] == '0':
		if d.k > 1 && n >= 9 && n <= 12 && d.groups[0].until >= 2 && !d.groups[1].paren || string(b[:2]) == "07" && n == 11 {
			return .55
		}
		return 0
	case d.shape(5, 5) && b[0] >= '6': // India
		return .55
	case d.shape(3, 4, 4) && b[0] == '1' && b[1] >= '3': // China
		return .55
	}
	return 0
}

// american says whether the groups are those of the North American plan.
func (d *dialled) american() bool {
	b := d.digits[:]
	trunk := 0
	if d.k == 4 && d.groups[0].until == 1 && b[0] == '1' {
		trunk = 1
	}
	g := d.groups[trunk:d.k]
	if len(g) != 3 || g[0].until-trunk != 3 || g[1].until-trunk != 6 || g[2].until-trunk != 10 || g[2].sep != '-' && g[2].sep != '.' && g[2].sep != ' ' {
		return false
	}
	return g[0].paren || g[1].sep == g[2].sep && (g[1].sep != ' ' || b[trunk] >= '2' && b[trunk+3] >= '2')
}

// shape says whether the groups have these lengths.
func (d *dialled) shape(lengths ...int) bool {
	if d.k != len(lengths) {
		return false
	}
	from := 0
	for i, n := range lengths {
		if d.groups[i].until-from != n {
			return false
		}
		from = d.groups[i].until
	}
	return true
}

// uniform says whether all groups are separated by this one sign, and there is more than one.
func (d *dialled) uniform(sep byte) bool {
	for _, g := range d.groups[1:d.k] {
		if g.sep != sep || g.paren {
			return false
		}
	}
	return d.k > 1 && !d.groups[0].paren
}

// speakable says whether the groups could be a telephone number if a word near says so.
func (d *dialled) speakable() bool {
	n := d.groups[d.k-1].until
	switch {
	case oneDigit(d.digits[:n]):
		return false
	case n == 6:
		return d.shape(2, 2, 2)
	default:
		return n <= 13 || n <= 15 && d.k > 1
	}
}
