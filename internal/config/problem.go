package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Severity says whether a problem stops a command.
type Severity string

// The severities.
const (
	Mistake Severity = "error"   // nothing starts until it is put right
	Warning Severity = "warning" // it works, and somebody should look
)

// Problem is one thing wrong with the configuration. It never repeats a key or a token.
type Problem struct {
	Severity Severity `json:"severity"`
	Origin   Origin   `json:"-"`
	File     string   `json:"file,omitempty"`
	Line     int      `json:"line,omitempty"`   // from 1; 0 when it does not stand in the file
	Column   int      `json:"column,omitempty"` // from 1
	Where    string   `json:"where"`            // FILE:LINE:COLUMN, "environment NAME" or "flag --NAME"
	Path     string   `json:"path,omitempty"`   // such as to_google.scopes[1]
	Text     string   `json:"text"`
	Fix      string   `json:"fix,omitempty"`
	Excerpt  string   `json:"excerpt,omitempty"` // the line with a caret under the column
}

// String is the problem in one line.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.Where)
	b.WriteString(": ")
	if p.Severity == Warning {
		b.WriteString("warning: ")
	}
	if p.Path != "" {
		b.WriteString(p.Path)
		b.WriteString(": ")
	}
	b.WriteString(p.Text)
	return b.String()
}

// Problems are all that is wrong, in the order of the file.
type Problems []Problem

// Mistakes returns the problems that stop a command.
func (ps Problems) Mistakes() Problems { return ps.only(Mistake) }

// Warnings returns the others.
func (ps Problems) Warnings() Problems { return ps.only(Warning) }

func (ps Problems) only(s Severity) Problems {
	return slices.DeleteFunc(slices.Clone(ps), func(p Problem) bool { return p.Severity != s })
}

// Err is nil without mistakes; else a *bridge.Error of kind Usage with the first mistake's text and fix, and their count.
func (ps Problems) Err() error {
	mistakes := ps.Mistakes()
	if len(mistakes) == 0 {
		return nil
	}
	e := &bridge.Error{Kind: bridge.Usage, Code: "configuration_invalid", Text: mistakes[0].String(), Hint: mistakes[0].Fix}
	switch n := len(mistakes) - 1; {
	case n == 1:
		e.Text += " (and 1 more mistake)"
	case n > 1:
		e.Text += fmt.Sprintf(" (and %d more mistakes)", n)
	}
	return e
}

// sort puts problems of the file first, by line and column, and the others after them by origin.
func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(elsewhere(a), elsewhere(b)),
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Where, b.Where), cmp.Compare(a.Path, b.Path),
		)
	})
}

func elsewhere(p Problem) int {
	if p.Line > 0 {
		return 0
	}
	return 1
}
