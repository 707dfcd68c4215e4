package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

func newTrustCommand(d *deps) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "trust",
		Short:   "Google's and Entra's acceptance rules, offline: why is a token refused?",
		GroupID: groupConfig,
		Example: "  landbridge trust explain --provider provider.json --token -\n  landbridge trust test cases.yaml",
		Args:    cobra.ArbitraryArgs,
		RunE:    d.group,
	}
	cmd.AddCommand(newTrustExplainCommand(d), newTrustTestCommand(d))
	return cmd
}

func newTrustExplainCommand(d *deps) *cobra.Command {
	var provider, token, jwks, at, scope string
	cmd := &cobra.Command{
		Use:   "explain --provider FILE --token FILE",
		Short: "Hold a token against a provider by Google's rules",
		Long: "Explain walks Google's rules for one token and one workload identity pool provider: issuer,\n" +
			"audiences, signature, times, key types, mapping, condition, limits. A refusal comes in Google's\n" +
			"own words, with the reason and the fix. The issuer's keys are the provider's jwksJson, --jwks, or\n" +
			"what the issuer publishes. With --sandbox, what is not given is the sandbox's own provider and\n" +
			"token. It ends with exit code 4 when the token would be refused, 2 when the provider itself is\n" +
			"wrong.",
		Example: "  gcloud iam workload-identity-pools providers describe aks-prod \\\n" +
			"    --workload-identity-pool=azure --location=global --format=json > provider.json\n" +
			"  kubectl create token app --audience=... | landbridge trust explain --provider provider.json --token -",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o := app.ExplainOptions{Scope: scope}
			files := []struct {
				flag, path string
				into       *[]byte
			}{{"provider", provider, &o.Provider}, {"token", token, &o.Token}, {"jwks", jwks, &o.JWKS}}
			stdin := false
			for _, f := range files {
				switch {
				case f.path == "" && f.flag != "jwks" && !d.sandbox:
					return &bridge.Error{Kind: bridge.Usage, Code: "flag_missing", Text: "--" + f.flag + " is missing", Hint: "name a file, or - for standard input"}
				case f.path == "":
					continue
				case f.path == "-" && stdin:
					return &bridge.Error{Kind: bridge.Usage, Code: "flag_conflict", Text: "two of --provider, --token and --jwks are standard input", Hint: "put one into a file"}
				}
				stdin = stdin || f.path == "-"
				data, err := d.readFile(f.path)
				if err != nil {
					return &bridge.Error{Kind: bridge.Usage, Code: "file_unreadable", Text: "cannot read --" + f.flag + " " + f.path, Cause: err, Hint: "check the path and its permissions"}
				}
				*f.into = data
			}
			if at != "" {
				var err error
				if o.At, err = time.Parse(time.RFC3339, at); err != nil {
					return &bridge.Error{Kind: bridge.Usage, Code: "flag_invalid", Text: fmt.Sprintf("--at %q is not a time", at), Hint: "write it as 2026-11-23T12:00:00Z"}
				}
			}
			if d.sandbox {
				s, err := d.findSandbox()
				if err == nil {
					err = d.app().ExplainSandbox(cmd.Context(), s, &o)
				}
				if err != nil {
					return err
				}
			}
			e, err := d.app().Explain(cmd.Context(), o)
			if err != nil {
				return err
			}
			return d.printExplanation(e)
		},
	}
	f := cmd.Flags()
	f.StringVar(&provider, "provider", "", "`file` with the provider as JSON of the IAM API; - is standard input")
	f.StringVar(&token, "token", "", "`file` with the token; - is standard input")
	f.StringVar(&jwks, "jwks", "", "`file` with the issuer's keys (default: the provider's, or fetched from the issuer)")
	f.StringVar(&at, "at", "", "judge at this `time` (RFC 3339) instead of now")
	f.StringVar(&scope, "scope", "", "`scope` that the exchange asks for (default: cloud-platform)")
	return cmd
}

