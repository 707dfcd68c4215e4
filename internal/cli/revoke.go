package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

// revokeResult is what revoke has to tell.
type revokeResult struct {
	*app.Revocation
	Outcome *app.SetupOutcome `json:"outcome,omitempty"`
}

func newRevokeCommand(d *deps) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:     "revoke WORKLOAD",
		Short:   "Stop one workload now, and say how long what was stolen still works",
		GroupID: groupSetup,
		Long: "Revoke shows every lever that really works for a workload of the setup section, the window that each\n" +
			"leaves open, and pulls them all after a yes: its bindings on Google, its service account if nobody\n" +
			"else becomes it, its place in the providers' conditions; on Azure its role assignments and federated\n" +
			"credentials. Take it out of the file afterwards, or the next apply brings it back.",
		Example: "  landbridge revoke vertex-caller\n  landbridge revoke vertex-caller --yes",
		Args:    oneWorkload,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := d.openSetup()
			if err != nil {
				return err
			}
			r, failed := s.Revocation(cmd.Context(), args[0])
			if r == nil {
				return failed
			}
			if !d.out.json {
				_ = d.printPlan(r.Plan, nil, false)
				for _, l := range r.Levers {
					_ = d.out.line("\n%s\n  %s", l.What, l.Window)
				}
				for _, text := range r.Afterwards {
					_ = d.out.line("\nafterwards: %s", text)
				}
			}
			if !r.Plan.Drift() {
				if d.out.json {
					return errors.Join(failed, d.out.encode(revokeResult{r, nil}))
				}
				return failed
			}
			if !yes {
				if d.out.json {
					if err := d.out.encode(revokeResult{r, nil}); err != nil {
						return err
					}
				}
				if err := d.confirm("Stop " + args[0] + " now?"); err != nil {
					return err
				}
			}
			outcome, err := s.Apply(cmd.Context(), r.Plan, app.ApplyOptions{Wait: -1, Progress: d.progress})
			if d.out.json {
				return errors.Join(err, failed, d.out.encode(revokeResult{r, &outcome}))
			}
			_ = d.out.line("\n%s done", counted(outcome.Changed, "step"))
			return errors.Join(err, failed)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do it without asking")
	return cmd
}

func oneWorkload(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return &bridge.Error{Kind: bridge.Usage, Code: "argument_missing", Text: "name one workload of the setup section", Hint: "landbridge revoke WORKLOAD"}
	}
	return nil
}
