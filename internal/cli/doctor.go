package cli

import (
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
			case all && workload != "":
				return &bridge.Error{Kind: bridge.Usage, Code: "flag_conflict", Text: "--all is every workload, and --workload one", Hint: "leave one of the two out"}
			case cmd.Flags().Changed("model") && (all || workload != ""):
				return &bridge.Error{Kind: bridge.Usage, Code: "flag_conflict", Text: "--model is for this machine's own way: a workload's model is in the file", Hint: "write it as setup.google.model, or --set setup.google.model=" + model}
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
		if cfg.ToGoogle == nil && d.findConfig() == "" {
			return nil, noFile("docs/configuration.md has to_google, docs/setup.md what --workload NAME walks; --sandbox needs none")
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
	if r.NotFromHere != "" {
		_ = d.out.line("?   not walked: %s", r.NotFromHere)
		return
	}
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
