package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
)

func newGuardCommand(d *deps) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "guard",
		Short:   "What would be masked or blocked, and how good the guard is at it, offline",
		GroupID: groupConfig,
		Example: "  landbridge guard try \"write to ada@example.com\"\n  landbridge guard scan < texts.jsonl\n  landbridge guard eval --data rows.jsonl",
		Args:    cobra.ArbitraryArgs,
		RunE:    d.group,
	}
	cmd.AddCommand(newGuardTryCommand(d), newGuardScanCommand(d), newGuardEvalCommand(d))
	return cmd
}

// guardFlags are what the commands of the guard share.
type guardFlags struct {
	check, profile string
}

func (g *guardFlags) add(cmd *cobra.Command, all string) {
	cmd.Flags().StringVar(&g.check, "check", "", "one of "+strings.Join(app.Checks, ", ")+" (default: "+all+")")
	cmd.Flags().StringVar(&g.profile, "profile", "", "`name` of a profile of guard.profiles (default: guard.default)")
}

// checks are those that --check names.
func (g *guardFlags) checks() ([]string, error) {
	if g.check == "" {
		return app.Checks, nil
	}
	if !slices.Contains(app.Checks, g.check) {
		return nil, &bridge.Error{Kind: bridge.Usage, Code: "flag_invalid", Text: fmt.Sprintf("--check %q is not known", g.check), Hint: "write " + strings.Join(app.Checks, ", ")}
	}
	return []string{g.check}, nil
}

// scanner is the guard that the flags mean. Without a file of configuration it is the profile standard.
func (d *deps) scanner(g guardFlags, checks []string) (*app.Scanner, error) {
	cfg := &config.Config{}
	if d.findConfig() != "" {
		var err error
		if cfg, err = d.config(); err != nil {
			return nil, err
		}
	}
	if g.profile == "" {
		g.profile = config.StandardProfile
		if cfg.Guard != nil {
			g.profile = cfg.Guard.Default
		}
	}
	return d.app().Scanner(cfg, g.profile, checks)
}

func newGuardTryCommand(d *deps) *cobra.Command {
	var g guardFlags
	cmd := &cobra.Command{
		Use:   "try TEXT",
		Short: "Show what would be masked or blocked in one text",
		Long: "Try shows a text as the model would get it, what was found in it and where, and whether it would be\n" +
			"blocked. With - the text is standard input. It ends with exit code 3 when it would be blocked.",
		Example: "  landbridge guard try \"Ada Lovelace, ada@example.com, paid with 4111 1111 1111 1111\"",
		Args:    oneFile("text"),
		RunE: func(_ *cobra.Command, args []string) error {
			checks, err := g.checks()
			if err != nil {
				return err
			}
			text := args[0]
			if text == "-" {
				data, err := io.ReadAll(io.LimitReader(d.io.Stdin, maxRead))
				if err != nil {
					return &bridge.Error{Kind: bridge.Usage, Code: "file_unreadable", Text: "cannot read standard input", Cause: err}
				}
				text = string(data)
			}
			s, err := d.scanner(g, checks)
			if err != nil {
				return err
			}
			return d.printTry(text, s.Scan(text))
		},
	}
	g.add(cmd, "all")
	return cmd
}

func (d *deps) printTry(text string, v app.Scanned) error {
	exit := error(nil)
	if v.Blocked {
		exit = ended{3}
	}
	if d.out.json {
		if err := d.out.encode(v); err != nil {
			return err
		}
		return exit
	}
	_ = d.out.line("%s", highlight(d.out.outColours, text, v.Spans))
	if v.Masked != text && v.Masked != "" {
		_ = d.out.line("%s %s", colour(d.out.outColours, faint, "model sees:"), v.Masked)
	}
	runes := []rune(text)
	for _, s := range v.Spans {
		_ = d.out.line("  %-18s %3.0f %%  %-7s %s", s.Type, 100*s.Score, s.Action, string(runes[s.Start:s.End]))
	}
	verdict := "passes"
	if v.Blocked {
		verdict = colour(d.out.outColours, red, "blocked")
	}
	_ = d.out.line("%s, score %.2f%s", verdict, v.Score, because(v.Reasons))
	return exit
}

