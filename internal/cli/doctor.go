package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

func newDoctorCommand(d *deps) *cobra.Command {
	var workload, model string
	var keyless, all, pods bool
	var dirs []string
	cmd := &cobra.Command{
		Use:     "doctor",
		Short:   "Walk a crossing hop by hop, and name the first thing that is wrong",
		GroupID: groupSetup,
		Long: "Doctor walks from the identity at home over discovery, the token, STS and impersonation to the\n" +
			"model, stops at the first fault, and prints claim against expectation, the cause, and one command\n" +
			"that mends it. With --workload it goes as a workload of the setup section does, from here; without,\n" +
			"it goes the way of this machine's own to_google section. With --pods it lists running pods that\n" +
			"should carry a bridge and do not, with --keyless long-lived secrets. docs/errors.md has every code.\n" +
			"It ends with the exit code of the fault, 7 for what --pods and --keyless find.",
		Example: "  landbridge doctor\n  landbridge doctor --workload vertex-caller\n  landbridge doctor --keyless --dir .",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case keyless && (workload != "" || all || pods), pods && (workload != "" || all):
				return &bridge.Error{Kind: bridge.Usage, Code: "flag_conflict", Text: "--keyless and --pods look everywhere, not at a workload", Hint: "leave the other flags out"}
			case keyless:
				return d.keyless(cmd, dirs)
			case pods:
				return d.unbridged(cmd)
			case len(dirs) > 0:
				return &bridge.Error{Kind: bridge.Usage, Code: "flag_conflict", Text: "--dir is for --keyless", Hint: "add --keyless"}
			}
			reports, err := d.diagnose(cmd, workload, model, all)
			if err != nil {
				return err
			}
			return d.printReports(reports)
		},
	}
	f := cmd.Flags()
	f.StringVar(&workload, "workload", "", "`name` of a workload of the setup section")
	f.BoolVar(&all, "all", false, "every workload of the setup section")
	f.BoolVar(&pods, "pods", false, "list the running pods that should carry a bridge and do not")
	f.StringVar(&model, "model", "gemini-2.5-flash", "publisher `model` to ask on this machine's own way")
	f.BoolVar(&keyless, "keyless", false, "find service-account keys and client secrets, and print the way out of each")
	f.StringArrayVar(&dirs, "dir", nil, "`folder` that --keyless looks through; may be repeated (default: the working directory)")
	return cmd
}

func (d *deps) diagnose(cmd *cobra.Command, workload, model string, all bool) ([]app.DoctorReport, error) {
	if workload == "" && !all {
		cfg, err := d.config()
		if err != nil {
			return nil, err
		}
		return d.app().Doctor(cmd.Context(), cfg, model)
	}
	s, err := d.openSetup()
	if err != nil {
		return nil, err
	}
	file := d.findConfig()
	if file == "" {
		file = "landbridge.yaml"
	}
	return s.Doctor(cmd.Context(), workload, file)
}

func (d *deps) printReports(reports []app.DoctorReport) error {
	var worst error
	for i := range reports {
		if err := reports[i].Err(); err != nil && worst == nil {
			worst = err
		}
	}
	exit := func() error {
		if worst == nil {
			return nil
		}
		return ended{exitOf(worst)}
	}
	if d.out.json {
		if err := d.out.encode(reports); err != nil {
			return err
		}
		return exit()
	}
	for i := range reports {
		if i > 0 {
			_ = d.out.line("")
		}
		d.printReport(&reports[i])
	}
	return exit()
}

func (d *deps) printReport(r *app.DoctorReport) {
	head := r.Workload
	if r.Home != "" {
		head += ", from " + r.Home
	}
	_ = d.out.line("%s", colour(d.out.outColours, bold, head))
	for _, s := range r.Steps {
		mark := "ok"
		switch s.State {
		case "failed":
			mark = colour(d.out.outColours, red, "NO")
		case "unknown":
			mark = "? "
		}
		_ = d.out.line("%s  %-11s %s", mark, s.Name, s.Checked)
		if s.Found != "" {
			_ = d.out.line("                %s", s.Found)
		}
	}
	for _, x := range r.Drift {
		_ = d.out.line("drift: %s is %s, the file wants %s", x.Field, orNone(x.Found), orNone(x.Wanted))
	}
	for _, w := range r.Warnings {
		_ = d.out.line("warning: %s", w.Text)
		if w.Fix != "" {
			_ = d.out.line("         %s", w.Fix)
		}
	}
	if f := r.Fault; f != nil {
		d.printFault(f)
		return
	}
	_ = d.out.line("\nit crosses, as %s", r.Principal)
}

