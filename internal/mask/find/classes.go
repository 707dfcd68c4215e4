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

// What plain says of characters that stand for nothing in ASCII, and of the zero-width ones, which are not to be seen.
const (
	alien byte = 0xFF
	none  byte = 0xFE
)

// plain reads the character at i as the ASCII that it stands for: wide digits and letters, the many spaces and hyphens.
// Size is 0 at the end of the text.
func plain(text string, i int) (c byte, size int) {
	if i < len(text) && text[i] < 0x80 {
		return text[i], 1
	}
	return wide(text, i)
}

func wide(text string, i int) (c byte, size int) {
	if i >= len(text) {
		return alien, 0
	}
	r, size := utf8.DecodeRuneInString(text[i:])
	switch {
	case r == utf8.RuneError:
		return alien, size
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
	return alien, size
}
