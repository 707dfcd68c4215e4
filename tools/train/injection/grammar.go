package main

import (
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

//go:embed grammar/*.txt
var grammarFiles embed.FS

// grammar makes texts. Its files hold rules: a [name], then one way to say it a line; # begins a remark, \n a line.
//
//	{name}       a text of that rule
//	{a|b|}       one of these
//	{B64:text}   text in disguise: B64, HEX, ROT13, REVERSE, LEET, SPACED, ZW (zero-width), CYR (look-alikes)
//
// Any other braces are themselves.
type grammar map[string][]string

func readGrammar() (grammar, error) {
	g := grammar{}
	files, err := fs.Glob(grammarFiles, "grammar/*.txt")
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		text, err := grammarFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		rule := ""
		for line := range strings.Lines(string(text)) {
			line = strings.TrimRight(line, "\n")
			switch {
			case line == "" || strings.HasPrefix(line, "# ") && rule == "":
			case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") && !strings.Contains(line, " "):
				rule = line[1 : len(line)-1]
				if _, twice := g[rule]; twice {
					return nil, fmt.Errorf("%s: rule %s is there twice", name, rule)
				}
				g[rule] = nil
			default:
				g[rule] = append(g[rule], line)
			}
		}
	}
	return g, nil
}

// deepest is how far rules may stand in rules: some lead back to themselves.
const deepest = 24

// say returns a text of a rule.
func (g grammar) say(r *rand.Rand, rule string) string {
	return strings.ReplaceAll(g.expand(r, g.pick(r, rule), 0), `\n`, "\n")
}

func (g grammar) pick(r *rand.Rand, rule string) string {
	ways := g[rule]
	if len(ways) == 0 {
		panic("no rule " + rule)
	}
	return ways[r.IntN(len(ways))]
}

func (g grammar) expand(r *rand.Rand, text string, depth int) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(text, '{')
		if open < 0 || depth > deepest {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:open])
		length := closing(text[open:])
		if length < 0 {
			b.WriteByte('{')
			text = text[open+1:]
			continue
		}
		b.WriteString(g.group(r, text[open+1:open+length], depth+1))
		text = text[open+length+1:]
	}
}

func (g grammar) group(r *rand.Rand, inner string, depth int) string {
	if ways := alternatives(inner); len(ways) > 1 {
		return g.expand(r, ways[r.IntN(len(ways))], depth)
	}
	if _, ok := g[inner]; ok {
		return g.expand(r, g.pick(r, inner), depth)
	}
	if name, rest, ok := strings.Cut(inner, ":"); ok {
		if disguise, ok := disguises[name]; ok {
			return disguise(g.expand(r, rest, depth))
		}
	}
	return "{" + g.expand(r, inner, depth) + "}"
}

// closing returns where the brace that begins text is closed, or -1.
func closing(text string) int {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// alternatives cuts at the bars that stand in no further braces.
func alternatives(text string) []string {
	var ways []string
	depth, from := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			depth++
		case '}':
			depth--
		case '|':
			if depth == 0 {
				ways = append(ways, text[from:i])
				from = i + 1
			}
		}
	}
	return append(ways, text[from:])
}

var disguises = map[string]func(string) string{
	"B64":     func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"HEX":     func(s string) string { return hex.EncodeToString([]byte(s)) },
	"ROT13":   rot13,
	"REVERSE": backwards,
	"LEET":    strings.NewReplacer("a", "4", "e", "3", "i", "1", "o", "0", "s", "5", "t", "7").Replace,
	"SPACED":  func(s string) string { return between(s, " ") },
	"ZW":      func(s string) string { return between(s, "\u200b") },
	"CYR":     strings.NewReplacer("a", "а", "e", "е", "o", "о", "p", "р", "c", "с", "x", "х").Replace,
}

func rot13(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return 'a' + (r-'a'+13)%26
		case 'A' <= r && r <= 'Z':
			return 'A' + (r-'A'+13)%26
		}
		return r
	}, s)
}

func backwards(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeLastRuneInString(s)
		b.WriteRune(r)
		s = s[:len(s)-n]
	}
	return b.String()
}

func between(s, what string) string { return strings.Join(strings.Split(s, ""), what) }
