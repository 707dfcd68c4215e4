package doctor

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// compile makes both forms of the expression: as it stands, and without blanks, for text that a terminal has broken
// inside of words.
func (p *Pattern) compile() error {
	tree, err := syntax.Parse(p.Pattern, syntax.Perl)
	if err != nil {
		return err
	}
	p.weight = fixed(tree)
	if p.Shape != "" {
		p.weight++
	}
	if p.plain, err = compileOne(p.Pattern); err != nil {
		return err
	}
	p.squeezed, err = compileOne(squeezedPattern(p.Pattern))
	return err
}

func compileOne(pattern string) (compiled, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return compiled{}, err
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return compiled{}, err
	}
	return compiled{re, longest(tree)}, nil
}

// squeezedPattern drops the blanks of an expression, optional ones with their question mark.
func squeezedPattern(pattern string) string {
	return strings.NewReplacer(" ?", "", `\s*`, "", `\s+`, "", " ", "").Replace(pattern)
}

// fixed counts the characters that any match has: the more, the more specific.
func fixed(t *syntax.Regexp) int {
	switch t.Op {
	case syntax.OpLiteral:
		return len(t.Rune)
	case syntax.OpConcat, syntax.OpCapture:
		n := 0
		for _, sub := range t.Sub {
			n += fixed(sub)
		}
		return n
	case syntax.OpAlternate:
		least := fixed(t.Sub[0])
		for _, sub := range t.Sub[1:] {
			least = min(least, fixed(sub))
		}
		return least
	case syntax.OpPlus:
		return fixed(t.Sub[0])
	}
	return 0
}

// longest is the longest literal that any match contains; "" when there is none for certain.
func longest(t *syntax.Regexp) string {
	switch t.Op {
	case syntax.OpLiteral:
		if t.Flags&syntax.FoldCase != 0 {
			return ""
		}
		return string(t.Rune)
	case syntax.OpConcat, syntax.OpCapture, syntax.OpPlus:
		best := ""
		for _, sub := range t.Sub {
			if l := longest(sub); len(l) > len(best) {
				best = l
			}
		}
		return best
	}
	return ""
}
