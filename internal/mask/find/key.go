package find

import "strings"

// pem finds the private key whose header begins at i, and returns where to go on. A key without an end is taken as far
// as it goes.
func (s *scanner) pem(i int) int {
	const begin, end = "-----BEGIN ", "-----END "
	if i < s.taken || !strings.HasPrefix(s.text[i:], begin) {
		return i + 1
	}
	label := s.text[i+len(begin) : min(len(s.text), i+len(begin)+64)]
	close := strings.Index(label, "-----")
	if close < 0 || !strings.HasSuffix(label[:close], "PRIVATE KEY") && !strings.HasSuffix(label[:close], "PRIVATE KEY BLOCK") {
		return i + len(begin)
	}
	body := i + len(begin) + close + 5
	stop := body
	if !s.endless {
		at := strings.Index(s.text[body:], end)
		if at >= 0 {
			stop = body + at + len(end)
			if tail := strings.Index(s.text[stop:min(len(s.text), stop+64)], "-----"); tail >= 0 {
				stop += tail + 5
			}
		}
		s.endless = at < 0
	}
	if s.endless {
		for stop < len(s.text) && (isAlnum(s.text[stop]) || strings.IndexByte("+/=\r\n\\", s.text[stop]) >= 0) {
			stop++
		}
	}
	s.take(encryptionKey, i, stop, .99)
	return stop
}

// track finds the data of a card's magnetic stripe at i: track 1 as %B4111...^NAME^..., track 2 as ;4111...=....
// https://en.wikipedia.org/wiki/ISO/IEC_7813
func (s *scanner) track(i int) {
	start, sign := i+1, byte('=')
	if s.text[i] == '%' {
		if start >= len(s.text) || s.text[start] != 'B' {
			return
		}
		start, sign = start+1, '^'
	}
	end := start
	for end < len(s.text) && end-start < 20 && isDigit(s.text[end]) {
		end++
	}
	if n := end - start; n < 12 || n > 19 || end >= len(s.text) || s.text[end] != sign || !luhn([]byte(s.text[start:end])) {
		return
	}
	stop := end
	for stop < len(s.text) && stop-i < 110 && s.text[stop] != '?' && s.text[stop] != '\n' {
		stop++
	}
	if stop < len(s.text) && s.text[stop] == '?' && stop-end > 4 {
		s.take(cardTrack, i, stop+1, .97)
	}
}
