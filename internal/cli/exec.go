package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
)

func newExecCommand(d *deps) *cobra.Command {
	var secrets []string
	cmd := &cobra.Command{
		Use:     "exec -- CMD [ARG...]",
		Short:   "Run a program with any Google SDK: it finds its token",
		GroupID: groupTokens,
		Long: "Exec runs a program with a metadata server of its own on loopback and the variables by which every\n" +
			"Google SDK finds it. The first token is had before the program starts: a refusal is told here, not\n" +
			"in its stack trace. It ends with the program's exit code. With --secret the program has the value of a\n" +
			"secret of backup.secrets in its environment; that it was given is in the audit log first.",
		Example: "  landbridge exec -- python report.py\n" +
			"  landbridge exec --secret weather=WEATHER_API_KEY -- python forecast.py\n" +
			"  landbridge exec --sandbox -- node -e '\n" +
			"    new (require(\"google-auth-library\").GoogleAuth)().getAccessToken().then(t => console.log(t.length))'",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &bridge.Error{Kind: bridge.Usage, Code: "program_missing", Text: "there is no program to run", Hint: "name it after --, as in: landbridge exec -- python report.py"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			given, err := secretVariables(secrets)
			if err != nil {
				return err
			}
			load := d.config
			if len(given) > 0 {
				load = func(...config.Flag) (*config.Config, error) { return d.datasets() }
			}
			cfg, err := load()
			if err != nil {
				return err
			}
			code, err := d.app().Exec(cmd.Context(), app.ExecOptions{Config: cfg, Args: args, Secrets: given})
			if err != nil || code == 0 {
				return err
			}
			return ended{code}
		},
	}
	cmd.Flags().StringArrayVar(&secrets, "secret", nil, "give the program a secret's value in a variable, as `NAME=VARIABLE`; may be repeated")
	return cmd
}

var variableForm = bridge.FormOf(`^[A-Za-z_][A-Za-z0-9_]*$`)

// loaders are variables by which whoever sets them runs code in the program.
var loaders = []string{"PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "DYLD_INSERT_LIBRARIES", "PYTHONPATH", "NODE_OPTIONS", "BASH_ENV", "ENV"}

// secretVariables takes NAME=VARIABLE apart.
func secretVariables(flags []string) ([]app.SecretVariable, error) {
	var out []app.SecretVariable
	for _, flag := range flags {
		name, variable, _ := strings.Cut(flag, "=")
		wrong := ""
		switch {
		case name == "" || !variableForm().MatchString(variable):
			wrong = "is not NAME=VARIABLE"
		case slices.Contains(loaders, variable):
			wrong = "would have the value decide what code the program runs"
		case slices.ContainsFunc(out, func(v app.SecretVariable) bool { return v.Variable == variable }):
			wrong = "names a variable that another secret is in"
		}
		if wrong != "" {
			return nil, &bridge.Error{Kind: bridge.Usage, Code: "flag_value_invalid", Text: "--secret " + flag + " " + wrong, Hint: "write --secret weather=WEATHER_API_KEY, with a name of backup.secrets"}
		}
		out = append(out, app.SecretVariable{Secret: name, Variable: variable})
	}
	return out, nil
}
