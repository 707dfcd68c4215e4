package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
)

func newConfigCommand(d *deps) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "config",
		Short:   "Check and explain the configuration",
		GroupID: groupConfig,
		Args:    cobra.ArbitraryArgs,
		Example: "  landbridge config check --config landbridge.yaml\n  landbridge config explain to_google",
		RunE:    d.group,
	}
	cmd.AddCommand(newConfigCheckCommand(d), newConfigExplainCommand(d))
	return cmd
}

// checked is what "config check --output json" prints.
type checked struct {
	File     string          `json:"file,omitempty"`
	OK       bool            `json:"ok"`
	Mistakes int             `json:"mistakes"`
	Warnings int             `json:"warnings"`
	Problems config.Problems `json:"problems"`
}

func newConfigCheckCommand(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Find every mistake, with line, column and fix",
		Long: "Check reads the configuration, the environment and --set, and reports every mistake at once.\n" +
			"It ends with exit code 2 if there is one. It reaches no cloud. A setup section is held against the\n" +
			"rules of both clouds too.",
		Args:    cobra.NoArgs,
		Example: "  landbridge config check --config landbridge.yaml\n  landbridge config check --output json",
		RunE: func(*cobra.Command, []string) error {
			cfg, problems, err := d.loadConfig()
			if err != nil {
				return err
			}
			if cfg.Setup != nil && len(problems.Mistakes()) == 0 {
				found, err := d.app().CheckSetup(cfg)
				if err != nil {
					return err
				}
				problems = append(problems, found...)
			}
			file := d.findConfig()
			if file == "" && !d.configuredElsewhere() {
				return &bridge.Error{
					Kind: bridge.Usage, Code: "configuration_missing",
					Text: "there is nothing to check: no landbridge.yaml here, no LANDBRIDGE_ variable, no --set",
					Hint: "name a file: landbridge config check --config FILE",
				}
			}
			c := checked{File: file, Mistakes: len(problems.Mistakes()), Warnings: len(problems.Warnings()), Problems: problems}
			c.OK = c.Mistakes == 0
			return d.printCheck(c)
		},
	}
}

func (d *deps) printCheck(c checked) error {
	if d.out.json {
		if c.Problems == nil {
			c.Problems = config.Problems{}
		}
		if err := d.out.encode(c); err != nil || c.OK {
			return err
		}
		return ended{2}
	}
	d.out.problems(c.Problems)
	name := c.File
	if name == "" {
		name = "environment and flags"
	}
	verdict := "no mistakes"
	if !c.OK {
		verdict = counted(c.Mistakes, "mistake")
	}
	if c.Warnings > 0 {
		verdict += ", " + counted(c.Warnings, "warning")
	}
	if c.OK {
		return d.out.line("%s: %s", name, verdict)
	}
	fmt.Fprintf(d.out.err, "%s: %s\n", name, verdict)
	return ended{2}
}

// configuredElsewhere says whether the environment or flags configure anything without a file.
func (d *deps) configuredElsewhere() bool {
	for _, entry := range d.io.Environ {
		name, value, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "LANDBRIDGE_") && value != "" && name != "LANDBRIDGE_CONFIG" && name != "LANDBRIDGE_STATE_DIR" {
			return true
		}
	}
	return d.sandbox || len(d.sets) > 0
}

func newConfigExplainCommand(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:   "explain [PATH]",
		Short: "Show each effective value, and where it came from",
		Long: "Explain shows each effective value and its origin: the default, a place in the file, an environment\n" +
			"variable or a flag. PATH limits it to a section, or explains one key.",
		Args:    cobra.MaximumNArgs(1),
		Example: "  landbridge config explain\n  landbridge config explain to_google.lifetime\n  landbridge config explain doors --output json",
		RunE: func(_ *cobra.Command, args []string) error {
			cfg, problems, err := d.loadConfig()
			if err != nil {
				return err
			}
			values := cfg.Explain()
			if len(args) == 1 {
				if values = under(values, args[0]); len(values) == 0 {
					return &bridge.Error{
						Kind: bridge.Usage, Code: "unknown_path",
						Text: fmt.Sprintf("no such path in this configuration: %q", args[0]), Hint: "landbridge config explain lists the paths",
					}
				}
			}
			if err := d.printValues(values); err != nil {
				return err
			}
			return d.afterExplain(problems)
		},
	}
}

// afterExplain adds what is wrong: an explanation of a broken configuration is wanted, but not to be mistaken for a good one.
func (d *deps) afterExplain(problems config.Problems) error {
	if len(problems.Mistakes()) == 0 {
		return nil
	}
	if d.out.json {
		return problems.Err()
	}
	d.out.problems(problems.Mistakes())
	return ended{2}
}

func (d *deps) printValues(values []config.Value) error {
	if d.out.json {
		return d.out.encode(values)
	}
	var rows [][]string
	for _, v := range values {
		row := []string{v.Path, v.Value, v.Origin}
		switch {
		case v.Absent:
			row = []string{v.Path, "absent", "starts nothing"}
		case v.Value == "":
			row[1] = "-"
		}
		rows = append(rows, row)
	}
	if err := d.out.table([]string{"PATH", "VALUE", "ORIGIN"}, rows); err != nil || len(values) != 1 {
		return err
	}
	if v := values[0]; v.Variable != "" {
		return d.out.line("\n%s\nOverride it with %s.", v.Doc, v.Variable)
	}
	return d.out.line("\n%s", values[0].Doc)
}

// under are the values at a path, or below it.
func under(values []config.Value, path string) []config.Value {
	var out []config.Value
	for _, v := range values {
		if v.Path == path || strings.HasPrefix(v.Path, path+".") {
			out = append(out, v)
		}
	}
	return out
}

// counted writes "1 mistake" and "2 mistakes".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
