package plain

import "strings"

// View is something else that a text says: decoded, or hidden by its markup.
type View struct {
	Kind string // base64, hexadecimal, binary, percent, entities, cipher, reversed, leet, spaced, morse, hidden
	Text string
}

// Limits of what is decoded.
const (
	maxViews = 16
	maxBytes = 32 << 10 // of all views of a text
	maxDepth = 2        // views of views
)

// Views returns what else a text says, as it came (not folded); none for most texts.
func Views(text string) []View {
	v := views{left: maxBytes}
	v.look(text, 1)
	return v.found
}

type views struct {
	found []View
	left  int
}

// look adds the views of a text, and theirs.
func (v *views) look(text string, depth int) {
	h := look(text)
	for _, l := range [...]struct {
		kind string
		hint bool
		read func(string, func(string))
	}{
		{"hidden", h.markup, hidden},
		{"entities", h.entities >= 4, entities},
		{"percent", h.percents >= 3, percent},
		{"base64", h.longest[0] >= minRun, base64Runs},
		{"hexadecimal", h.longest[1] >= minRun, hexRuns},
		{"morse", h.longest[2] >= 2*minRun, morse},
		{"binary", h.longest[3] >= 4*minRun, binaryRuns},
		{"spaced", h.singles >= minSpaced, spaced},
		{"leet", h.between >= minLeet, leet},
		{"cipher", true, ciphers},
	} {
		if l.hint {
			l.read(text, func(decoded string) { v.add(l.kind, decoded, depth) })
		}
	}
}

func (v *views) add(kind, text string, depth int) {
	text = strings.TrimSpace(text)
	if len(text) < 4 || len(text) > v.left || len(v.found) == maxViews {
		return
	}
	v.left -= len(text)
	v.found = append(v.found, View{Kind: kind, Text: text})
	if depth < maxDepth {
		v.look(text, depth+1)
	}
}
