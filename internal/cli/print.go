package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
)

// printer is where a command's words go: results to out, everything else to err.
type printer struct {
	out, err   io.Writer
	json       bool // --output json
	quiet      bool
	outColours bool // out is a terminal that shows colours
	errColours bool
	width      int // of the terminal that out is; 0 for none
}

func newPrinter(io IO, env bridge.Env) *printer {
	mono := env("NO_COLOR") != "" || env("TERM") == "dumb"
	return &printer{
		out: io.Stdout, err: io.Stderr,
		outColours: !mono && isTerminal(io.Stdout), errColours: !mono && isTerminal(io.Stderr), width: widthOf(io.Stdout),
	}
}

func widthOf(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func (p *printer) setFormat(output string, quiet bool) error {
	p.quiet = quiet
	switch output {
	case "json":
		p.json = true
	case "table":
	default:
		return &bridge.Error{
			Kind: bridge.Usage, Code: "flag_invalid",
			Text: fmt.Sprintf("--output %q is not known", output), Hint: "write --output table or --output json",
		}
	}
	return nil
}

// encode writes a result as indented JSON.
func (p *printer) encode(v any) error {
	e := json.NewEncoder(p.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// table writes rows in aligned columns below a heading.
func (p *printer) table(head []string, rows [][]string) error {
	width := make([]int, len(head))
	for _, row := range append([][]string{head}, rows...) {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for n, row := range append([][]string{head}, rows...) {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		text := strings.TrimRight(line.String(), " ")
		if n == 0 {
			text = colour(p.outColours, bold, text)
		}
		b.WriteString(printable(text) + "\n")
	}
	_, err := io.WriteString(p.out, b.String())
	return err
}

// line writes one line of a result.
func (p *printer) line(format string, args ...any) error {
	_, err := io.WriteString(p.out, printable(fmt.Sprintf(format, args...))+"\n")
	return err
}

// progress tells what is going on, unless --quiet.
func (p *printer) progress(format string, args ...any) {
	if !p.quiet {
		_, _ = io.WriteString(p.err, printable(fmt.Sprintf(format, args...))+"\n")
	}
}

// hint names a next step, unless --quiet.
func (p *printer) hint(text string) {
	if text != "" && !p.quiet {
		fmt.Fprintf(p.err, "  %s %s\n", colour(p.errColours, faint, "next:"), printable(text))
	}
}

// problems prints what is wrong with the configuration: place, text, the line itself, the fix. Warnings are hints, and
// --quiet leaves them out.
func (p *printer) problems(ps config.Problems) {
	for _, problem := range ps {
		if problem.Severity == config.Warning && p.quiet {
			continue
		}
		fmt.Fprintln(p.err, printable(problem.String()))
		for line := range strings.Lines(problem.Excerpt) {
			fmt.Fprintf(p.err, "    %s\n", printable(strings.TrimRight(line, "\n")))
		}
		if problem.Fix != "" {
			fmt.Fprintf(p.err, "  %s %s\n", colour(p.errColours, faint, "fix:"), printable(problem.Fix))
		}
	}
}

// failure is an error as --output json prints it, on standard error.
type failure struct {
	Kind     string     `json:"kind"`
	Hop      bridge.Hop `json:"hop,omitempty"`
	Code     string     `json:"code,omitempty"`
	Text     string     `json:"text"`
	Hint     string     `json:"hint,omitempty"`
	ExitCode int        `json:"exit_code"`
}

// finish prints the error of a run, if there is one, and returns the exit code.
func (p *printer) finish(err error) int {
	code := exitOf(err)
	if _, printed := errors.AsType[ended](err); err == nil || printed {
		return code
	}
	f := failure{Kind: bridge.KindOf(err).String(), Text: err.Error(), Hint: bridge.HintOf(err), ExitCode: code}
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		f.Hop, f.Code = e.Hop, e.Code
		if e.Kind == bridge.Unreachable && f.Hint == "" {
			f.Hint = "try again in a minute; when it stays so, look at the cloud's status page and at this network's way there"
		}
	}
	if p.json {
		_ = json.NewEncoder(p.err).Encode(map[string]failure{"error": f})
		return code
	}
	fmt.Fprintf(p.err, "%s %s\n", colour(p.errColours, red, "landbridge:"), printable(f.Text))
	p.hint(f.Hint)
	return code
}

const (
	bold   = "\x1b[1m"
	faint  = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	plain  = "\x1b[0m"
)

func colour(on bool, code, text string) string {
	if !on {
		return text
	}
	return code + text + plain
}
