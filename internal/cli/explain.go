package cli

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/bridge"
)

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
		Args: cobra.ArbitraryArgs,
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
