package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

func newCredentialsCommand(d *deps) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "credentials",
		Short:   "Credential files for Google SDKs, without a secret in them",
		GroupID: groupTokens,
		Example: "  landbridge credentials write > credentials.json",
		Args:    cobra.ArbitraryArgs,
		RunE:    d.group,
	}
	cmd.AddCommand(newCredentialsWriteCommand(d), newCredentialsHelperCommand(d), newCredentialsCheckCommand(d))
	return cmd
}

func newCredentialsWriteCommand(d *deps) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "write",
		Short: "Write an external_account file",
		Long: "Write prints an external_account file (AIP-4117) for GOOGLE_APPLICATION_CREDENTIALS: where the\n" +
			"assertion is, and where to exchange it. There is no secret in it. Sources that a file cannot\n" +
			"describe are served by \"landbridge credentials helper\"; programs then need\n" +
			"GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1.",
		Example: "  landbridge credentials write > credentials.json\n  landbridge credentials write --out credentials.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := d.config()
			if err != nil {
				return err
			}
			if d.ownSandbox() {
				return &bridge.Error{
					Kind: bridge.Usage, Code: "sandbox_not_running", Text: "the file would point at a sandbox that ends with this command",
					Hint: "start one first: landbridge sandbox",
				}
			}
			o, err := d.helperProgram()
			if err != nil {
				return err
			}
			file, err := d.app().CredentialFile(cfg, o)
			if err != nil {
				return err
			}
			if out == "" {
				return d.out.line("%s", file)
			}
			if err := os.WriteFile(d.path(out), append(file, '\n'), 0o644); err != nil { // #nosec G306 -- no secret in it; programs of other users read it
				return &bridge.Error{Kind: bridge.Usage, Code: "file_not_written", Text: "cannot write " + out, Cause: err, Hint: "check the folder"}
			}
			d.out.progress("wrote %s", out)
			if cfg.ToGoogle.Project != "" {
				d.out.hint("export GOOGLE_APPLICATION_CREDENTIALS=" + d.path(out) + " GOOGLE_CLOUD_PROJECT=" + cfg.ToGoogle.Project)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "`file` to write (default: standard output)")
	return cmd
}

// helperProgram names this program and its configuration as a credential file can: by absolute paths.
func (d *deps) helperProgram() (app.CredentialFileOptions, error) {
	program, err := os.Executable()
	if err != nil {
		return app.CredentialFileOptions{}, fmt.Errorf("where is this program: %w", err)
	}
	o := app.CredentialFileOptions{Program: program}
	if path := d.findConfig(); path != "" && path != "-" {
		if o.ConfigPath, err = filepath.Abs(d.path(path)); err != nil {
			return o, fmt.Errorf("where is the configuration: %w", err)
		}
	}
	return o, nil
}

func newCredentialsHelperCommand(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:   "helper",
		Short: "Answer an SDK that runs a credential executable",
		Long: "Helper prints the workload's assertion in the executable contract of Google's SDKs. A refusal is\n" +
			"in the answer too, and the exit code is 0, as the contract wants it; nothing goes to standard\n" +
			"error, which SDKs would read.",
		Example: "  \"credential_source\": {\"executable\": {\"command\": \"/usr/local/bin/landbridge credentials helper\", \"timeout_millis\": 30000}}",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d.out.quiet = true
			d.silent = true
			cfg, problems, err := d.loadConfig()
			if err == nil {
				err = problems.Err()
			}
			answer := app.HelperRefusal(err)
			if err == nil {
				if answer, err = d.app().Helper(cmd.Context(), cfg); err != nil {
					answer = app.HelperRefusal(err)
				}
			}
			return d.out.line("%s", answer)
		},
	}
}

func newCredentialsCheckCommand(d *deps) *cobra.Command {
	var executable bool
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Judge a credential file that somebody else wrote",
		Long: "Check refuses a file that holds a key, would send the workload's assertion to a host that is not\n" +
			"Google's, would run a program, or would call an arbitrary address. It reaches no cloud.\n" +
			"With --sandbox, addresses on this machine pass.",
		Example: "  landbridge credentials check credentials.json\n  landbridge credentials check \"$GOOGLE_APPLICATION_CREDENTIALS\" --allow-executable",
		Args:    oneFile("credential file"),
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := d.app().CheckCredentials(args[0], app.CheckOptions{Executable: executable, Sandbox: d.sandbox})
			if err != nil {
				return err
			}
			if d.out.json {
				return d.out.encode(c)
			}
			access := "direct"
			if c.ServiceAccount != "" {
				access = "as " + c.ServiceAccount
			}
			_ = d.out.line("%s: nothing to object to", args[0])
			_ = d.out.line("provider  %s", c.Provider)
			_ = d.out.line("access    %s", access)
			return d.out.line("source    %s", c.Source)
		},
	}
	cmd.Flags().BoolVar(&executable, "allow-executable", false, "let the file name a program to run")
	return cmd
}
