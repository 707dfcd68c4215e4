package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

func newSecretCommand(d *deps) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "secret",
		Short:   "Secrets of Azure Key Vault: list, read, rotate in two steps",
		GroupID: groupData,
		Long: "Secret works on what backup.secrets names. Reading and rotating are recorded in\n" +
			"the audit log; a value never is. Workloads ask the gateway: GET /landbridge/v1/secrets/NAME.",
		Example: "  landbridge secret ls\n  landbridge secret rotate weather < new-value\n  landbridge secret retire weather",
		Args:    cobra.ArbitraryArgs,
		RunE:    d.group,
	}
	cmd.AddCommand(newSecretListCommand(d), newSecretGetCommand(d), newSecretRotateCommand(d), newSecretRetireCommand(d), newSecretKeyCommand(d))
	return cmd
}

func newSecretListCommand(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:     "ls",
		Short:   "List secrets and the age of their current version",
		Example: "  landbridge secret ls --output json",
		Long:    "Ls never shows a value. It ends with exit code 7 when a secret is due for rotation.",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return d.onBackup(cmd.Context(), func(b *app.Backup) error {
				list, err := b.Secrets(cmd.Context())
				if err != nil {
					return err
				}
				if err := d.printSecrets(list); err != nil {
					return err
				}
				for _, s := range list {
					if s.Due {
						return &bridge.Error{Kind: bridge.Drifted, Code: "secret_due", Text: "secret " + s.Name + " is due for rotation", Hint: "landbridge secret rotate " + s.Name}
					}
				}
				return nil
			})
		},
	}
}

func (d *deps) printSecrets(list []app.SecretState) error {
	if d.out.json {
		return d.out.encode(map[string]any{"secrets": list})
	}
	var rows [][]string
	for _, s := range list {
		due := "no"
		if s.Due {
			due = "yes"
		}
		rows = append(rows, []string{s.Name, s.Reference, fmt.Sprintf("%dd", s.Age/(24*time.Hour)), due})
	}
	return d.out.table([]string{"NAME", "REFERENCE", "AGE", "DUE"}, rows)
}

// oneSecret takes the name of one secret.
func oneSecret(cmd *cobra.Command, args []string) error {
	return one(cmd, args, "the name of one secret", "landbridge secret ls lists them")
}

