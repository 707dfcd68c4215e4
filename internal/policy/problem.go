package policy

import (
	"fmt"
	"strings"
)

// Problem is one mistake in the rules or prices, found without any call.
type Problem struct {
	Path   string // key in landbridge.yaml, as "policy.rules[2].methods[0]"
	Rule   string // its name, if it has one
	Line   int    // inside a condition, from 1; else 0
	Column int    // inside a condition, from 1; else 0
	Text   string
	Fix    string // what to write; may be empty
}

func (p Problem) String() string {
	where := p.Path
	if p.Rule != "" {
		where += " (rule " + p.Rule + ")"
	}
	if p.Line > 0 {
		where += fmt.Sprintf(", line %d, column %d", p.Line, p.Column)
	}
	out := where + ": " + p.Text
	if p.Fix != "" {
		out += "; " + p.Fix
	}
	return out
}

// Problems is every mistake at once, in the order of the file; as an error it prints one line for each.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}
