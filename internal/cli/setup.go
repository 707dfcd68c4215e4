package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
)

func newSetupCommand(d *deps) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "setup",
		Short:   "Wire both clouds and Kubernetes from one file: plan, apply, verify, destroy, render",
		GroupID: groupSetup,
		Example: "  landbridge setup plan\n  landbridge setup apply\n  landbridge setup verify",
		Args:    cobra.ArbitraryArgs,
		RunE:    d.group,
	}
	cmd.AddCommand(newSetupPlanCommand(d), newSetupApplyCommand(d), newSetupVerifyCommand(d), newSetupDestroyCommand(d), newSetupRenderCommand(d), newSetupWatchCommand(d))
	return cmd
}

// setupConfig loads the file for the commands that set up, with the sandbox's addresses and operators when it is meant, and
// applies every rule that needs no call.
func (d *deps) setupConfig() (*config.Config, error) {
	if d.sandbox {
		if d.configPath == "" {
			return nil, &bridge.Error{
				Kind: bridge.Usage, Code: "setup_file_missing", Text: "--sandbox says where the clouds are, and not what to set up",
				Hint: "name a file: --config examples/setup/landbridge.yaml fits the sandbox",
			}
		}
		s, err := d.findSandbox()
		if err == nil {
			err = d.app().SignIn(d.ctx, s)
		}
		if err != nil {
			return nil, err
		}
		d.shores = s.SetupFlags()
	}
	cfg, problems, err := d.loadConfig()
	if err != nil {
		return nil, err
	}
	if cfg.Setup == nil && d.findConfig() == "" {
		return nil, noFile("docs/setup.md shows one")
	}
	if len(problems.Mistakes()) == 0 {
		found, err := d.app().CheckSetup(cfg)
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
	}
	return d.judge(cfg, problems)
}

// likewise is another command with the clouds and the file that this one was given: a next step for the sandbox must not
// lead to the real clouds.
func (d *deps) likewise(command string) string {
	if d.sandbox {
		command += " --sandbox"
	}
	if d.configPath != "" {
		command += " --config " + d.configPath
	}
	return command
}

// noFile says that there is no configuration to take a set-up or a way from.
func noFile(shown string) error {
	return &bridge.Error{
		Kind: bridge.Usage, Code: "configuration_missing", Text: "there is no landbridge.yaml in this folder",
		Hint: "name the file with --config; " + shown,
	}
}

func (d *deps) openSetup() (*app.Setup, error) {
	cfg, err := d.setupConfig()
	if err != nil {
		return nil, err
	}
	return d.app().OpenSetup(cfg)
}

func newSetupPlanCommand(d *deps) *cobra.Command {
	var everything bool
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what differs between the file and the clouds",
		Long: "Plan reads both clouds and the clusters, changes nothing, and shows in order what apply would do.\n" +
			"It ends with exit code 7 when something differs.",
		Example: "  landbridge setup plan\n  landbridge setup plan --output json\n  landbridge setup plan --sandbox --config examples/setup/landbridge.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := d.openSetup()
			if err != nil {
				return err
			}
			p, err := s.Plan(cmd.Context())
			if err := d.printPlan(p, err, everything); err != nil {
				return err
			}
			if p.Drift() {
				d.out.hint(d.likewise("landbridge setup apply"))
				return ended{7}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&everything, "all", false, "also what is as it shall be")
	return cmd
}

// printPlan prints a plan and returns what kept it from being whole.
func (d *deps) printPlan(p *app.SetupPlan, failed error, everything bool) error {
	if p == nil {
		return failed
	}
	if d.out.json {
		if err := d.out.encode(p); err != nil {
			return err
		}
		return failed
	}
	for _, line := range p.Lines(everything) {
		_ = d.out.line("%s", d.planLine(line))
	}
	return failed
}

// planLine colours a line of a plan by the sign that it begins with.
func (d *deps) planLine(line string) string {
	colours := map[byte]string{'+': green, '^': green, '~': yellow, '-': red, '!': red}
	if line == "" || len(line) > 1 && line[1] != ' ' || colours[line[0]] == "" {
		return line
	}
	return colour(d.out.outColours, colours[line[0]], line)
}

func newSetupVerifyCommand(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Compare, let every workload cross, and test its permissions",
		Long: "Verify is plan, and a real crossing for each workload that can be tried from here: a token of the\n" +
			"pod's account by TokenRequest, an ID token of the job's service account; then Entra, Google's STS,\n" +
			"impersonation, and testIamPermissions. It ends with exit code 7 when something differs, and 4 when\n" +
			"a crossing is refused.",
		Example: "  landbridge setup verify\n  landbridge setup verify --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := d.openSetup()
			if err != nil {
				return err
			}
			v, err := s.Verify(cmd.Context())
			if v == nil {
				return err
			}
			if d.out.json {
				if e := d.out.encode(v); e != nil {
					return e
				}
			} else {
				for _, line := range v.Lines() {
					_ = d.out.line("%s", d.planLine(line))
				}
			}
			if err == nil {
				err = v.Err()
			}
			return err
		},
	}
}

func newSetupWatchCommand(d *deps) *cobra.Command {
	var every time.Duration
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Keep the uploaded keys of private issuers true",
		Long: "Watch compares the keys of every cluster with upload_keys with those that Google has, uploads what\n" +
			"differs, and names the keys that Google did not know: tokens signed with them were refused. It runs\n" +
			"until it is ended; with --every 0 it looks once.",
		Example: "  landbridge setup watch --every 1m\n  landbridge setup watch --every 0",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := d.openSetup()
			if err != nil {
				return err
			}
			return s.WatchKeys(cmd.Context(), every, func(w app.Watched) {
				if d.out.json {
					_ = d.out.encode(w)
					return
				}
				_ = d.out.line("%s", w.Line())
			})
		},
	}
	cmd.Flags().DurationVar(&every, "every", time.Minute, "the pause between two looks; 0 looks once")
	return cmd
}
