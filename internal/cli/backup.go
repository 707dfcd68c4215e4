package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

func newBackupCommand(d *deps) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "backup",
		Short:   "What Azure Backup protects, how fresh it is, and which datasets live by it",
		GroupID: groupData,
		Example: "  landbridge backup ls\n  landbridge backup ls --missed --output json",
		Args:    cobra.ArbitraryArgs,
		RunE:    d.group,
	}
	cmd.AddCommand(newBackupListCommand(d))
	return cmd
}

func newBackupListCommand(d *deps) *cobra.Command {
	var f app.BackupFilter
	var workload, state string
	var direct, jobs bool
	cmd := &cobra.Command{
		Use:   "ls",
		Short: "List protected items of every vault, and the freshness of each dataset",
		Long: "Ls looks at the Recovery Services vaults and the Backup vaults of the configured subscriptions,\n" +
			"with a role that reads (Backup Reader) and nothing more. It shows each protected item with its\n" +
			"last and oldest point, and of each dataset whether its newest point is younger than its RPO. It\n" +
			"ends with exit code 7 when one is missed. What could not be seen is said.",
		Example: "  landbridge backup ls\n  landbridge backup ls --environment training --workload blobs\n  landbridge backup ls --missed",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return d.onBackup(cmd.Context(), func(b *app.Backup) error {
				report, err := b.Inventory(cmd.Context(), direct)
				if err != nil {
					return err
				}
				f.Workload, f.State = app.Workload(workload), app.BackupState(state)
				report = report.Filter(f)
				if d.out.json {
					err = d.out.encode(report)
				} else {
					err = d.printBackups(report, jobs)
				}
				if err == nil && report.Totals.Missed > 0 {
					err = missed(report)
				}
				return err
			})
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&f.Environment, "environment", "", "only this `environment`")
	fs.StringVar(&f.Dataset, "dataset", "", "only what protects this `dataset`")
	fs.StringVar(&f.Vault, "vault", "", "only this `vault`, by name or id")
	fs.StringVar(&workload, "workload", "", "only this `kind`: blobs, data-lake, files, vm, disk, aks, postgresql, sql, ...")
	fs.StringVar(&state, "state", "", "only items in this `state`: protected, stopped, soft-deleted, ...")
	fs.BoolVar(&f.Missed, "missed", false, "only what misses its RPO")
	fs.BoolVar(&direct, "direct", false, "ask each vault in place of Resource Graph, which lags by minutes")
	fs.BoolVar(&jobs, "jobs", false, "also the vaults' jobs of the last days")
	return cmd
}

// missed is the error of a report in which an RPO is missed.
func missed(r app.BackupReport) error {
	var names []string
	for _, s := range r.Datasets {
		if s.Missed {
			names = append(names, s.Dataset)
		}
	}
	return &bridge.Error{
		Kind: bridge.Drifted, Code: "rpo_missed", Text: "the recovery point objective of " + strings.Join(names, ", ") + " is missed",
		Hint: "look at the item's last jobs: landbridge backup ls --jobs",
	}
}

func (d *deps) printBackups(r app.BackupReport, jobs bool) error {
	var rows [][]string
	for _, i := range r.Items {
		state := string(i.State)
		if i.Failures > 0 {
			state += colour(d.out.outColours, red, fmt.Sprintf(", %s failed", counted(i.Failures, "job")))
		}
		rows = append(rows, []string{
			i.Name, string(i.Workload), i.VaultName, i.Environment, state, moment(i.LastPoint, r.At), moment(i.OldestPoint, r.At), i.PolicyName, strings.Join(i.Datasets, ","),
		})
	}
	if len(rows) == 0 {
		_ = d.out.line("there are no protected items to show")
	} else if err := d.out.table([]string{"ITEM", "WORKLOAD", "VAULT", "ENVIRONMENT", "STATE", "LAST POINT", "OLDEST", "POLICY", "DATASETS"}, rows); err != nil {
		return err
	}
	if len(r.Datasets) > 0 {
		_ = d.out.line("")
		if err := d.printFreshness(r); err != nil {
			return err
		}
	}
	if jobs {
		_ = d.out.line("")
		if err := d.printVaultJobs(r); err != nil {
			return err
		}
	}
	if r.Detour != nil {
		d.out.progress("%s each vault was asked, since Resource Graph did not answer: %s", colour(d.out.errColours, yellow, "note:"), r.Detour.Why)
	}
	for _, g := range r.Gaps {
		d.out.progress("%s %s: %s", colour(d.out.errColours, yellow, "not seen:"), g.Where, g.Why)
		d.out.hint(g.Hint)
	}
	return nil
}

func (d *deps) printFreshness(r app.BackupReport) error {
	var rows [][]string
	for _, s := range r.Datasets {
		verdict := colour(d.out.outColours, green, "fresh")
		switch {
		case s.Missed:
			verdict = colour(d.out.outColours, red, "MISSED")
		case s.RPO == 0:
			verdict = ""
		}
		rpo := ""
		if s.RPO > 0 {
			rpo = span(s.RPO)
		}
		rows = append(rows, []string{s.Dataset, s.Environment, string(s.Cover), moment(s.Last, r.At), rpo, verdict, s.Why})
	}
	return d.out.table([]string{"DATASET", "ENVIRONMENT", "COVER", "LAST POINT", "RPO", "", "WHY"}, rows)
}

func (d *deps) printVaultJobs(r app.BackupReport) error {
	if len(r.Jobs) == 0 {
		return d.out.line("there are no jobs")
	}
	var rows [][]string
	for _, j := range r.Jobs {
		why := ""
		if j.Failure != nil {
			why = j.Failure.Code + " " + j.Failure.Text
		}
		rows = append(rows, []string{j.Operation, j.Entity, string(j.State), moment(j.Started, r.At), why})
	}
	return d.out.table([]string{"JOB", "OF", "STATE", "STARTED", "WHY"}, rows)
}

// moment is how long ago a time was; "" for none.
func moment(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return span(now.Sub(t)) + " ago"
}

// span is a duration in its largest unit.
func span(t time.Duration) string {
	switch {
	case t >= 48*time.Hour:
		return fmt.Sprintf("%dd", t/(24*time.Hour))
	case t >= 2*time.Hour:
		return fmt.Sprintf("%dh", t/time.Hour)
	case t >= 2*time.Minute:
		return fmt.Sprintf("%dm", t/time.Minute)
	}
	return fmt.Sprintf("%ds", t/time.Second)
}