func (d *deps) printExplanation(e app.Explanation) error {
	exit := error(nil)
	switch {
	case len(e.Problems) > 0:
		exit = ended{2}
	case !e.Verdict.Accepted:
		exit = ended{4}
	}
	if d.out.json {
		if err := d.out.encode(e); err != nil {
			return err
		}
		return exit
	}
	if len(e.Problems) > 0 {
		_ = d.out.line("provider %s: %s", e.Provider, counted(len(e.Problems), "mistake"))
		for _, p := range e.Problems {
			_ = d.out.line("  %s", p)
			_ = d.out.line("    fix: %s", p.Fix)
		}
		return exit
	}
	for _, step := range e.Verdict.Steps {
		d.printStep(step)
	}
	d.printVerdict(e.Verdict)
	for _, p := range e.Advice {
		_ = d.out.line("advice:  %s", p)
		_ = d.out.line("         %s", p.Fix)
	}
	return exit
}

// printStep shows a rule that held in one line, and one that did not with what it wanted and what it saw.
func (d *deps) printStep(s app.Step) {
	switch {
	case s.Skipped:
		_ = d.out.line("-   %-10s", s.Name)
	case s.OK:
		_ = d.out.line("ok  %-10s %s", s.Name, s.Got)
	default:
		_ = d.out.line("%s  %s", colour(d.out.outColours, red, "NO"), s.Name)
		_ = d.out.line("      expected  %s", s.Expected)
		if s.Got != "" {
			_ = d.out.line("      got       %s", s.Got)
		}
		if repeats := strings.Contains(s.Detail, s.Expected) && strings.Contains(s.Detail, s.Got); s.Detail != "" && !repeats {
			_ = d.out.line("      %s", s.Detail)
		}
	}
}

func (d *deps) printVerdict(v *app.Verdict) {
	if v.Accepted {
		_ = d.out.line("\naccepted as %s", v.Principal)
		_ = d.out.line("federated token good until %s", v.Expiry.UTC().Format(time.RFC3339))
		return
	}
	_ = d.out.line("\nrefused: %s", v.Refusal)
	_ = d.out.line("reason:  %s", v.Refusal.Reason)
	if v.Refusal.Fix != "" {
		_ = d.out.line("fix:     %s", v.Refusal.Fix)
	}
}

func newTrustTestCommand(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:   "test CASES.yaml",
		Short: "Run unit tests of a federation",
		Long: "Test runs cases that say which token a provider or a federated credential shall accept, and which\n" +
			"it shall refuse. docs/trust.md shows the file. It ends with exit code 7 when a case comes out\n" +
			"otherwise than expected.",
		Example: "  landbridge trust test cases.yaml",
		Args:    oneFile("file of cases"),
		RunE: func(cmd *cobra.Command, args []string) error {
			results, err := d.app().RunCases(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return tellCases(d, results, func(r app.CaseResult) bool { return r.Passed }, d.printCase)
		},
	}
}

// tellCases shows how each case went, and their count; one that failed is drift: exit code 7.
func tellCases[R any](d *deps, results []R, passed func(R) bool, show func(R)) error {
	failed := 0
	for _, r := range results {
		if !passed(r) {
			failed++
		}
		if !d.out.json {
			show(r)
		}
	}
	var err error
	if d.out.json {
		err = d.out.encode(results)
	} else {
		err = d.out.line("%d passed, %d failed", len(results)-failed, failed)
	}
	if err == nil && failed > 0 {
		return ended{7}
	}
	return err
}

func (d *deps) printCase(r app.CaseResult) {
	if r.Passed {
		_ = d.out.line("ok    %s", r.Name)
		return
	}
	_ = d.out.line("%s  %s", colour(d.out.outColours, red, "FAIL"), r.Name)
	for _, diff := range r.Diffs {
		_ = d.out.line("      %s", diff)
	}
}
