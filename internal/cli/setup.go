package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
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
	var more []config.Flag
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
		more = s.SetupFlags()
	}
	cfg, problems, err := d.loadConfig(more...)
	if err != nil {
		return nil, err
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
				d.out.hint("landbridge setup apply")
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
	switch {
	case outcome.Changed == 0:
		_ = d.out.line("nothing was changed")
	default:
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

func newSetupRenderCommand(d *deps) *cobra.Command {
	o := app.RenderOptions{}
	var offline bool
	var into string
	var known map[string]string
	formats := []string{"script", "terraform", "kubernetes", "helm-values"}
	cmd := &cobra.Command{
		Use:   "render --format FORMAT",
		Short: "Write the same set-up as a script, Terraform, manifests or chart values",
		Long: "Render writes what apply would bring about, for teams that do not let a tool act: a script of az,\n" +
			"gcloud and kubectl; Terraform for the providers google, azurerm and kubernetes; Kubernetes\n" +
			"manifests; values of the Helm chart. It asks the clouds for what only they know, such as the\n" +
			"project's number; --offline asks nobody, and refuses where that is needed.",
		Example: "  landbridge setup render --format script > setup.sh\n  landbridge setup render --format terraform --offline --file main.tf",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(formats, o.Format) {
				return &bridge.Error{
					Kind: bridge.Usage, Code: "format_unknown", Text: fmt.Sprintf("--format %q is not known", o.Format),
					Hint: "one of: " + strings.Join(formats, ", "),
				}
			}
			s, err := d.openSetup()
			if err != nil {
				return err
			}
			o.Look, o.Known = !offline, known
			var text bytes.Buffer
			if err := s.Render(cmd.Context(), &text, o); err != nil {
				return err
			}
			if into == "" {
				_, err = d.out.out.Write(text.Bytes())
				return err
			}
			if err := os.WriteFile(d.path(into), text.Bytes(), 0o644); err != nil { // #nosec G306 -- no secret in it
				return &bridge.Error{Kind: bridge.Usage, Code: "file_not_written", Text: "cannot write --file " + into, Cause: err, Hint: "name a file in a folder that can be written"}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Format, "format", "", "script, terraform, kubernetes or helm-values")
	f.StringVar(&o.Cluster, "cluster", "", "only this `cluster`'s manifests or values")
	f.StringToStringVar(&known, "known", nil, "a value that only a cloud knows, as `ADDRESS.OUTPUT=VALUE`, such as project/shop.number=123456789")
	f.BoolVar(&offline, "offline", false, "ask no cloud")
	f.StringVar(&into, "file", "", "write into this `file` instead of standard output")
	return cmd
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
