package cli

import (
	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
)

func newPolicyCommand(d *deps) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "policy",
		Short:   "Which workload may ask what of which model, offline",
		GroupID: groupConfig,
		Example: "  landbridge policy test cases.yaml --config landbridge.yaml",
		Args:    cobra.ArbitraryArgs,
		RunE:    d.group,
	}
	cmd.AddCommand(newPolicyTestCommand(d))
	return cmd
}

func newPolicyTestCommand(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:   "test CASES.yaml",
		Short: "Run unit tests of the policy",
		Long: "Test puts cases to the rules of landbridge.yaml: who asks what, and whether that shall be allowed, by\n" +
			"which rule, where and under which guard. docs/gateway.md shows the file. It ends with exit code 7\n" +
			"when a case comes out otherwise than expected.",
		Example: "  landbridge policy test cases.yaml",
		Args:    oneFile("file of cases"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := d.config()
			if err != nil {
				return err
			}
			results, err := d.app().RunPolicyCases(cmd.Context(), cfg, args[0])
			if err != nil {
				return err
			}
			return tellCases(d, results, func(r app.PolicyResult) bool { return r.Passed }, d.printPolicyCase)
		},
	}
}

// printPolicyCase shows what came of a case, and where it failed what was expected and what the policy said.
func (d *deps) printPolicyCase(r app.PolicyResult) {
	verdict := "refused"
	if r.Allowed {
		verdict = "allowed"
	}
	if r.Rule != "" {
		verdict += " by " + r.Rule
	}
	if r.Passed {
		_ = d.out.line("ok    %s: %s", r.Name, verdict)
		return
	}
	_ = d.out.line("%s  %s: %s", colour(d.out.outColours, red, "FAIL"), r.Name, verdict)
	for _, more := range append(r.Diffs, r.Reason, r.Hint) {
		if more != "" {
			_ = d.out.line("      %s", more)
		}
	}
}
