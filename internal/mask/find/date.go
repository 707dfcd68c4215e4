package find

import (
	"math/bits"
	"strings"
)

// dateAt finds the date or time whose first digit is at i, and says whether there is one.
func (s *scanner) dateAt(i int) bool {
	c := &s.chain
	n := min(bits.TrailingZeros64(^c.digits), c.groups[0].until)
	if n == 3 || n > 4 {
		return false
	}
	end, whole := s.dayAt(i, i+n)
	if end > i {
		s.dated(i, end, whole)
		return true
	}
	if end = clock(s.text, i); end > i {
		s.report(dateTime, i, end, .55)
		return true
	}
	if c.groups[0].until != 4 || !c.digitsOnly(4) {
		return false
	}
	if y := number(c.buf[:4]); y >= 1900 && y < 2100 && closes(s.text, c.groups[0].end) {
		s.report(dateTime, i, c.groups[0].end, .55)
	}
	return false
}

// dayAt finds the date that begins with the digits between i and end: what follows them says of which form it may be.
func (s *scanner) dayAt(i, end int) (stop int, whole bool) {
	if end+1 >= len(s.text) || s.text[end] == ':' {
		return i, false
	}
	if separators[s.text[end]] != 0 && isDigit(s.text[end+1]) {
		return s.numericDate(i)
	}
	return s.dayMonth(i)
}

// dated reports a date between i and end, with the time of day that may follow. Whole dates near a word of birth are dates
// of birth.
func (s *scanner) dated(i, end int, whole bool) {
	if s.phones < end {
		s.phones = end // no telephone number begins in a date
	}
	if whole && s.wanted.has(dateOfBirth) && s.words.near(dateOfBirth, i, end, reachBefore, 16) {
		s.report(dateOfBirth, i, end, .9)
		return
	}
	if next := end; next+1 < len(s.text) && (s.text[next] == ' ' || s.text[next] == 'T') && isDigit(s.text[next+1]) {
		if late := clock(s.text, next+1); late > next+1 {
			end = late
			s.phones = max(s.phones, end)
		}
	}
	s.report(dateTime, i, end, .65)
}

// numericDate finds 2024-01-31, 31.01.2024, 1/31/24 at i.
func (s *scanner) numericDate(i int) (end int, whole bool) {
	a, j := digitsAt(s.text, i, 4)
	n := j - i
	if n == 8-4 && j < len(s.text) && isDigit(s.text[j]) || j >= len(s.text) || separators[s.text[j]] == 0 {
		return i, false
	}
	sep := s.text[j]
	b, k := digitsAt(s.text, j+1, 2)
	if k == j+1 || k >= len(s.text) || s.text[k] != sep {
		return i, false
	}
	c, end := digitsAt(s.text, k+1, 4)
	if end == k+1 || end < len(s.text) && (isDigit(s.text[end]) || !closes(s.text, end) && s.text[end] != 'T') {
		return i, false
	}
	switch last := end - k - 1; {
	case n == 4 && last <= 2 && sep != ' ' && a >= 1000 && a < 2200 && day(b, c):
	case n <= 2 && last == 4 && c >= 1000 && c < 2200 && (day(b, a) || day(a, b)):
	case n <= 2 && last == 2 && (sep == '/' || sep == '.' && n == 2 && k-j == 3) && (day(b, a) || day(a, b)):
	default:
		return i, false
	}
	return end, true
}

// digitsAt reads up to most digits at i.
func digitsAt(text string, i, most int) (n, end int) {
	end = i
	for end < len(text) && end-i < most && isDigit(text[end]) {
		n = n*10 + int(text[end]-'0')
		end++
	}
	return n, end
}

