package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/bridge"
)

const rootHelp = `Landbridge joins two shores, Azure and Google Cloud Vertex AI, with no keys at all.
A workload proves who it is at home with a short-lived OIDC token, and gets a
short-lived, narrowly scoped token for the other shore. Every crossing is recorded.

Five ways to get a token:
  landbridge token                  print one
  landbridge exec -- CMD            run any program with any Google SDK: it finds its token
  landbridge credentials write      write a credential file that holds no secret
  landbridge serve                  run the metadata server that Google SDKs expect
  github.com/landbridge/landbridge  link the Go package: a TokenSource

Results go to standard output; progress, hints and errors to standard error.`

const rootExample = `  # try everything without a cloud account
  landbridge exec --sandbox -- python -c 'import google.auth; print(google.auth.default())'

  # find every mistake in landbridge.yaml, and where each value comes from
  landbridge config check
  landbridge config explain`

// newExitCodesTopic is "landbridge help exit-codes".
func newExitCodesTopic() *cobra.Command {
	var b strings.Builder
	b.WriteString("Exit codes of every command:\n\n")
	for _, row := range exitCodes() {
		fmt.Fprintf(&b, "  %d  %s\n", row.code, row.meaning)
	}
	b.WriteString("\nlandbridge exec ends with the exit code of the program that it ran.\n" +
		"With --output json an error is the last line on standard error, and with --quiet too the only one:\n" +
		`{"error":{"kind":"denied","hop":"sts","code":"invalid_grant","text":"...","hint":"...","exit_code":4}}`)
	return &cobra.Command{Use: "exit-codes", Short: "What each exit code means", Long: b.String()}
}

// newHelpCommand is cobra's, except that an unknown topic is an error of usage.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Help about any command or topic",
		GroupID: groupMore,
		Example: "  landbridge help config check\n  landbridge help exit-codes",
		RunE: func(cmd *cobra.Command, args []string) error {
			target, rest, err := cmd.Root().Find(args)
			if err != nil || target == nil || len(rest) > 0 {
				return &bridge.Error{
					Kind: bridge.Usage, Code: "unknown_topic",
					Text: fmt.Sprintf("no help on %q", strings.Join(args, " ")), Hint: "landbridge --help lists the commands and topics",
				}
			}
			target.InitDefaultHelpFlag()
			return target.Help()
		},
	}
}
