package setup

import (
	"fmt"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Severity says whether a Problem stops set-up.
type Severity string

// The severities.
const (
	Mistake Severity = "mistake" // nothing is read or made before it is mended
	Warning Severity = "warning" // it works, and is worse than it could be
)

// Problem is one thing wrong with the setup section, found without any call.
type Problem struct {
	// Path is where, in the file's own names and relative to the section: workloads[2].kubernetes.namespace.
	Path     string   `json:"path"`
	Severity Severity `json:"severity"`
	Text     string   `json:"text"`          // what is wrong, lower case
	Fix      string   `json:"fix,omitempty"` // what to write instead, or a command
}

// String is one line: where, what, and what to do.
func (p Problem) String() string {
	line := "setup." + p.Path + ": " + p.Text
	if p.Path == "" {
		line = "setup: " + p.Text
	}
	if p.Fix != "" {
		line += "; " + p.Fix
	}
	return line
}

// Mistakes makes one error of all the mistakes; nil when there are warnings only.
func Mistakes(found []Problem) error {
	var lines []string
	for _, p := range found {
		if p.Severity == Mistake {
			lines = append(lines, p.String())
		}
	}
	if len(lines) == 0 {
		return nil
	}
	text := lines[0]
	if len(lines) > 1 {
		text = fmt.Sprintf("%d mistakes in the setup section:\n  %s", len(lines), strings.Join(lines, "\n  "))
	}
	return &bridge.Error{Kind: bridge.Usage, Code: "setup_mistakes", Text: text, Hint: "mend landbridge.yaml; nothing was called"}
}

// Warnings are the problems that do not stop set-up.
func Warnings(found []Problem) []Problem {
	var out []Problem
	for _, p := range found {
		if p.Severity == Warning {
			out = append(out, p)
		}
	}
	return out
}
