package cli

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// colours are the sequences that we write ourselves.
var colours = []string{bold, faint, red, green, yellow, plain}

// printable takes out of a text what would steer a terminal: names of files, claims of tokens and words of servers are
// somebody else's, and could hide a line, write another one, or turn a command round before it is copied.
func printable(text string) string {
	text = strings.ToValidUTF8(text, string(unicode.ReplacementChar))
	if strings.IndexFunc(text, steers) < 0 {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		if n := ownColour(text); n > 0 {
			b.WriteString(text[:n])
			text = text[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(text)
		if steers(r) {
			b.WriteRune(unicode.ReplacementChar)
		} else {
			b.WriteString(text[:n])
		}
		text = text[n:]
	}
	return b.String()
}

func ownColour(text string) int {
	for _, c := range colours {
		if strings.HasPrefix(text, c) {
			return len(c)
		}
	}
	return 0
}

// steers says whether a terminal does something else with the character than to show it. Line ends and tabs are ours too.
func steers(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
}
