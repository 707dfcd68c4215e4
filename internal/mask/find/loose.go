package find

import "strings"

// ageAt finds the age at i: a number up to 120 that something near it says to be years.
func (s *scanner) ageAt(i int) {
	if !s.wanted.has(age) {
		return
	}
	n, end := digitsAt(s.text, i, 4)
	if n == 0 || n > 120 || end-i > 3 {
		return
	}
	next := end
	for next < len(s.text) && next-end < 2 && (s.text[next] == ' ' || s.text[next] == '-') {
		next++
	}
	if next > end && next < len(s.text) && strings.IndexByte("yaj", lower(s.text[next])) >= 0 && foldedPrefix(s.text[next:],
		"year-old", "year old", "years old", "years-old", "yr old", "yrs old", "yo ", "y/o", "y.o.", "years of age",
		"ans,", "ans.", "ans ", "años", "anni ", "anos ", "jahre alt", "jähr", "jaar oud") {
		s.report(age, i, end, .8)
		return
	}
	if i < 4 || s.text[i-1] != ' ' || end < len(s.text) && (isAlnum(s.text[end]) || !closes(s.text, end) || strings.IndexByte("%$:/-", s.text[end]) >= 0) {
		return
	}
	if foldedSuffix(s.text[:i], "aged ", "age ", "age: ", "age is ", "age of ", "turned ", "turn ", "turning ", "alter: ", "alter von ", "edad: ", "âge: ", "età: ") {
		s.report(age, i, end, .75)
		return
	}
	if n >= 10 && (end == len(s.text) || strings.IndexByte(".,;!?)\n", s.text[end]) >= 0) &&
		foldedSuffix(s.text[:i], "i am ", "i'm ", "he was ", "she was ", "he is ", "she is ", "he's ", "she's ") {
		s.report(age, i, end, .6)
	}
}

// foldedPrefix says whether text begins with one of some words, whatever its case.
func foldedPrefix(text string, words ...string) bool {
	for _, w := range words {
		if len(text) >= len(w) && strings.EqualFold(text[:len(w)], w) {
			return true
		}
	}
	return false
}

// foldedSuffix says whether text ends with one of some words, whatever its case.
func foldedSuffix(text string, words ...string) bool {
	for _, w := range words {
		if n := len(text) - len(w); n >= 0 && strings.EqualFold(text[n:], w) {
			return true
		}
	}
	return false
}

// postalForms are the forms of postal codes that are written in two groups.
func postalForms() (forms []form) {
	for s := range strings.SplitSeq("5-4|4-3|2-3|5-3|3 2", "|") {
		f, _ := newForm(s)
		forms = append(forms, f)
	}
	return forms
}

// postal finds the postal code that the chain begins with: with a word for it near, or behind a state's two letters.
func (s *scanner) postal() {
	c := &s.chain
	if !s.wanted.has(zipCode) {
		return
	}
	for i := min(c.k, 2) - 1; i >= 0; i-- {
		g := &c.groups[i]
		if !c.digitsOnly(g.until) || !closes(s.text, g.end) || c.goesOn(i) {
			continue
		}
		switch first := c.groups[0].until; {
		case i == 0 && g.until >= 4 && g.until <= 6:
		case i == 1 && g.sep == '-' && (first == 5 && g.until == 9 || first == 4 && g.until == 7 || first == 2 && g.until == 5 || first == 5 && g.until == 8):
		case i == 1 && g.sep == ' ' && first == 3 && g.until == 5:
		default:
			continue
		}
		start := c.groups[0].start
		if s.words.near(zipCode, start, g.end, 16, 0) {
			s.report(zipCode, start, g.end, .85)
		} else if i == 0 && g.until == 5 || i == 1 && g.sep == '-' && g.until == 9 {
			if stated(s.text, start) {
				s.report(zipCode, start, g.end, .7)
			} else if i == 1 {
				s.report(zipCode, start, g.end, .5)
			}
		}
		return
	}
}

// stated says whether a state of the USA stands in front of i, in two letters.
func stated(text string, i int) bool {
	const states = " AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD " +
		"TN TX UT VT VA WA WV WI WY DC PR VI GU AS MP AA AE AP "
	return i >= 4 && text[i-1] == ' ' && !isAlnum(text[i-4]) && text[i-3]-'A' < 26 && text[i-2]-'A' < 26 && strings.Contains(states, " "+text[i-3:i-1]+" ")
}