func orNone(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

func (d *deps) printFault(f *app.DoctorFault) {
	_ = d.out.line("")
	d.printFinding(&f.Finding, false)
	if f.Claim != "" {
		_ = d.out.line("claim:     %s", f.Claim)
	}
	if f.Expected != "" {
		_ = d.out.line("expected:  %s", f.Expected)
	}
	if f.Got != "" {
		_ = d.out.line("got:       %s", f.Got)
	}
	if f.Drift != "" {
		_ = d.out.line("drift:     %s", f.Drift)
	}
	if f.Command != "" {
		_ = d.out.line("mend it:   %s", f.Command)
	}
	if f.Hint != "" {
		_ = d.out.line("then:      %s", f.Hint)
	}
}

// printFinding prints what is known of a failure; whole adds the commands that check and mend it.
func (d *deps) printFinding(f *app.DoctorFinding, whole bool) {
	head := f.Title
	if f.Code != "" {
		head = f.Code + "  " + head
	}
	_ = d.out.line("%s", colour(d.out.outColours, bold, head))
	if f.Hop != "" && whole {
		_ = d.out.line("hop:       %s", f.Hop)
	}
	if f.Said != "" && whole {
		_ = d.out.line("said:      %s", f.Said)
	}
	_ = d.out.line("cause:     %s", f.Cause)
	if whole && f.Check != "" {
		_ = d.out.line("check:     %s", f.Check)
	}
	if whole && f.Fix != "" {
		_ = d.out.line("mend it:   %s", f.Fix)
	}
	if whole && f.Docs != "" {
		_ = d.out.line("more:      %s", f.Docs)
	}
}

func newExplainCommand(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:     "explain TEXT...",
		Short:   "Say what an error means, offline: paste it from any SDK or command line tool",
		GroupID: groupSetup,
		Long: "Explain finds the failure in an error or a whole stack trace of Google's and Azure's SDKs for Go,\n" +
			"Python, Node and Java, of gcloud, az and kubectl: the hop, the cause, and the command that mends it.\n" +
			"It asks nobody, and repeats no token. With - the text is read from standard input. It ends with\n" +
			"exit code 1 when the failure is not in the catalogue.",
		Example: "  landbridge explain \"invalid_grant: The audience in ID Token [x] does not match the expected audience.\"\n" +
			"  kubectl logs deploy/app | landbridge explain -",
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			text := strings.Join(args, " ")
			if text == "-" {
				data, err := io.ReadAll(io.LimitReader(d.io.Stdin, maxRead))
				if err != nil {
					return &bridge.Error{Kind: bridge.Usage, Code: "stdin_unreadable", Text: "standard input cannot be read", Cause: err}
				}
				text = string(data)
			}
			if strings.TrimSpace(text) == "" {
				return &bridge.Error{Kind: bridge.Usage, Code: "text_missing", Text: "there is no text to explain", Hint: "paste the error as it was printed, or pipe it in with -"}
			}
			f, known := d.app().ExplainText(text)
			if d.out.json {
				if err := d.out.encode(f); err != nil {
					return err
				}
			} else {
				d.printFinding(&f, true)
			}
			if !known {
				return ended{1}
			}
			return nil
		},
	}
}

// unbridged prints the pods that started without the bridge that their account has.
func (d *deps) unbridged(cmd *cobra.Command) error {
	s, err := d.openSetup()
	if err != nil {
		return err
	}
	found, failed := s.Unbridged(cmd.Context())
	if d.out.json {
		if err := d.out.encode(found); err != nil {
			return err
		}
	} else {
		for _, p := range found {
			_ = d.out.line("%s %s  %s/%s", colour(d.out.outColours, red, "!"), p.Cluster, p.Namespace, p.Pod)
			_ = d.out.line("    %s", p.Reason)
			_ = d.out.line("    mend it: %s", p.Command)
		}
		if failed == nil {
			_ = d.out.line("%s without a bridge", counted(len(found), "running pod"))
		}
	}
	if failed == nil && len(found) > 0 {
		return ended{7}
	}
	return failed
}

// keyless prints the long-lived secrets that lie about, and the way out of each.
func (d *deps) keyless(cmd *cobra.Command, dirs []string) error {
	if len(dirs) == 0 {
		dirs = []string{"."}
	}
	o := app.KeylessOptions{}
	for _, dir := range dirs {
		if info, err := os.Stat(d.path(dir)); err != nil || !info.IsDir() {
			return &bridge.Error{Kind: bridge.Usage, Code: "folder_unreadable", Text: "--dir " + dir + " is not a folder that can be read", Hint: "name a folder"}
		}
		o.Dirs = append(o.Dirs, app.KeylessDir{Name: dir, Path: d.path(dir)})
	}
	if d.sandbox && d.configPath != "" || !d.sandbox {
		cfg, problems, err := d.loadConfig()
		if err != nil {
			return err
		}
		if len(problems.Mistakes()) == 0 && cfg.Setup != nil {
			if o.Setup, err = d.openSetup(); err != nil {
				return err
			}
		}
	}
	found := d.app().Keyless(cmd.Context(), o)
	if d.out.json {
		if err := d.out.encode(found); err != nil {
			return err
		}
	} else {
		d.printKeys(&found)
	}
	if len(found.Keys) > 0 {
		return ended{7}
	}
	return nil
}

func (d *deps) printKeys(found *app.Keyless) {
	for i := range found.Keys {
		k := &found.Keys[i]
		head := fmt.Sprintf("%s  %s", k.Kind, k.Where)
		if k.Identity != "" {
			head += "  " + k.Identity
		}
		if k.Age > 0 {
			head += fmt.Sprintf("  (%d days old)", int(k.Age/(24*time.Hour)))
		}
		_ = d.out.line("%s %s", colour(d.out.outColours, red, "!"), head)
		if len(k.UsedBy) > 0 {
			_ = d.out.line("    used by %s", strings.Join(k.UsedBy, ", "))
		}
		for n, m := range k.Migration {
			_ = d.out.line("    %d. %s", n+1, m.Text)
			if m.Command != "" {
				_ = d.out.line("       %s", m.Command)
			}
			for line := range strings.Lines(m.YAML) {
				_ = d.out.line("       %s", strings.TrimRight(line, "\n"))
			}
		}
	}
	for _, s := range found.Skipped {
		_ = d.out.line("? %s was not looked at: %s", s.Where, s.Why)
	}
	_ = d.out.line("%s in %d places; %s without a secret", counted(len(found.Keys), "long-lived secret"), found.Looked, counted(found.Fine, "credential file"))
}