// dayMonth finds 5 January 2020, 5th of March, 5. März 1980 at i.
func (s *scanner) dayMonth(i int) (end int, whole bool) {
	d, j := digitsAt(s.text, i, 2)
	if d < 1 || d > 31 {
		return i, false
	}
	j = ordinal(s.text, j)
	if j < len(s.text) && s.text[j] == '.' {
		j++
	}
	if j >= len(s.text) || s.text[j] != ' ' && s.text[j] != '-' {
		return i, false
	}
	j++
	for _, of := range [...]string{"of ", "de ", "di "} {
		if strings.HasPrefix(s.text[j:], of) {
			j += len(of)
		}
	}
	k := j
	for k < len(s.text) && k-j < longestWord && wordByte(s.text[k]) {
		k++
	}
	if k == j || s.lexicon.name(s.text[j:k]).role != monthName {
		return i, false
	}
	return year(s.text, k)
}

// ordinal passes over st, nd, rd and th.
func ordinal(text string, i int) int {
	if i+2 <= len(text) {
		switch text[i : i+2] {
		case "st", "nd", "rd", "th":
			return i + 2
		}
	}
	return i
}

// year passes over a year behind i, and says whether there is one.
func year(text string, i int) (end int, whole bool) {
	j := i
	for _, between := range [...]string{".", ",", " ", "-", "de ", "del "} {
		if strings.HasPrefix(text[j:], between) {
			j += len(between)
		}
	}
	y, end := digitsAt(text, j, 5)
	if j == i || end-j != 4 || y < 1000 || y >= 2200 {
		return i, false
	}
	return end, true
}

// monthAt finds January 5, 2020, March 2021 and the like, whose month is between i and end.
func (s *scanner) monthAt(i, end, month int) {
	if i < s.phones || s.text[i]-'A' >= 26 && end-i < 4 {
		return
	}
	j := end
	if j < len(s.text) && s.text[j] == '.' {
		j++
	}
	if j < len(s.text) && s.text[j] == ' ' {
		if d, k := digitsAt(s.text, j+1, 3); k > j+1 && k-j <= 3 && day(month, d) {
			if k = ordinal(s.text, k); k >= len(s.text) || !isAlnum(s.text[k]) {
				stop, whole := year(s.text, k)
				s.dated(i, stop, whole)
				return
			}
		}
	}
	if stop, ok := year(s.text, end); ok {
		s.dated(i, stop, false)
	}
}

// clock is where the time of day ends that begins at i, or i: 17:30, 17:30:05.123Z, 5:30 pm, 5pm.
func clock(text string, i int) int {
	h, j := digitsAt(text, i, 2)
	if j == i || h > 24 {
		return i
	}
	end := i
	for part := range 2 {
		if j >= len(text) || text[j] != ':' {
			break
		}
		m, k := digitsAt(text, j+1, 2)
		if k != j+3 || m > 59 || k < len(text) && isDigit(text[k]) {
			if part == 0 {
				return i
			}
			break
		}
		j, end = k, k
	}
	if end > i && j < len(text) && text[j] == '.' {
		if _, k := digitsAt(text, j+1, 9); k > j+1 {
			j, end = k, k
		}
	}
	if half := halfDay(text, j); half > j && h <= 12 {
		return half
	}
	if end > i {
		end = zone(text, end)
		if end < len(text) && (isAlnum(text[end]) || text[end] == ':' && end+1 < len(text) && isAlnum(text[end+1])) {
			return i
		}
	}
	return end
}

// halfDay passes over am and pm behind i.
func halfDay(text string, i int) int {
	j := i
	if j < len(text) && text[j] == ' ' {
		j++
	}
	if j >= len(text) || lower(text[j]) != 'a' && lower(text[j]) != 'p' {
		return i
	}
	for _, rest := range [...]string{"m", ".m."} {
		if end := j + 1 + len(rest); end <= len(text) && strings.EqualFold(text[j+1:end], rest) && (end == len(text) || !isAlnum(text[end])) {
			return end
		}
	}
	return i
}

// zone passes over Z or an offset at i.
func zone(text string, i int) int {
	if i < len(text) && text[i] == 'Z' {
		return i + 1
	}
	if i+6 <= len(text) && (text[i] == '+' || text[i] == '-') && isDigit(text[i+1]) && isDigit(text[i+2]) && text[i+3] == ':' && isDigit(text[i+4]) && isDigit(text[i+5]) {
		return i + 6
	}
	return i
}
