package find

import (
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	ahocorasick "github.com/petar-dambovaliev/aho-corasick"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

// Pattern is a type of the operator's own: a regular expression, or words.
type Pattern struct {
	// Type of its findings, upper case: EMPLOYEE_ID.
	Type string
	// Pattern in RE2's syntax: it takes time linear in the text. It may not match the empty string.
	Pattern string
	// Words or phrases in place of Pattern, found as whole words, whatever their case.
	Words []string
	// Score of a finding, above 0 to 1.
	Score float32
	// Context words raise the score to 0.95 when they stand near.
	Context []string
}

// largestPattern is how many instructions a pattern may compile to: what it may cost for a byte of text.
const largestPattern = 2000

type pattern struct {
	Pattern
	expression *regexp.Regexp
	words      *ahocorasick.AhoCorasick
	context    []string
}

func quote(s string) string { return strconv.Quote(s) }

func compile(p Pattern) (*pattern, error) {
	refuse := func(code, text, hint string) error {
		return &bridge.Error{Kind: bridge.Usage, Code: code, Text: "pattern " + quote(p.Type) + ": " + text, Hint: hint}
	}
	out := &pattern{Pattern: p}
	for _, w := range p.Context {
		out.context = append(out.context, strings.ToLower(w))
	}
	switch {
	case p.Type == "":
		return nil, refuse("pattern_without_type", "it has no type", "name what it finds, such as EMPLOYEE_ID")
	case p.Score <= 0 || p.Score > 1:
		return nil, refuse("pattern_score", "its score is not above 0 and at most 1", "")
	case (p.Pattern == "") == (len(p.Words) == 0):
		return nil, refuse("pattern_or_words", "it needs either a pattern or words", "")
	case p.Pattern == "":
		return out, out.fromWords(refuse)
	}
	tree, err := syntax.Parse(p.Pattern, syntax.Perl)
	if err != nil {
		return nil, refuse("pattern_syntax", "it is not a regular expression of RE2: "+err.Error(), "https://github.com/google/re2/wiki/Syntax")
	}
	if shortest(tree) == 0 {
		return nil, refuse("pattern_matches_nothing", "it matches the empty string", "ask for one character at least: + in place of *")
	}
	if program, err := syntax.Compile(tree.Simplify()); err != nil || len(program.Inst) > largestPattern {
		return nil, refuse("pattern_too_large", "it is too large", "make its repetitions smaller, or make two of it")
	}
	out.expression, err = regexp.Compile(p.Pattern)
	return out, err
}

// fromWords builds the automaton of all words. It compares bytes and folds ASCII only, so that other letters go in in
// each case.
func (p *pattern) fromWords(refuse func(code, text, hint string) error) error {
	var all []string
	for _, w := range p.Words {
		if strings.TrimSpace(w) == "" {
			return refuse("empty_word", "one of its words is empty", "")
		}
		if !utf8.ValidString(w) {
			return refuse("word_encoding", "one of its words is not UTF-8", "")
		}
		all = append(all, w, strings.ToLower(w), strings.ToUpper(w))
	}
	builder := ahocorasick.NewAhoCorasickBuilder(ahocorasick.Opts{AsciiCaseInsensitive: true, MatchKind: ahocorasick.LeftMostLongestMatch, DFA: false})
	automaton := builder.Build(all)
	p.words = &automaton
	return nil
}

// shortest is the length of the shortest text that a tree matches, in characters; more than one counts as one.
func shortest(t *syntax.Regexp) int {
	switch t.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpNoMatch:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return shortest(t.Sub[0])
	case syntax.OpRepeat:
		return min(t.Min, 1) * shortest(t.Sub[0])
	case syntax.OpConcat:
		for _, sub := range t.Sub {
			if shortest(sub) > 0 {
				return 1
			}
		}
	case syntax.OpAlternate:
		for _, sub := range t.Sub {
			if shortest(sub) == 0 {
				return 0
			}
		}
		return 1
	}
	return 0
}

func (p *pattern) find(text string, into []prompt.Finding) []prompt.Finding {
	if p.expression != nil {
		for _, at := range p.expression.FindAllStringIndex(text, -1) {
			into = p.add(text, at[0], at[1], into)
		}
		return into
	}
	for it := p.words.Iter(text); ; {
		m := it.Next()
		if m == nil {
			return into
		}
		if wholeWord(text, m.Start(), m.End()) {
			into = p.add(text, m.Start(), m.End(), into)
		}
	}
}

func (p *pattern) add(text string, start, end int, into []prompt.Finding) []prompt.Finding {
	score := p.Score
	near := strings.ToLower(text[max(0, start-reachBefore):start] + "\n" + text[end:min(len(text), end+reachAfter)])
	for _, w := range p.context {
		if strings.Contains(near, w) {
			score = max(score, .95)
		}
	}
	return append(into, prompt.Finding{Start: start, End: end, Type: p.Type, Score: score})
}

// wholeWord says whether no letter or digit goes on at either end.
func wholeWord(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	first, _ := utf8.DecodeRuneInString(text[start:])
	last, _ := utf8.DecodeLastRuneInString(text[:end])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return !(wordRune(before) && wordRune(first)) && !(wordRune(last) && wordRune(after))
}

func wordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_')
}
