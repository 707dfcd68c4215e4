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

// look adds the views of a text, and theirs. What costs more than a glance is asked for only where the text may have it.
func (v *views) look(text string, depth int) {
	g := glance(text)
	if g.has&mayHide != 0 {
		hidden(text, func(s string) { v.add("hidden", s, depth) })
	}
	if g.has&isAmpersand != 0 && strings.Count(text, "&#") >= minEntities {
		entities(text, func(s string) { v.add("entities", s, depth) })
	}
	if g.has&isPercent != 0 && strings.Count(text, "%") >= minPercents {
		percent(text, func(s string) { v.add("percent", s, depth) })
	}
	base64Runs(text, func(s string) { v.add("base64", s, depth) })
	hexRuns(text, func(s string) { v.add("hexadecimal", s, depth) })
	morse(text, func(s string) { v.add("morse", s, depth) })
	binaryRuns(text, func(s string) { v.add("binary", s, depth) })
	if g.singles >= minSpaced {
		spaced(text, func(s string) { v.add("spaced", s, depth) })
	}
	if g.between >= minLeet {
		leet(text, func(s string) { v.add("leet", s, depth) })
	}
	ciphers(text, func(s string) { v.add("cipher", s, depth) })
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
