package find

import (
	"encoding/base64"
	"strings"
)

// token finds a token of a known maker, or a JSON Web Token, at i, where a word begins. It returns where it ends, or i.
func (s *scanner) token(i int) int {
	if i < s.blob || !s.makers.begins.at(s.text, i) {
		return i // in the midst of a run that was looked at, or none
	}
	if s.text[i] == 'e' && strings.HasPrefix(s.text[i:], "eyJ") {
		return s.jwt(i)
	}
	for _, m := range s.makers.byFirst[s.text[i]] {
		if !strings.HasPrefix(s.text[i:], m.prefix) || i > 0 && (s.text[i-1] == '_' || s.text[i-1] == '-') {
			continue
		}
		stop := i + len(m.prefix)
		for stop < len(s.text) && tokenByte(s.text[stop]) {
			stop++
		}
		s.blob = stop
		for s.text[stop-1] == '.' {
			stop--
		}
		if n := stop - i; n >= m.low && n <= m.high && random(s.text[i+len(m.prefix):stop]) {
			s.take(m.kind, i, stop, .97)
			return stop
		}
		break
	}
	return i
}

func tokenByte(c byte) bool { return isAlnum(c) || c == '-' || c == '_' || c == '.' }

// random says whether a value looks drawn by lot: digits and letters, few of them again and again.
func random(v string) bool {
	var seen [256]bool
	digits, letters, distinct := 0, 0, 0
	for i := range len(v) {
		c := v[i]
		switch classes[c] {
		case digit:
			digits++
		case letter:
			letters++
		}
		if !seen[c] {
			seen[c] = true
			distinct++
		}
	}
	return digits > 0 && letters > 0 && distinct >= min(10, len(v)*2/3)
}

// jwt finds a token of three parts at i, whose header decodes to JSON with alg (RFC 7519; five parts: RFC 7516).
func (s *scanner) jwt(i int) int {
	stop := i
	for stop < len(s.text) && (tokenByte(s.text[stop]) || s.text[stop] == '=') {
		stop++
	}
	s.blob = stop
	for s.text[stop-1] == '.' {
		stop--
	}
	header, rest, ok := strings.Cut(s.text[i:min(stop, i+4096)], ".")
	if !ok || len(rest) < 2 {
		return i
	}
	if raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(header, "=")); err != nil || !strings.Contains(string(raw), `"alg"`) {
		return i
	}
	s.take(jsonWebToken, i, stop, .97)
	return stop
}

// entraSecret finds the client secret of an Entra application whose tilde is at i: three characters, a digit, Q~, 31 to 34 more.
func (s *scanner) entraSecret(i int) {
	start, end := i-5, i+1
	if i < s.taken || start < 0 || s.text[i-1] != 'Q' || !isDigit(s.text[i-2]) {
		return
	}
	for end < len(s.text) && end-i < 40 && (tokenByte(s.text[end]) || s.text[end] == '~') {
		end++
	}
	for s.text[end-1] == '.' {
		end--
	}
	for j := start; j < i-2; j++ {
		if !tokenByte(s.text[j]) && s.text[j] != '~' {
			return
		}
	}
	if n := end - i - 1; n >= 31 && n <= 34 && random(s.text[i+1:end]) {
		s.take(azureToken, start, end, .95)
	}
}

// bearer finds the credentials behind the word Bearer or Basic that ends at i.
func (s *scanner) bearer(i int, basic bool) {
	start := i
	for start < len(s.text) && s.text[start] == ' ' && start-i < 3 {
		start++
	}
	end := start
	for end < len(s.text) && end-start < 8192 && (tokenByte(s.text[end]) || strings.IndexByte("+/=~", s.text[end]) >= 0) {
		end++
	}
	word := s.text[start:end]
	if start == i || len(word) < 8 {
		return
	}
	if !basic {
		if len(word) >= 16 && random(word) {
			s.report(authToken, start, end, .85)
		}
		return
	}
	raw, err := base64.StdEncoding.DecodeString(word)
	if err == nil && strings.IndexByte(string(raw), ':') > 0 {
		s.report(basicAuth, start, end, .95)
	}
}