// because names the reasons that are not personal data, which stands above.
func because(reasons []string) string {
	var out []string
	for _, r := range reasons {
		if !strings.HasPrefix(r, "personal_data:") {
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return ": " + strings.Join(out, ", ")
}

// highlight colours what would be masked.
func highlight(colours bool, text string, spans []app.ScannedSpan) string {
	runes, done := []rune(text), 0
	var b strings.Builder
	for _, s := range spans {
		if s.Action == "keep" {
			continue
		}
		b.WriteString(string(runes[done:s.Start]))
		b.WriteString(colour(colours, red, string(runes[s.Start:s.End])))
		done = s.End
	}
	b.WriteString(string(runes[done:]))
	return b.String()
}

func newGuardScanCommand(d *deps) *cobra.Command {
	var g guardFlags
	cmd := &cobra.Command{
		Use:   "scan < TEXTS.jsonl",
		Short: "Read JSON Lines, write a verdict for each",
		Long: "Scan reads lines {\"id\": ..., \"text\": ...} on standard input and writes one line for each, in order: id,\n" +
			"blocked, score, reasons, spans (start and end in code points, type, score, action) and masked. It uses\n" +
			"every core. docs/guard.md lists types and reasons.",
		Example: "  landbridge guard scan < texts.jsonl\n  landbridge guard scan --check injection < prompts.jsonl",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			checks, err := g.checks()
			if err != nil {
				return err
			}
			s, err := d.scanner(g, checks)
			if err != nil {
				return err
			}
			e := json.NewEncoder(d.out.out)
			e.SetEscapeHTML(false)
			return s.ScanLines(cmd.Context(), d.io.Stdin, func(v app.Scanned) error { return e.Encode(v) })
		},
	}
	g.add(cmd, "all")
	return cmd
}

func newGuardEvalCommand(d *deps) *cobra.Command {
	var g guardFlags
	var data string
	cmd := &cobra.Command{
		Use:   "eval --data FILE.jsonl",
		Short: "Measure the guard on labelled rows",
		Long: "Eval holds what the guard finds against labelled rows: precision, recall, F1 and F2 by type and source of\n" +
			"personal data, recall and false positives by source and kind of attack and of harm, and the throughput\n" +
			"of one core. Rows have text, and spans (start, end, type) or label (1 is an attack, or harm).\n" +
			"docs/guard.md says how places are compared.",
		Example: "  landbridge guard eval --data rows.jsonl\n  landbridge guard eval --data rows.jsonl --check toxicity --output json",
		Args:    cobra.NoArgs,
		RunE: func(_ *cobra.Command, _ []string) error {
			if _, err := g.checks(); err != nil {
				return err
			}
			if data == "" {
				return &bridge.Error{Kind: bridge.Usage, Code: "flag_missing", Text: "--data is missing", Hint: "name a file of labelled rows, or - for standard input"}
			}
			in := d.io.Stdin
			if data != "-" {
				f, err := os.Open(d.path(data))
				if err != nil {
					return &bridge.Error{Kind: bridge.Usage, Code: "file_unreadable", Text: "cannot read --data " + data, Cause: err, Hint: "check the path and its permissions"}
				}
				defer f.Close()
				in = f
			}
			e, err := d.app().Evaluate(func(check string) (*app.Scanner, error) { return d.scanner(g, []string{check}) }, in, g.check)
			if err != nil {
				return err
			}
			if d.out.json {
				return d.out.encode(e)
			}
			return d.printEvaluation(e)
		},
	}
	g.add(cmd, "what the rows are labelled for")
	cmd.Flags().StringVar(&data, "data", "", "`file` of labelled rows; - is standard input")
	return cmd
}
