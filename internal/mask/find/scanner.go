package find

import "github.com/landbridge/landbridge/internal/prompt"

// scanner goes through one text, once, from the left. A letter, a digit or a sign that can begin something (an anchor)
// wakes the detectors that begin so; each looks at a bounded stretch around it, or at one that is then passed over.
type scanner struct {
	wanted  kinds
	lexicon *lexicon
	rules   *ruleBook
	makers  *makerBook
	starts  *trigrams // of the lexicon's names and the makers' tokens: most words are neither
	plan    *numberPlan
	words   contextWords

	text  string
	found []prompt.Finding
	// link is where the last link ends: numbers in it are no telephone numbers and no dates.
	link int
	// userinfo is where the @ of the last link with a user stands.
	userinfo int
	// taken is where the last thing ends that nothing else can begin in.
	taken int
	// domains, phones and blob are where the last domain name, telephone number and unbroken run end.
	domains, phones, blob int
	// endless says that a private key had no end.
	endless bool
	chain   chain
}

func newScanner(wanted kinds, rules *ruleBook) *scanner {
	return &scanner{wanted: wanted, lexicon: theLexicon(), rules: rules, makers: theMakers(), starts: theStarts(), plan: thePlan()}
}

// scan returns all that it finds, in no strict order and overlapping; it is the scanner's own until it begins anew.
func (s *scanner) scan(text string) []prompt.Finding {
	s.begin(text)
	for i := 0; i < len(text); {
		switch classes[text[i]] {
		case letter, digit:
			i = s.word(i)
		case anchor:
			i = s.anchor(i)
		case foreign:
			i = s.foreign(i)
		default:
			i++
		}
	}
	return s.found
}

// begin forgets the last text and takes up another.
func (s *scanner) begin(text string) {
	found := s.found[:0]
	if cap(found) > 1<<14 {
		found = nil
	}
	s.words.reset(text, s.lexicon)
	*s = scanner{
		wanted: s.wanted, lexicon: s.lexicon, rules: s.rules, makers: s.makers, starts: s.starts, plan: s.plan, words: s.words,
		text: text, found: found,
	}
}

// word handles the run of letters and digits at i, and returns where it ends.
func (s *scanner) word(i int) int {
	text := s.text
	if escaped(text, i) {
		return i + 1
	}
	digits, end := 0, i
	for end < len(text) {
		c := classes[text[end]]
		if c == digit {
			digits++
		} else if c != letter {
			break
		}
		end++
	}
	if i < s.taken {
		return end
	}
	starts := s.starts.at(text, i)
	if starts {
		if next := s.token(i); next > end {
			return next
		}
	}
	if digits > 0 {
		s.number(i)
		return end
	}
	switch {
	case (starts || end-i < 3) && s.named(i, end):
	case text[i] > 'Z':
	case end-i <= 6 && s.leads(end), (end-i == 8 || end-i == 11) && text[end-1] <= 'Z':
		s.number(i)
	}
	return end
}

// leads says whether the letters that end at i may be the beginning of a number: "AB 12", "B-MW 12".
func (s *scanner) leads(i int) bool {
	for n := range 9 {
		c, size := plain(s.text, i)
		switch {
		case isDigit(c):
			return true
		case c == none, c == ' ', n == 0 && c == '-', n > 0 && c-'A' < 26:
			i += size
		default:
			return false
		}
	}
	return false
}

// anchor handles a sign that something may begin at or turn on.
func (s *scanner) anchor(i int) int {
	switch s.text[i] {
	case '@':
		s.email(i)
	case ':':
		return s.colon(i)
	case '=':
		s.assignment(i)
	case '.':
		s.domain(i)
	case '+', '(':
		if s.text[i] == '(' && s.spelledEmail(i) {
			return i + 1
		}
		s.phoneAt(i)
	case '[', '{':
		s.spelledEmail(i)
	case '-':
		return s.pem(i)
	case '%', ';':
		s.track(i)
	case '~':
		s.entraSecret(i)
	}
	return i + 1
}

// foreign handles a character beyond ASCII: a digit or a sign of a wider form, or a letter.
func (s *scanner) foreign(i int) int {
	c, size := plain(s.text, i)
	switch {
	case classes[c] == digit && i >= s.taken:
		s.number(i)
		for size > 0 && classes[c] == digit { // the rest of the digits was seen from the first of them
			i += size
			c, size = plain(s.text, i)
		}
		return i
	case c == '@':
		s.email(i)
	case c == '+':
		s.phoneAt(i)
	}
	return i + max(size, 1)
}

// report keeps a finding of a type that is wanted.
func (s *scanner) report(k kind, start, end int, score float32) {
	if s.wanted.has(k) {
		s.found = append(s.found, prompt.Finding{Start: start, End: end, Type: k.String(), Score: score})
	}
}