func newSecretGetCommand(d *deps) *cobra.Command {
	var reveal bool
	cmd := &cobra.Command{
		Use:     "get NAME",
		Short:   "Print the current value of a secret, for a program",
		Example: "  WEATHER_KEY=$(landbridge secret get weather)",
		Long: "Get prints the value and no line end. A terminal keeps what it shows, and is refused the\n" +
			"value without --reveal.",
		Args: oneSecret,
		RunE: func(cmd *cobra.Command, args []string) error {
			if isTerminal(cmd.OutOrStdout()) && !reveal {
				return &bridge.Error{Kind: bridge.Usage, Code: "terminal_refused", Text: "the value would be shown on a terminal", Hint: "send it to a program, or say --reveal"}
			}
			return d.onBackup(cmd.Context(), func(b *app.Backup) error {
				value, err := b.Secret(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				_, err = io.WriteString(cmd.OutOrStdout(), value.Reveal())
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&reveal, "reveal", false, "show the value on a terminal too")
	return cmd
}

func newSecretRotateCommand(d *deps) *cobra.Command {
	var bytes int
	var id string
	var due bool
	cmd := &cobra.Command{
		Use:     "rotate NAME | rotate --due",
		Short:   "Set a new version; the one before stays good until retire",
		Example: "  landbridge secret rotate weather < new-value\n  landbridge secret rotate weather --random 32\n  landbridge secret rotate --due",
		Long: "Rotate reads the new value from standard input, or makes one with --random. Both versions are good then:\n" +
			"landbridge secret retire NAME ends the overlap.\n\n" +
			"With --due it does what rotate_every and rotate of backup.secrets want now, and nothing else: it sets\n" +
			"new versions by their commands, and disables those whose overlap is over. It may be run as often as you\n" +
			"like, and again after a crash.",
		Args: func(cmd *cobra.Command, args []string) error {
			if due && len(args) == 0 {
				return nil
			}
			return oneSecret(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if due && len(args) > 0 {
				return &bridge.Error{Kind: bridge.Usage, Code: "argument_refused", Text: "--due is about all secrets and takes no name", Hint: "leave one of them out"}
			}
			return d.onBackup(cmd.Context(), func(b *app.Backup) error {
				if due {
					told := newSecretSteps(d.out)
					return told.end(b.RotateDue(cmd.Context(), told.tell))
				}
				value := app.RandomSecret(bytes)
				if !cmd.Flags().Changed("random") {
					value = from(cmd.InOrStdin())
				}
				steps, err := b.RotateSecret(cmd.Context(), args[0], id, value)
				return d.printSteps(args[0], steps, err)
			})
		},
	}
	cmd.Flags().IntVar(&bytes, "random", 32, "make a value of `N` random bytes in place of reading one")
	cmd.Flags().StringVar(&id, "id", rand.Text(), "`id` of the rotation; the same one again changes nothing that is done")
	cmd.Flags().BoolVar(&due, "due", false, "rotate what is due by rotate_every, and end overlaps, as rotate of each secret says")
	cmd.Flags().Lookup("id").DefValue = "a new one"
	cmd.MarkFlagsMutuallyExclusive("due", "random")
	cmd.MarkFlagsMutuallyExclusive("due", "id")
	return cmd
}

// mostSecret is the most that Key Vault keeps.
const mostSecret = 25 << 10

// from reads a value, without the line end that an editor leaves.
func from(in io.Reader) func(context.Context) (bridge.Secret, error) {
	return func(context.Context) (bridge.Secret, error) {
		text, err := io.ReadAll(io.LimitReader(in, mostSecret+1))
		value := strings.TrimRight(string(text), "\r\n")
		if err != nil || value == "" || len(text) > mostSecret {
			return bridge.Secret{}, &bridge.Error{Kind: bridge.Usage, Code: "value_refused", Text: "standard input holds no value of 1 to 25,600 bytes", Hint: "pipe the new value in, or say --random 32", Cause: err}
		}
		return bridge.NewSecret(value), nil
	}
}

func newSecretRetireCommand(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:   "retire NAME",
		Short: "Disable the versions that are older than the last rotation",
		Long: "Retire waits for nobody: it is refused for a minute after a rotation, as long as a gateway may still\n" +
			"give out the version before.",
		Example: "  landbridge secret retire weather",
		Args:    oneSecret,
		RunE: func(cmd *cobra.Command, args []string) error {
			return d.onBackup(cmd.Context(), func(b *app.Backup) error {
				steps, err := b.RetireSecret(cmd.Context(), args[0])
				return d.printSteps(args[0], steps, err)
			})
		},
	}
}

// printSteps tells what was done to one secret, before an error too.
func (d *deps) printSteps(name string, steps []app.SecretStep, err error) error {
	told := newSecretSteps(d.out)
	for _, s := range steps {
		told.tell(name, s)
	}
	return told.end(err)
}

// secretSteps tells what was done to versions: each line at once, since a rotation may take an hour; JSON at the end.
type secretSteps struct {
	out   *printer
	Steps []secretStep `json:"steps"`
}

type secretStep struct {
	Secret  string `json:"secret"`
	Do      string `json:"do"`
	Version string `json:"version"`
}

func newSecretSteps(out *printer) *secretSteps { return &secretSteps{out: out, Steps: []secretStep{}} }

func (t *secretSteps) tell(name string, s app.SecretStep) {
	t.Steps = append(t.Steps, secretStep{name, s.Do, s.Version})
	if !t.out.json {
		_ = t.out.line("%s: %s version %s", name, s.Do, s.Version)
	}
}

func (t *secretSteps) end(err error) error {
	if !t.out.json || err != nil && len(t.Steps) == 0 {
		return err
	}
	if unsaid := t.out.encode(t); err == nil {
		err = unsaid
	}
	return err
}

func newSecretKeyCommand(d *deps) *cobra.Command {
	var wrap string
	cmd := &cobra.Command{
		Use:     "new-key",
		Short:   "Make a key of the gateway's own, for a key_file",
		Example: "  landbridge secret new-key --wrap https://shop.vault.azure.net/keys/landbridge > pseudonyms",
		Long: "New-key prints 32 random bytes as a line of a key_file: of doors.gateway.tokens, or of a guard\n" +
			"profile's personal_data. With --wrap only the key that wrapped it can open it, and the file is no\n" +
			"secret. A new line put first is a rotation: the lines below it still open what they sealed.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := d.datasets()
			if err != nil {
				return err
			}
			line, err := d.app().NewKey(cmd.Context(), cfg, wrap)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), line)
			return err
		},
	}
	cmd.Flags().StringVar(&wrap, "wrap", "", "`key` of Key Vault (RSA) or Cloud KMS that wraps it")
	return cmd
}
