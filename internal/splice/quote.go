package splice

import (
	"slices"
	"unicode/utf8"
)

// AppendQuote appends a text as a JSON string, with no more escapes than there must be (RFC 8259, section 7). What is not
// UTF-8 becomes U+FFFD.
func AppendQuote(dst []byte, text string) []byte {
	dst = append(slices.Grow(dst, len(text)+2), '"')
	done := 0
	for i := 0; i < len(text); {
		if text[i] >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, text[done:i]...), "\ufffd"...)
				done = i + 1
			}
			i += size
			continue
		}
		if n := plain(text[i:]); n > 0 {
			i += n
			continue
		}
		dst = appendEscape(append(dst, text[done:i]...), text[i])
		i++
		done = i
	}
	return append(append(dst, text[done:]...), '"')
}

// plain is how many bytes text begins with that are ASCII and stand in a JSON string as they are. It looks at eight at a
// time: x-low has a high bit where a byte of x is below that of low, and x^c is zero where one of x is c.
func plain(text string) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(text); i += 8 {
		b := text[i : i+8]
		x := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 | uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
		quote, escape := x^ones*'"', x^ones*'\\'
		if (x|(x-ones*' ')&^x|(quote-ones)&^quote|(escape-ones)&^escape)&high != 0 {
			break
		}
	}
	for i < len(text) && text[i] >= ' ' && text[i] < utf8.RuneSelf && text[i] != '"' && text[i] != '\\' {
		i++
	}
	return i
}

func appendEscape(dst []byte, c byte) []byte {
	const letters, meant = `"\bfnrt`, "\"\\\b\f\n\r\t"
	for i := range len(meant) {
		if meant[i] == c {
			return append(dst, '\\', letters[i])
		}
	}
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
