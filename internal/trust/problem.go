package trust

import (
	"strconv"
	"strings"
)

// Problem is one mistake in a provider or a federated credential, found without any token.
type Problem struct {
	Code   string `json:"code"`             // stable and machine-readable, as "project_id_in_name"
	Field  string `json:"field"`            // where, as "attributeMapping[google.subject]"
	Line   int    `json:"line,omitempty"`   // inside a CEL expression, from 1
	Column int    `json:"column,omitempty"` // inside a CEL expression, from 1
	Text   string `json:"text"`
	Fix    string `json:"fix,omitempty"` // a command or the value to write
}

// String is one line: where, what.
func (p Problem) String() string {
	where := p.Field
	if p.Line > 0 {
		where += ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
	}
	return where + ": " + p.Text
}

// Problems is every mistake at once, in the order of the fields; as an error it prints one line for each.
type Problems []Problem

func (p Problems) Error() string {
	line := make([]string, len(p))
	for i := range p {
		line[i] = p[i].String()
	}
	return strings.Join(line, "\n")
}

// Has says whether a problem with this code is among them.
func (p Problems) Has(code string) bool {
	for i := range p {
		if p[i].Code == code {
			return true
		}
	}
	return false
}
