package doctor

import (
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/landbridge/landbridge/internal/bridge"
)

// maxText is how much of a pasted text is read: its beginning and its end.
const maxText = 256 << 10

var ansi = bridge.FormOf(`\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]`)

// tidy bounds a text and drops what terminals add to it: colours, boxes, control characters.
func tidy(text string) string {
	if len(text) > maxText {
		text = text[:maxText/2] + "\n" + text[len(text)-maxText/2:]
	}
	text = ansi().ReplaceAllString(strings.ToValidUTF8(text, ""), "")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r == '│', r == '╷', r == '╵', r == '\u00a0', r == '\r':
			return ' '
		case r == '“', r == '”':
			return '"'
		case r == '‘', r == '’':
			return '\''
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
}

// form is one way of reading a text.
type form struct {
	text     string
	squeezed bool // without any blank: for a text that was broken in the middle of words
}

// forms are the ways of reading a text, the most faithful first: on one line, with escapes undone, with line breaks
// taken for a terminal's, without blanks.
func forms(text string) []form {
	flat := oneLine(text)
	open := oneLine(unescape(flat))
	out := []form{{text: flat}}
	add := func(f form) {
		for _, have := range out {
			if have == f {
				return
			}
		}
		out = append(out, f)
	}
	add(form{text: open})
	if strings.Contains(strings.TrimSpace(text), "\n") {
		add(form{text: oneLine(unescape(joined().ReplaceAllString(text, "")))})
		add(form{text: strings.Join(strings.Fields(open), ""), squeezed: true})
	}
	return out
}

var joined = bridge.FormOf(` ?\r?\n`)

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

var escapes = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer(`\"`, `"`, `\'`, `'`, `\n`, " ", `\r`, " ", `\t`, " ", `\/`, "/", `\\`, `\`, "&quot;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&amp;", "&")
})

var unicodeEscape = bridge.FormOf(`\\u[0-9a-fA-F]{4}`)

// unescape undoes the escapes of JSON inside JSON, of Python's and Go's quotes, and of HTML, as deep as they go.
func unescape(text string) string {
	for range 4 {
		next := unicodeEscape().ReplaceAllStringFunc(text, func(e string) string {
			n, err := strconv.ParseUint(e[2:], 16, 16)
			if err != nil || n < ' ' || unicode.Is(unicode.Cs, rune(n)) {
				return " "
			}
			return string(rune(n))
		})
		next = escapes().Replace(next)
		if next == text {
			return text
		}
		text = next
	}
	return text
}
