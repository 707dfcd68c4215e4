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
		if last.until < 7 {
			return
		}
		end, extended := extension(s.text, last.end)
		if end < len(s.text) && (isAlnum(s.text[end]) || strings.IndexByte("_%@", s.text[end]) >= 0 || s.text[end] == '.' && end+1 < len(s.text) && isDigit(s.text[end+1])) {
			continue
		}
		score := d.score()
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
		for {
			c, size := plain(text, j)
			if !isDigit(c) && !(c == none && size > 0 && n > from) {
				break
			}
			if c != none {
				if n == maxDigits {
					return
				}
				d.digits[n] = c
				n++
			}
			j += size
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

// between passes over what stands in front of a group: at most three signs, no two of a kind but spaces.
func between(text string, i int, inside bool) (sep byte, paren bool, end int) {
	for range 3 {
		c, size := plain(text, i)
		switch {
		case c == '(':
			paren = true
			return sep, paren, i + size
		case !inside:
			return sep, paren, i
		case c == ' ' && sep == 0:
			sep = ' '
		case (c == '-' || c == '.' || c == '/') && sep == 0:
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
func (d *dialled) score() float32 {
	n := d.groups[d.k-1].until
	b := d.digits[:n]
	switch {
	case d.plus:
		if national(b) {
			return .8
		}
		return 0
	case oneDigit(b):
		return 0
	case d.uniform('.') && !d.shape(3, 3, 4) && !d.shape(2, 2, 2, 2, 2):
		return 0
	case b[0] == '0' && b[1] == '0':
		if d.k > 1 && national(b[2:]) {
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
	if n < 7 || n > 15 || oneDigit(d.digits[:n]) {
		return false
	}
	return d.k > 1 || n <= 13
}

// national says whether digits begin with a country code and go on as long as the numbers of that country do.
func national(b []byte) bool {
	for n := 1; n <= 3 && n < len(b); n++ {
		if at := strings.Index(countryCodes, " "+string(b[:n])+":"); at >= 0 {
			lengths := countryCodes[at+n+2:]
			low, rest := leadingNumber(lengths)
			high := low
			if strings.HasPrefix(rest, "-") {
				high, _ = leadingNumber(rest[1:])
			}
			// A trunk 0 in brackets, or left in by mistake, makes one more.
			return len(b)-n >= low && len(b)-n <= high+1
		}
	}
	return false
}

// countryCodes are those of ITU-T E.164, each with the lengths of its national numbers.
// https://www.itu.int/oth/T0202.aspx?parent=T0202
const countryCodes = " 1:10 7:10 20:8-10 27:9 30:10 31:9 32:8-9 33:9 34:9 36:8-9 39:6-11 40:9 41:9 43:7-13 44:9-10 45:8 46:7-10 47:8 48:9 49:7-12 " +
	"51:8-9 52:10 53:8 54:10-11 55:10-11 56:9 57:8-10 58:10 60:8-10 61:9 62:8-12 63:8-10 64:8-10 65:8 66:8-9 81:9-10 82:8-10 84:9-10 86:10-11 " +
	"90:10 91:10 92:9-10 93:9 94:9 95:7-10 98:10 211:9 212:9 213:8-9 216:8 218:8-9 220:7 221:9 222:8 223:8 224:8-9 225:8-10 226:8 227:8 228:8 " +
	"229:8-10 230:7-8 231:7-9 232:8 233:9 234:8-10 235:8 236:8 237:8-9 238:7 239:7 240:9 241:7-8 242:9 243:9 244:9 245:7-9 246:7 248:7 249:9 250:9 " +
	"251:9 252:7-9 253:8 254:9 255:9 256:9 257:8 258:8-9 260:9 261:9 262:9 263:9 264:8-9 265:7-9 266:8 267:7-8 268:8 269:7 290:4-5 291:7 297:7 " +
	"298:6 299:6 350:8 351:9 352:5-11 353:7-9 354:7 355:8-9 356:8 357:8 358:6-11 359:7-9 370:8 371:8 372:7-8 373:8 374:8 375:9 376:6 377:8-9 378:6-10 " +
	"380:9 381:8-9 382:8 383:8 385:8-9 386:8 387:8 389:8 420:9 421:9 423:7-9 500:5 501:7 502:8 503:8 504:8 505:8 506:8 507:7-8 508:6 509:8 " +
	"590:9 591:8 592:7 593:8-9 594:9 595:9 596:9 597:6-7 598:8 599:7-8 670:7-8 672:6 673:7 674:7 675:7-8 676:5-7 677:5-7 678:5-7 679:7 680:7 681:6 " +
	"682:5 683:4-5 685:5-7 686:5-8 687:6 688:5-6 689:6-8 690:4-5 691:7 692:7 850:8-10 852:8 853:8 855:8-9 856:8-10 880:8-10 886:8-9 960:7 961:7-8 " +
	"962:8-9 963:8-9 964:8-10 965:8 966:9 967:7-9 968:8 970:8-9 971:8-9 972:8-9 973:8 974:8 975:7-8 976:8 977:8-10 992:9 993:8 994:9 995:9 996:9 998:9 "
