package find

import "unicode/utf8"

// class is what a byte can begin.
type class uint8

const (
	quiet class = iota
	letter
	digit
	anchor
	foreign // a byte of a character beyond ASCII, or of none
)

var classes = func() (t [256]class) {
	for c := range t {
		switch {
		case c >= '0' && c <= '9':
			t[c] = digit
		case c|0x20 >= 'a' && c|0x20 <= 'z' && c < 0x80:
			t[c] = letter
		case c >= 0x80:
			t[c] = foreign
		}
	}
	for _, c := range "@:=.+([{-%;~" {
		t[c] = anchor
	}
	return t
}()

func isDigit(c byte) bool { return c-'0' < 10 }
func isAlnum(c byte) bool { return classes[c] == letter || classes[c] == digit }

// lower is the lower case of an ASCII letter, and any other byte as it is.
func lower(c byte) byte {
	if c-'A' < 26 {
		return c | 0x20
	}
	return c
}

func upper(c byte) byte {
	if c-'a' < 26 {
		return c &^ 0x20
	}
	return c
}

// none is what plain says of a character that is not to be seen: the zero-width ones.
const none byte = 0

// plain reads the character at i as the ASCII that it stands for: wide digits and letters, the many spaces and hyphens.
// What stands for nothing in ASCII is 0xFF; size is 0 at the end of the text.
func plain(text string, i int) (c byte, size int) {
	if i >= len(text) {
		return 0xFF, 0
	}
	if c = text[i]; c < 0x80 {
		return c, 1
	}
	r, size := utf8.DecodeRuneInString(text[i:])
	switch {
	case r == utf8.RuneError:
		return 0xFF, size
	case r >= 0xFF01 && r <= 0xFF5E: // full-width forms
		return byte(r - 0xFEE0), size
	case r == 0xA0, r >= 0x2000 && r <= 0x200A, r == 0x202F, r == 0x205F, r == 0x3000:
		return ' ', size
	case r >= 0x2010 && r <= 0x2015, r == 0x2212, r == 0xAD:
		return '-', size
	case r >= 0x200B && r <= 0x200D, r == 0x2060, r == 0xFEFF:
		return none, size
	case r >= 0x0660 && r <= 0x0669: // Arabic-Indic digits
		return byte(r-0x0660) + '0', size
	case r >= 0x06F0 && r <= 0x06F9:
		return byte(r-0x06F0) + '0', size
	case r >= 0x0966 && r <= 0x096F: // Devanagari digits
		return byte(r-0x0966) + '0', size
	}
	return 0xFF, size
}
