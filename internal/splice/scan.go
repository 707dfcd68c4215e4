package splice

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// scanner reads the tokens of a JSON text (RFC 8259) where they lie. It looks at strings eight bytes at a time, which
// reads a chat's body three times as fast as jsontext.Decoder does.
type scanner struct {
	src []byte
	pos int // behind what has been read
}

// peek skips white space and returns the byte that follows, 0 at the end.
func (s *scanner) peek() byte {
	for ; s.pos < len(s.src); s.pos++ {
		if c := s.src[s.pos]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c
		}
	}
	return 0
}

// take reads the byte c, which must come next.
func (s *scanner) take(c byte) error {
	if s.peek() != c || s.pos == len(s.src) {
		return s.unexpected()
	}
	s.pos++
	return nil
}

// scalar reads a string, a number or a literal, which begins here.
func (s *scanner) scalar() error {
	switch c := s.peek(); {
	case c == '"':
		return s.text()
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	default:
		return s.unexpected()
	}
}

func (s *scanner) literal(word string) error {
	switch rest := s.src[s.pos:]; {
	case bytes.HasPrefix(rest, []byte(word)):
		s.pos += len(word)
		return nil
	case strings.HasPrefix(word, string(rest[:min(len(rest), len(word))])):
		return s.truncated()
	default:
		return s.unexpected()
	}
}

func (s *scanner) number() error {
	s.one('-', '-')
	if !s.one('0', '0') && s.digits() == 0 {
		return s.unexpected()
	}
	if s.one('.', '.') && s.digits() == 0 {
		return s.unexpected()
	}
	if s.one('e', 'E') {
		s.one('+', '-')
		if s.digits() == 0 {
			return s.unexpected()
		}
	}
	return nil
}

// one reads one of two bytes, if it comes next.
func (s *scanner) one(a, b byte) bool {
	if s.pos < len(s.src) && (s.src[s.pos] == a || s.src[s.pos] == b) {
		s.pos++
		return true
	}
	return false
}

func (s *scanner) digits() (n int) {
	for s.pos < len(s.src) && '0' <= s.src[s.pos] && s.src[s.pos] <= '9' {
		s.pos++
		n++
	}
	return n
}

// text reads a string, whose opening quote comes next.
func (s *scanner) text() error {
	s.pos++
	for quote := -1; ; {
		if quote < s.pos {
			n := bytes.IndexByte(s.src[s.pos:], '"')
			if n < 0 {
				return s.truncated()
			}
			quote = s.pos + n
		}
		plain := s.src[s.pos:quote]
		escape := bytes.IndexByte(plain, '\\')
		if escape >= 0 {
			plain = plain[:escape]
		}
		if bad := firstBad(plain); bad >= 0 {
			s.pos += bad
			return s.badByte()
		}
		s.pos += len(plain)
		if escape < 0 {
			s.pos++ // the closing quote
			return nil
		}
		size, _, err := s.escape(s.pos)
		if err != nil {
			return err
		}
		s.pos += size
	}
}

// firstBad returns where text holds a control character or what is not UTF-8, -1 when it does not.
func firstBad(text []byte) int {
	const low, high = 0x2020202020202020, 0x8080808080808080
	for i := 0; i < len(text); {
		if i+8 <= len(text) {
			if x := binary.LittleEndian.Uint64(text[i:]); (x|(x-low)&^x)&high == 0 {
				i += 8 // all of them are from 0x20 to 0x7f
				continue
			}
		}
		r, size := utf8.DecodeRune(text[i:])
		if r < ' ' || r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// escape reads the escape at src[at:], and returns its size and what it stands for.
func (s *scanner) escape(at int) (size int, r rune, err error) {
	const letters, meant = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	rest := s.src[at:]
	if len(rest) < 2 {
		return 0, 0, s.truncated()
	}
	if i := strings.IndexByte(letters, rest[1]); i >= 0 {
		return 2, rune(meant[i]), nil
	}
	r, ok := unit(rest)
	if !ok {
		return 0, 0, badEscape(at)
	}
	if !utf16.IsSurrogate(r) {
		return 6, r, nil
	}
	second, ok := unit(rest[6:])
	if r = utf16.DecodeRune(r, second); !ok || r == utf8.RuneError {
		return 0, 0, badEscape(at)
	}
	return 12, r, nil
}

// unit reads \uXXXX, one UTF-16 unit.
func unit(b []byte) (r rune, ok bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	for _, c := range b[2:6] {
		digit := strings.IndexByte("0123456789abcdefABCDEF", c)
		if digit < 0 {
			return 0, false
		}
		if digit > 15 {
			digit -= 6
		}
		r = r<<4 | rune(digit)
	}
	return r, true
}

// appendUnquoted appends the text of a string that has been read, without its quotes.
func appendUnquoted(dst, bare []byte) []byte {
	s := scanner{src: bare}
	for {
		next := bytes.IndexByte(bare[s.pos:], '\\')
		if next < 0 {
			return append(dst, bare[s.pos:]...)
		}
		dst = append(dst, bare[s.pos:s.pos+next]...)
		size, r, _ := s.escape(s.pos + next) // checked before
		dst = utf8.AppendRune(dst, r)
		s.pos += next + size
	}
}
