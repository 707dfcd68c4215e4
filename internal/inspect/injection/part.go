package injection

import (
	"strings"

	"github.com/landbridge/landbridge/internal/inspect/phrase"
)

// Part is a piece of a text that one author wrote in one breath: a sentence, a table's cell, a comment of code, a value
// of JSON, the text of an HTML element, or what was decoded or hidden.
type Part struct {
	Words    []phrase.Word // of source
	first    int           // of them in the words of source
	Line     int           // of the text, from 0
	Shape    Shape
	Whole    bool   // it is a line of its own
	Families uint64 // whose phrases stand in it
	source   string // folded: the whole text, or the view that it comes from
	start    int
	end      int
}

// Text is the part's own text, folded.
func (p *Part) Text() string { return p.source[p.start:p.end] }

// maxPart is how many bytes a part has at most; a longer sentence is several.
const maxPart = 600

// minPart is how many words a part has at least: fewer instruct nobody.
const minPart = 3

// split cuts a folded text into lines, and lines into parts, and appends them. words are those of text.
func split(text string, words []phrase.Word, parts []Part, lines []Shape) ([]Part, []Shape) {
	s := splitter{text: text, words: words, parts: parts, lines: lines}
	for start := 0; start < len(text); {
		end := strings.IndexByte(text[start:], '\n')
		if end < 0 {
			end = len(text)
		} else {
			end += start
		}
		s.line(start, end)
		start = end + 1
	}
	return s.parts, s.lines
}

type splitter struct {
	text   string
	words  []phrase.Word // those not yet given to a part
	passed int           // how many were
	parts  []Part
	lines  []Shape
}

func (s *splitter) line(start, end int) {
	line := s.text[start:end]
	shape := shapeOf(line)
	s.lines = append(s.lines, shape)
	first := len(s.parts)
	switch shape {
	case Blank, Rule:
		return
	case Table:
		s.cut(start, end, shape, func(c byte) bool { return c == '|' || c == '\t' })
	case JSON:
		s.cut(start, end, shape, func(c byte) bool { return c == '"' })
	case Markup:
		s.cut(start, end, shape, func(c byte) bool { return c == '<' || c == '>' })
	case Code:
		if at := comment(line); at >= 0 {
			s.sentences(start+at, end, Comment)
			break
		}
		s.cut(start, end, shape, func(c byte) bool { return c == '"' || c == '\'' })
	default:
		s.sentences(start, end, shape)
	}
	if len(s.parts) == first+1 {
		s.parts[first].Whole = shape != Table && shape != JSON && shape != Code
	}
}

// cut makes parts of what stands between the bytes that end one.
func (s *splitter) cut(start, end int, shape Shape, ends func(byte) bool) {
	from := start
	for i := start; i < end; i++ {
		if ends(s.text[i]) {
			s.sentences(from, i, shape)
			from = i + 1
		}
	}
	s.sentences(from, end, shape)
}

// sentences makes parts of the sentences between two places.
func (s *splitter) sentences(start, end int, shape Shape) {
	from := start
	for i := start; i < end; i++ {
		if i-from < maxPart && !mayEnd[s.text[i]] {
			continue
		}
		var stop bool
		switch s.text[i] {
		case '.', '!', '?':
			stop = (i+1 == end || s.text[i+1] <= ' ' || s.text[i+1] == '"' || s.text[i+1] == '\'' || s.text[i+1] == ')') && !abbreviation(s.text[from:i])
		case 0x82: // of 。
			stop = i >= 2 && s.text[i-2] == 0xE3 && s.text[i-1] == 0x80
		case ' ':
			stop = i-from >= maxPart
		}
		if stop {
			s.add(from, i+1, shape)
			from = i + 1
		}
	}
	s.add(from, end, shape)
}

// mayEnd are the bytes by which a sentence may end.
var mayEnd = [256]bool{'.': true, '!': true, '?': true, 0x82: true}

// beforeWord are the bytes after which a word of a sentence begins.
var beforeWord = [256]bool{' ': true, '\t': true, '(': true, '"': true, '\'': true}

// abbreviation says whether a full stop after text ends no sentence: an initial, a number of a list, "e.g", "mr".
func abbreviation(text string) bool {
	at := len(text)
	for at > 0 && !beforeWord[text[at-1]] {
		at--
	}
	switch last := text[at:]; {
	case len(last) <= 1 && last != "i", len(last) <= 3 && strings.IndexByte(last, '.') > 0:
		return true
	case last == "mr" || last == "mrs" || last == "ms" || last == "dr" || last == "st" || last == "vs" || last == "no" || last == "etc":
		return true
	}
	return false
}

func (s *splitter) add(start, end int, shape Shape) {
	n := 0
	for n < len(s.words) && s.words[n].Start < start {
		n++
	}
	s.words = s.words[n:]
	s.passed += n
	first := s.passed
	n = 0
	for n < len(s.words) && s.words[n].Start < end {
		n++
	}
	words := s.words[:n]
	s.words = s.words[n:]
	s.passed += n
	if len(words) < minPart {
		return
	}
	s.parts = append(s.parts, Part{Words: words, first: first, Line: len(s.lines) - 1, Shape: shape, source: s.text, start: start, end: end})
}
