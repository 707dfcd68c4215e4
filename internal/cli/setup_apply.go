package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

func newSetupApplyCommand(d *deps) *cobra.Command {
	var yes, noWait bool
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "apply",
		Short: "Make both clouds and Kubernetes as the file says",
		Long: "Apply shows the plan, carries it out in the order of what needs what, and waits until every\n" +
			"workload that can be tried from here crosses. It can be interrupted at any moment and run again:\n" +
			"the next run finishes the work. What it did not make it never removes; removals of its own need\n" +
			"--yes, or a yes at the terminal.",
		Example: "  landbridge setup apply\n  landbridge setup apply --yes --no-wait",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := d.openSetup()
			if err != nil {
				return err
			}
			p, err := s.Plan(cmd.Context())
			if err != nil || !d.out.json {
				if err := d.printPlan(p, err, false); err != nil {
					return err
				}
			}
			if noWait {
				wait = -1
			}
			return d.carryOut(cmd, s, p, yes || p.Changes()["remove"] == 0, wait)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&yes, "yes", false, "remove what the file no longer wants without asking")
	f.BoolVar(&noWait, "no-wait", false, "do not wait until the clouds have spread what was changed")
	f.DurationVar(&wait, "wait", 10*time.Minute, "how long to wait for that")
	return cmd
}

// setupResult is what apply and destroy have to tell.
type setupResult struct {
	Plan    *app.SetupPlan   `json:"plan"`
	Outcome app.SetupOutcome `json:"outcome"`
}

// carryOut applies a plan, after a yes where one is wanted.
func (d *deps) carryOut(cmd *cobra.Command, s *app.Setup, p *app.SetupPlan, yes bool, wait time.Duration) error {
	if !yes {
		if err := d.confirm("Remove what is marked with a minus?"); err != nil {
			return err
		}
	}
	outcome, err := s.Apply(cmd.Context(), p, app.ApplyOptions{Wait: wait, Progress: d.progress})
	if d.out.json {
		return errors.Join(err, d.out.encode(setupResult{p, outcome}))
	}
	if err != nil {
		return err
	}
	if outcome.Changed == 0 {
		_ = d.out.line("nothing was changed")
	} else {
		_ = d.out.line("%s done", counted(outcome.Changed, "step"))
	}
	for _, name := range outcome.Ready {
		_ = d.out.line("ok  %s crosses", name)
	}
	for _, w := range outcome.NotFromHere {
		_ = d.out.line("-   %s was not tried: %s", w.Workload, w.Why)
	}
	return nil
}

// progress shows an event on standard error.
func (d *deps) progress(e app.SetupEvent) {
	if !d.quiet {
		fmt.Fprintln(d.out.err, e.Line())
	}
}

// confirm asks at the terminal; where there is none, a yes must have been given by flag.
func (d *deps) confirm(question string) error {
	in, ok := d.io.Stdin.(*os.File)
	if !ok || !isTerminal(in) {
		return &bridge.Error{Kind: bridge.Usage, Code: "yes_missing", Text: "this removes things, and nobody is there to ask", Hint: "look at the plan above, then add --yes"}
	}
	fmt.Fprint(d.out.err, question+" Only yes is a yes: ")
	answer := make([]byte, 16)
	n, err := in.Read(answer)
	if err != nil && err != io.EOF {
		return &bridge.Error{Kind: bridge.Usage, Code: "yes_missing", Text: "the answer could not be read", Cause: err}
	}
	if strings.TrimSpace(string(answer[:n])) != "yes" {
		return &bridge.Error{Kind: bridge.Usage, Code: "declined", Text: "nothing was changed"}
	}
	return nil
}

func newSetupDestroyCommand(d *deps) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "destroy",
		Short: "Take away what this set-up made",
		Long: "Destroy shows what it would take away, in reverse order, and does so after a yes: what bears the\n" +
			"set-up's mark, and the grants to what does. What was there before stays, and so do AKS issuers and\n" +
			"APIs that were switched on. Google keeps deleted pools for 30 days; apply brings them back.",
		Example: "  landbridge setup destroy\n  landbridge setup destroy --yes",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := d.openSetup()
			if err != nil {
				return err
			}
			p, err := s.Destruction(cmd.Context())
			if err != nil || !d.out.json || !yes {
				if err := d.printPlan(p, err, false); err != nil {
					return err
				}
			}
			return d.carryOut(cmd, s, p, yes || !p.Drift(), -1)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do it without asking")
	return cmd
}
