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

// minRun is how many characters of an encoding are worth decoding.
const minRun = 16

// runs calls found with every longest run of bytes of an alphabet that has at least n of them.
func runs(text string, n int, in func(byte) bool, found func(run string)) {
	start := -1
	for i := 0; i <= len(text); i++ {
		switch inside := i < len(text) && in(text[i]); {
		case inside && start < 0:
			start = i
		case !inside && start >= 0:
			if i-start >= n {
				found(text[start:i])
			}
			start = -1
		}
	}
}

func base64Runs(text string, found func(string)) {
	runs(text, minRun, func(c byte) bool { return alphanumeric(c) || strings.IndexByte("+/-_=", c) >= 0 }, func(run string) {
		run = strings.NewReplacer("-", "+", "_", "/").Replace(strings.Trim(run, "="))
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
	runs(text, minRun, func(c byte) bool { return hexDigit(c) || strings.IndexByte(` \xX,:`, c) >= 0 }, func(run string) {
		digits := strings.NewReplacer(`\x`, "", "0x", "", " ", "", ",", "", ":", "").Replace(run)
		if b, err := hex.DecodeString(digits[:len(digits)&^1]); err == nil && len(b) >= minRun/2 && readable(b) {
			found(string(b))
		}
	})
}

func binaryRuns(text string, found func(string)) {
	runs(text, 4*minRun, func(c byte) bool { return c == '0' || c == '1' || c == ' ' }, func(run string) {
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
		if strings.Count(field, "%") < 3 {
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

func alphanumeric(c byte) bool { return letter(c) || '0' <= c && c <= '9' }

func letter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func hexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
