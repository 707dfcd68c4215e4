package mask

import (
	"maps"
	"strings"
	"sync"
	"sync/atomic"
)

// A token stands for one value in what the model sees: the label of its type and a code, EMAIL_ADDRESS_K7M2. To the model
// it is a name that says what kind of thing it names.
//
// Models change what they copy. A token is known again in upper, lower and mixed case, and with other separators than the
// underscore: none (EmailAddressK7m2), spaces, hyphens, Markdown's \_ and emphasis, HTML's and JSON's escapes, %5F in a
// URL. What stands before and after it does not matter: quotes, brackets, a possessive 's, more letters.
type token struct {
	label         *label
	kind, value   string
	written, code string // the code is the end of what is written
}

// label is a type's name as it stands in tokens.
type label struct {
	name  string   // letters and underscores: EMAIL_ADDRESS
	words []string // EMAIL, ADDRESS
}

// newLabel makes a label of a type's name. It has no digits, so that no code can run into it.
func newLabel(kind string) *label {
	words := strings.FieldsFunc(strings.ToUpper(kind), func(r rune) bool { return r < 'A' || r > 'Z' })
	if len(words) == 0 {
		words = []string{"DATA"}
	}
	return &label{strings.Join(words, "_"), words}
}

// labels are the labels of all types that a Masker has met. They are few, and are made once.
type labels struct {
	known  atomic.Pointer[map[string]*label]
	making sync.Mutex
}

// of returns the one label of a type.
func (l *labels) of(kind string) *label {
	if known := l.known.Load(); known != nil && (*known)[kind] != nil {
		return (*known)[kind]
	}
	l.making.Lock()
	defer l.making.Unlock()
	next := map[string]*label{}
	if known := l.known.Load(); known != nil {
		maps.Copy(next, *known)
	}
	if next[kind] == nil {
		next[kind] = newLabel(kind)
	}
	l.known.Store(&next)
	return next[kind]
}

// maxSeparator is how many bytes may stand in the place of one underscore.
const maxSeparator = 24

// separators that are longer than a byte. A backslash alone is one too, and comes after those that begin with it.
func separators() [9]string {
	return [...]string{`\u005f`, `\u005F`, "&#95;", "&#x5f;", "&#x5F;", "&lowbar;", "%5F", "%5f", "\u200b"}
}

// separator skips what stands in the place of an underscore, and returns the end of it. open says that the text ends
// before that can be known.
func separator(text string, at int) (end int, open bool) {
	for limit := at + maxSeparator; at < limit; {
		if at == len(text) {
			return at, true
		}
		switch c := text[at]; {
		case c == '_' || c == ' ' || c == '-' || c == '*' || c == '`' || c == '~':
			at++
		case c == '\\' || c == '&' || c == '%' || c >= 0x80:
			size, open := longSeparator(text[at:])
			if size == 0 || open {
				return at, open
			}
			at += size
		default:
			return at, false
		}
	}
	return at, false
}

func longSeparator(text string) (size int, open bool) {
	for _, s := range separators() {
		if strings.HasPrefix(text, s) {
			return len(s), false
		}
		if strings.HasPrefix(s, text) {
			return 0, true
		}
	}
	switch {
	case text[0] == '\\':
		return 1, false
	case strings.HasPrefix(text, "\u00a0"):
		return 2, false
	default:
		return 0, text == "\xc2"
	}
}

// read reads the label from text[at:], in any of its forms, with the separator behind it.
func (l *label) read(text string, at int) (end int, open bool) {
	for _, word := range l.words {
		for i := range len(word) {
			if at == len(text) {
				return 0, true
			}
			if upper(text[at]) != word[i] {
				return 0, false
			}
			at++
		}
		if at, open = separator(text, at); open {
			return 0, true
		}
	}
	return at, false
}

// token reads a token of this session from text[at:], in any of its forms. It is nil when there is none; open says that
// the text ends before that can be known.
func (s *Session) token(text string, at int) (t *token, end int, open bool) {
	if !s.vault.begins(text[at]) {
		return nil, 0, false
	}
	first := upper(text[at])
	for _, l := range s.vault.labels {
		if l.name[0] != first {
			continue
		}
		end, unsure := l.read(text, at)
		if end == 0 {
			open = open || unsure
			continue
		}
		var into [maxCode]byte
		code, unsure := s.readCode(text[end:], &into)
		open = open || unsure
		if t := s.vault.coded(code); t != nil && t.label == l {
			return t, end + len(code), false
		}
	}
	return nil, 0, open
}
