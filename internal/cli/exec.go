package cli

import (
	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/bridge"
)

func newExecCommand(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:     "exec -- CMD [ARG...]",
		Short:   "Run a program with any Google SDK: it finds its token",
		GroupID: groupTokens,
		Long: "Exec runs a program with a metadata server of its own on loopback and the variables by which every\n" +
			"Google SDK finds it. The first token is had before the program starts: a refusal is told here, not\n" +
			"in its stack trace. It ends with the program's exit code.",
		Example: "  landbridge exec -- python report.py\n" +
			"  landbridge exec --sandbox -- node -e '\n" +
			"    new (require(\"google-auth-library\").GoogleAuth)().getAccessToken().then(t => console.log(t.length))'",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &bridge.Error{Kind: bridge.Usage, Code: "program_missing", Text: "there is no program to run", Hint: "name it after --, as in: landbridge exec -- python report.py"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := d.config()
			if err != nil {
				return err
			}
			code, err := d.app().Exec(cmd.Context(), cfg, args)
			if err != nil || code == 0 {
				return err
			}
			return ended{code}
		},
	}
}
