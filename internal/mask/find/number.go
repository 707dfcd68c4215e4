package find

import (
	"math/bits"
	"strings"
)

// number handles what begins with the group of letters and digits at i.
func (s *scanner) number(i int) {
	c := &s.chain
	if !opens(s.text, i) {
		if s.text[i-1] == '/' { // as in 12/4111111111111111
			c.read(s.text, i, s.rules)
			s.card()
		}
		return // in the midst of something: most groups of a text of figures
	}
	c.read(s.text, i, s.rules)
	if s.wallet(i) || c.k == 0 || s.iban() {
		return
	}
	s.byRules()
	s.hongKongCard()
	s.labelled()
	if s.card() || !isDigit(c.buf[0]) || s.ipv4(i) || i < s.link {
		return
	}
	s.postal()
	if s.dateAt(i) {
		return
	}
	s.ageAt(i)
	s.phoneAt(i)
}

// take reports a finding in which nothing else begins.
func (s *scanner) take(k kind, start, end int, score float32) bool {
	s.report(k, start, end, score)
	s.taken = max(s.taken, end)
	return true
}

// iban finds an account number, in groups of any size. https://www.swift.com/standards/data-standards/iban
func (s *scanner) iban() bool {
	c := &s.chain
	if !s.wanted.has(ibanCode) || c.n < 15 || c.digits&0b1111 != 0b1100 {
		return false
	}
	at := strings.Index(ibanLengths, string(c.buf[:2]))
	if at < 0 || at%4 != 0 {
		return false
	}
	length := int(ibanLengths[at+2]-'0')*10 + int(ibanLengths[at+3]-'0')
	for i := range c.groups[:c.k] {
		g := &c.groups[i]
		if g.until != length {
			continue
		}
		if !closes(s.text, g.end) || !ibanCheck(c.buf[:length]) {
			return false
		}
		return s.take(ibanCode, c.groups[0].start, g.end, .95)
	}
	return false
}

func ibanCheck(b []byte) bool {
	var turned [maxChain]byte
	n := copy(turned[:], b[4:])
	n += copy(turned[n:], b[:4])
	return mod97(turned[:n]) == 1
}

// ibanLengths are the countries of the IBAN registry, each with its length.
const ibanLengths = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22" +
	"GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28" +
	"NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30"

// card finds a payment card: issuer, length and Luhn, in groups of three and more.
func (s *scanner) card() bool {
	c := &s.chain
	if !s.wanted.has(creditCard) || c.n < 12 || c.digits&0xFFF != 0xFFF {
		return false
	}
	for i := c.k - 1; i >= 0; i-- {
		g := &c.groups[i]
		if g.until < 12 || g.until > 19 || !c.digitsOnly(g.until) || i > 5 || !closes(s.text, g.end) && s.text[g.end] != '/' || !c.cardGroups(i) {
			continue
		}
		b := c.buf[:g.until]
		switch known := issued(b); {
		case oneDigit(b) || !luhn(b):
		case known && g.until >= 13 && g.until <= 16:
			return s.take(creditCard, c.groups[0].start, g.end, .9)
		case known: // rare lengths, and common ones of other numbers
			s.weighed(creditCard, c.groups[0].start, g.end, .6, .95, true)
			return false
		default:
			s.weighed(creditCard, c.groups[0].start, g.end, 0, .75, true)
			return false
		}
	}
	return false
}

// cardGroups says whether the groups up to the i-th are those of a card: three or more digits each, but for the last.
func (c *chain) cardGroups(i int) bool {
	for j := range c.groups[:i+1] {
		g := &c.groups[j]
		if g.sep == '/' || j < i && g.until-g.from < 3 || j > 0 && g.sep != none && g.sep != c.groups[1].sep {
			return false
		}
	}
	return i == 0 || c.groups[0].until >= 4
}

// issued says whether an issuer gives out cards that begin so and have this length (ISO/IEC 7812).
func issued(b []byte) bool {
	n, two, four := len(b), number(b[:2]), number(b[:4])
	switch {
	case b[0] == '4':
		return n == 13 || n == 16 || n == 19
	case two == 34 || two == 37:
		return n == 15
	case two >= 51 && two <= 55, four >= 2221 && four <= 2720:
		return n == 16
	case two == 35:
		return n >= 16
	case four >= 3000 && four <= 3059, four == 3095, two == 36, two == 38, two == 39:
		return n == 14 || n == 16 || n == 19
	case four == 6011, two == 65, four >= 6440 && four <= 6499, two == 62, two == 60, four/10 == 220, two == 81, two == 82:
		return n >= 16
	case four == 1800 || four == 2131:
		return n == 15
	case two == 50, two >= 56 && two <= 58, two == 63, two == 67, two == 61, two == 66, two == 68, two == 69, two == 64:
		return n >= 12
	case four >= 2200 && four <= 2204:
		return n >= 16
	case four == 9792:
		return n == 16
	}
	return false
}

// labelled finds numbers of no known form right behind a word that says what they are.
func (s *scanner) labelled() {
	c := &s.chain
	start, g := c.groups[0].start, &c.groups[0]
	for i := 1; i < c.k && c.groups[i].sep == '-'; i++ {
		g = &c.groups[i]
	}
	digits := bits.OnesCount64(c.digits & (1<<g.until - 1))
	if digits < 4 || digits*2 < g.until || !closes(s.text, g.end) {
		return
	}
	spoken := s.words.around(start, g.end, 32, 0)
	if spoken == (kinds{}) {
		return
	}
	for _, l := range [...]struct {
		kind            kind
		shortest, limit int
	}{
		{medicalRecord, 6, 12},
		{passport, 6, 12},
		{driverLicense, 5, 15},
		{usDriverLicense, 5, 15},
		{usBank, 8, 17},
	} {
		if !s.wanted.has(l.kind) || g.until < l.shortest || g.until > l.limit || l.kind == usBank && digits < g.until {
			continue
		}
		if spoken.has(l.kind) {
			s.report(l.kind, start, g.end, .6)
		}
	}
}
