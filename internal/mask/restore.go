package mask

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Form is how restored values are written.
type Form uint8

// The forms.
const (
	Plain Form = iota // as they are
	JSON              // escaped, into the text of a JSON string: a tool call's arguments
)

// Unmask returns a whole answer with the values that its tokens stand for. Whatever is not a token of this session stays.
func (s *Session) Unmask(text string) string { return s.UnmaskIn(Plain, text) }

// UnmaskIn is Unmask in another form.
func (s *Session) UnmaskIn(form Form, text string) string {
	out, _ := s.restore(text, form, true)
	return out
}

// restore returns text with its values. What may become a token when more comes is the rest, unless this is the end.
func (s *Session) restore(text string, form Form, end bool) (out, rest string) {
	if end && !mayHoldCode(text) {
		return text, ""
	}
	var b strings.Builder
	done, cut := 0, len(text)
	for i := 0; i < len(text); i++ {
		if !s.vault.begins(text[i]) {
			continue
		}
		t, after, open := s.token(text, i)
		if t != nil {
			b.WriteString(text[done:i])
			b.WriteString(form.write(t.value))
			done, i = after, after-1
		} else if open && !end {
			cut = i
			break
		}
	}
	if cut == len(text) && !end {
		cut -= partialRune(text[done:])
	}
	if done == 0 {
		return text[:cut], text[cut:]
	}
	b.WriteString(text[done:cut])
	return b.String(), text[cut:]
}

// partialRune is the length of the character that text ends inside of.
func partialRune(text string) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if tail := text[len(text)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRuneInString(tail) {
				return n
			}
			return 0
		}
	}
	return 0
}

// Restorer puts values back into one stream of text: one candidate's, one tool call's. It holds back no more than what
// may be the beginning of a token, and the bytes of a character that is cut.
type Restorer struct {
	s    *Session
	form Form
	held string
}

// Restorer begins a stream. The prompt has been masked by then.
func (s *Session) Restorer() *Restorer { return s.RestorerIn(Plain) }

// RestorerIn is Restorer in another form.
func (s *Session) RestorerIn(form Form) *Restorer { return &Restorer{s: s, form: form} }

// Write takes the next piece of text, cut at any byte, and returns what is safe to send on.
func (r *Restorer) Write(text string) string {
	if len(r.s.vault.tokens) == 0 {
		return text
	}
	text, r.held = r.s.restore(r.held+text, r.form, false)
	return text
}

// Flush returns what was held back. The stream is over, or something else than text comes next.
func (r *Restorer) Flush() string {
	text, _ := r.s.restore(r.held, r.form, true)
	r.held = ""
	return text
}

func (f Form) write(value string) string {
	if f == Plain {
		return value
	}
	return escape(value)
}

// escape writes a text as it stands between the quotes of a JSON string (RFC 8259, 7).
func escape(text string) string {
	plain := func(r rune) bool { return r >= ' ' && r != '"' && r != '\\' && r != utf8.RuneError }
	if strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < ' ':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
