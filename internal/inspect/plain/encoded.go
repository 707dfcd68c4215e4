package plain

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sizes below which nothing is decoded.
const (
	minRun      = 16 // characters of an encoding
	minEntities = 4  // of HTML, by number
	minPercents = 3  // signs, of a field
)

// runs calls found with every longest run of bytes of a class that has at least n of them. Of n bytes in a row it looks
// at one, since a run has every n-th: most texts have no run, and are passed in a fraction of the time.
func runs(text string, n int, of class, found func(run string)) {
	for i := n - 1; i < len(text); i += n {
		if !of.has(text[i]) {
			continue
		}
		start, end := i, i+1
		for start > 0 && of.has(text[start-1]) {
			start--
		}
		for end < len(text) && of.has(text[end]) {
			end++
		}
		if end-start >= n {
			found(text[start:end])
		}
		i = end
	}
}

// standard turns the alphabet of URLs into the usual one.
var standard = strings.NewReplacer("-", "+", "_", "/")

func base64Runs(text string, found func(string)) {
	runs(text, minRun, inBase64, func(run string) {
		run = standard.Replace(strings.Trim(run, "="))
		if len(run)%4 == 1 {
			run = run[:len(run)-1]
		}
		if b, err := base64.RawStdEncoding.DecodeString(run); err == nil && readable(b) {
			found(string(b))
		}
	})
}

// hexRuns reads bytes written with or without blanks, 0x or \x between them.
func hexRuns(text string, found func(string)) {
	runs(text, minRun, inHex, func(run string) {
		var room [128]byte
		digits := room[:0]
		for i := 0; i < len(run); i++ {
			switch c := run[i]; {
			case c == ' ' || c == ',' || c == ':':
			case (c == '\\' || c == '0') && i+1 < len(run) && run[i+1] == 'x':
				i++
			default:
				digits = append(digits, c)
			}
		}
		digits = digits[:len(digits)&^1]
		n, err := hex.Decode(digits, digits)
		if err == nil && n >= minRun/2 && readable(digits[:n]) {
			found(string(digits[:n]))
		}
	})
}

func binaryRuns(text string, found func(string)) {
	runs(text, 4*minRun, inBinary, func(run string) {
		var b []byte
		bits := strings.ReplaceAll(run, " ", "")
		for ; len(bits) >= 8; bits = bits[8:] {
			c := byte(0)
			for i := range 8 {
				c = c<<1 | bits[i]&1
			}
			b = append(b, c)
		}
		if readable(b) {
			found(string(b))
		}
	})
}

func percent(text string, found func(string)) {
	for field := range strings.FieldsSeq(text) {
		if strings.Count(field, "%") < minPercents {
			continue
		}
		if plain, err := url.QueryUnescape(field); err == nil && plain != field && readable([]byte(plain)) {
			found(plain)
		}
	}
}

func entities(text string, found func(string)) {
	if plain := html.UnescapeString(text); plain != text {
		found(plain)
	}
}

// readable says whether bytes are a text of words: valid, printable, mostly letters, with a blank.
func readable(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	letters, blanks, n := 0, 0, 0
	for _, r := range string(b) {
		n++
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsSpace(r):
			blanks++
		case !unicode.IsPrint(r):
			return false
		}
	}
	return n >= 4 && 10*(letters+blanks) >= 7*n
}
