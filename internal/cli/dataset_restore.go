package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

func newDatasetRestoreCommand(d *deps) *cobra.Command {
	var f actFlags
	var at timeFlag
	var spec app.RunSpec
	cmd := &cobra.Command{
		Use:   "restore DATASET",
		Short: "Make the copy what the dataset was at a time or at a recovery point",
		Long: "Restore picks the state that is wanted. Where the account keeps versions they are read in place;\n" +
			"else Azure Backup is asked to restore the point to the staging account, after it was asked whether\n" +
			"it could and which right is missing. The operation and its job are followed, also across restarts.\n" +
			"Then the bytes are copied to the target, verified, recorded in a manifest with their recovery\n" +
			"point, and the staging is cleaned. With --to the copy is made in another place, with a manifest of\n" +
			"its own, and the dataset's target stays as it is.",
		Example: "  landbridge dataset restore fraud-train --at 2026-11-20T08:00:00Z\n  landbridge dataset restore fraud-train --recovery-point 5e0fd1b6\n" +
			"  landbridge dataset restore fraud-train --last-good\n  landbridge dataset restore fraud-train --at 24h --to gs://my-bucket/fraud-yesterday/",
		Args: oneDataset,
		RunE: func(cmd *cobra.Command, args []string) error {
			spec.At = at.time
			given := 0
			for _, is := range []bool{!spec.At.IsZero(), spec.RecoveryPoint != "", spec.LastGood} {
				if is {
					given++
				}
			}
			if given != 1 {
				return &bridge.Error{
					Kind: bridge.Usage, Code: "flag_missing", Text: "restore wants one of --at, --recovery-point and --last-good",
					Hint: "landbridge backup ls shows what there is; --at 24h is the state of a day ago",
				}
			}
			return d.act(cmd.Context(), f, "restore", args[0], spec, d.tellReturned)
		},
	}
	f.add(cmd)
	cmd.Flags().Var(&at, "at", "the state at this `time`, RFC 3339 or a duration ago such as 36h")
	cmd.Flags().StringVar(&spec.RecoveryPoint, "recovery-point", "", "exactly this `point`, by its name or id")
	cmd.Flags().StringVar(&spec.To, "to", "", "a `place` instead of the dataset's target: gs://BUCKET/PREFIX/, a container or a directory")
	cmd.Flags().BoolVar(&spec.LastGood, "last-good", false, "the newest state in which files of known formats hold together, where they do not now")
	return cmd
}

func newDatasetDrillCommand(d *deps) *cobra.Command {
	var f actFlags
	var at timeFlag
	var spec app.RunSpec
	cmd := &cobra.Command{
		Use:   "drill DATASET",
		Short: "Restore a sample aside, verify it, and measure how long that took",
		Long: "Drill does what a restore does, with a sample and to a place of its own that is removed again, and\n" +
			"reports the measured recovery time and recovery point. Nothing of the copy changes.",
		Example: "  landbridge dataset drill fraud-train --sample 50",
		Args:    oneDataset,
		RunE: func(cmd *cobra.Command, args []string) error {
			spec.At = at.time
			return d.act(cmd.Context(), f, "drill", args[0], spec, d.tellReturned)
		},
	}
	f.add(cmd)
	cmd.Flags().Var(&at, "at", "the state at this `time`; absent, the newest recovery point")
	cmd.Flags().Var((*countFlag)(&spec.Sample), "sample", "so many `objects` (default: 20)")
	return cmd
}

// tellReturned prints what a restore or a drill brought back, and what it took.
func (d *deps) tellReturned(run app.Run) error {
	var r app.Returned
	if err := d.result(run, &r); err != nil {
		return err
	}
	if r.At.IsZero() {
		return nil
	}
	if !d.out.json {
		d.printReturned(run, r)
	}
	if r.Damaged > 0 {
		return &bridge.Error{Kind: bridge.Damaged, Code: "damage_found", Text: counted(int(r.Damaged), "damaged object") + " in what came back"}
	}
	if r.Failed > 0 {
		return &bridge.Error{Kind: bridge.Drifted, Code: "objects_not_copied", Text: counted(int(r.Failed), "object") + " could not be copied"}
	}
	return nil
}

func (d *deps) printReturned(run app.Run, r app.Returned) {
	what := "the state of " + when(r.At)
	if r.RecoveryPoint != "" {
		what += ", recovery point " + r.RecoveryPoint
	}
	ways := map[string]string{"in-place": "read from versions, nothing was restored", "snapshot": "read from a snapshot", "from-vault": "restored by Azure Backup, and cleaned up"}
	if run.Act == "drill" {
		_ = d.out.line("%s: %s objects of %s verified by every byte and removed again; %s", run.Dataset, grouped(r.Sample), what, ways[string(r.Way)])
	} else {
		_ = d.out.line("%s: %s objects, %s are %s; %s", run.Dataset, grouped(r.Objects), size(r.Bytes), what, ways[string(r.Way)])
		if r.Place != "" {
			_ = d.out.line("they are in %s; the dataset's target is as it was", r.Place)
		}
		_ = d.out.line("manifest %s, signed; run %s", short(r.Manifest), run.ID)
	}
	if r.Partly {
		_ = d.out.line("the vault's job ended with warnings, so that it may have left some out: nothing was removed from the target")
	}
	if r.Left != "" {
		_ = d.out.line("not all of it came over whole: what the vault brought stays in %s", r.Left)
	}
	_ = d.out.line("measured: %s to have it back, and the bytes were %s old", r.Took.Round(100*time.Millisecond), span(r.Age))
	d.tellFailures("not copied:", r.Failures, r.Failed)
}
