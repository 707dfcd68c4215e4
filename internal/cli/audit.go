package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

func newAuditCommand(d *deps) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "audit",
		Short:   "The audit log: prove that nothing was changed",
		GroupID: groupSetup,
		Long: "Audit works on a log that audit.signing seals: landbridge serve adds a signed line\n" +
			"now and then that says how long the file was and what its SHA-256 was.",
		Example: "  landbridge audit verify\n  landbridge audit verify audit.jsonl.1 audit.jsonl --max-age 10m",
		Args:    cobra.ArbitraryArgs,
		RunE:    d.group,
	}
	cmd.AddCommand(newAuditVerifyCommand(d), newAuditSealCommand(d))
	return cmd
}

func newAuditVerifyCommand(d *deps) *cobra.Command {
	var oldest time.Duration
	cmd := &cobra.Command{
		Use:     "verify [FILE...]",
		Short:   "Hold the log to its seals",
		Example: "  landbridge audit verify\n  landbridge audit verify audit.jsonl.1 audit.jsonl --max-age 10m",
		Long: "Verify reads files of the log, the oldest first, or the one of audit.file. It ends with exit code 6 when\n" +
			"something in them was changed, taken out or cut off. What came after the last seal is not proven, and a\n" +
			"file that was cut back to an earlier seal shows by that seal's time alone: --max-age refuses an old one.",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := d.config()
			if err != nil {
				return err
			}
			for i := range args {
				args[i] = d.path(args[i])
			}
			reports, err := d.app().AuditVerify(cmd.Context(), cfg, args)
			if err := d.printAudit(reports); err != nil {
				return err
			}
			if err != nil {
				return err
			}
			last := reports[len(reports)-1]
			if age := time.Since(last.At); oldest > 0 && age > oldest {
				return &bridge.Error{
					Kind: bridge.Damaged, Code: "audit_seal_old", Text: fmt.Sprintf("the last seal of %s is %v old", last.File, age.Round(time.Second)),
					Hint: "landbridge serve seals while it runs; if it did, the file was cut off",
				}
			}
			return nil
		},
	}
	cmd.Flags().DurationVar(&oldest, "max-age", 0, "refuse a log whose last seal is older; 0 takes any")
	return cmd
}

func (d *deps) printAudit(reports []app.AuditReport) error {
	if d.out.json {
		return d.out.encode(map[string]any{"files": reports})
	}
	for _, r := range reports {
		linked := ""
		if r.Linked {
			linked = "; the file before it is whole"
		}
		if err := d.out.line("%s: %d records hold, sealed %s by %d seals%s; %d came later", r.File, r.Records-r.Open, r.At.UTC().Format(time.RFC3339), r.Seals, linked, r.Open); err != nil {
			return err
		}
	}
	return nil
}

func newAuditSealCommand(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:     "seal",
		Short:   "Seal the log now",
		Long:    "Seal is for a log that no landbridge serve writes to: cron may run it.",
		Example: "  landbridge audit seal",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := d.config()
			if err != nil {
				return err
			}
			made, err := d.app().AuditSeal(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			switch {
			case d.out.json:
				return d.out.encode(map[string]any{"file": cfg.Audit.File, "sealed": made})
			case !made:
				return d.out.line("nothing has come since the last seal")
			}
			return d.out.line("sealed %s", cfg.Audit.File)
		},
	}
}
