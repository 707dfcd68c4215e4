package policy

import "strings"

// glob is a pattern in which * stands for any characters, none among them.
type glob struct {
	text  string
	parts []string // between the stars; one when there is no star
}

func newGlob(text string) glob { return glob{text, strings.Split(text, "*")} }

func newGlobs(texts []string) []glob {
	out := make([]glob, len(texts))
	for i, text := range texts {
		out[i] = newGlob(text)
	}
	return out
}

// literal says that it stands for one text alone.
func (g *glob) literal() bool { return len(g.parts) == 1 }

func (g *glob) match(s string) bool {
	last := len(g.parts) - 1
	if last == 0 {
		return s == g.text
	}
	head, tail := g.parts[0], g.parts[last]
	if len(s) < len(head)+len(tail) || s[:len(head)] != head || s[len(s)-len(tail):] != tail {
		return false
	}
	s = s[len(head) : len(s)-len(tail)]
	for _, part := range g.parts[1:last] { // the earliest place is never a worse one
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return true
}

func matchAny(globs []glob, s string) bool {
	for i := range globs {
		if globs[i].match(s) {
			return true
		}
	}
	return false
}

// coverAll says whether every text that one of the narrow patterns stands for is one of a single wide pattern's.
func coverAll(wide, narrow []glob) bool {
	for i := range narrow {
		// A star of the narrow pattern can only fall to a star of the wide one, whose parts hold none.
		if !matchAny(wide, narrow[i].text) {
			return false
		}
	}
	return true
}
