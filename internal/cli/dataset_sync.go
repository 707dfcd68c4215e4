package cli

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

func newDatasetSyncCommand(d *deps) *cobra.Command {
	var f actFlags
	var dry bool
	var at timeFlag
	var spec app.RunSpec
	cmd := &cobra.Command{
		Use:   "sync DATASET",
		Short: "Copy what has changed since the last manifest, with a proof of every byte",
		Long: "Sync lists the source, the target and the manifest of the run before, and copies what differs.\n" +
			"Every byte is hashed on its way, the target is written under a precondition and its own sum\n" +
			"compared, and a signed manifest says of each object where it came from and how it was proven. What\n" +
			"somebody else has written is never overwritten. It can be interrupted at any moment: the next run\n" +
			"goes on with what is missing. --dry-run prints the plan and does nothing. With --at the source is\n" +
			"read as it was then, from versions and snapshots, without a restore.",
		Example: "  landbridge dataset sync fraud-train --dry-run\n  landbridge dataset sync fraud-train\n  landbridge dataset sync fraud-train --at 2026-11-20T08:00:00Z",
		Args:    oneDataset,
		RunE: func(cmd *cobra.Command, args []string) error {
			spec.At = at.time
			if dry {
				return d.dryRun(cmd.Context(), args[0], spec)
			}
			return d.act(cmd.Context(), f, "sync", args[0], spec, d.tellSynced)
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&dry, "dry-run", false, "print the plan with counts and bytes, and do nothing")
	cmd.Flags().Var(&at, "at", "read the source as it was at this `time`, RFC 3339 or a duration ago such as 36h")
	cmd.Flags().StringArrayVar(&spec.Include, "include", nil, "only objects whose name matches this `pattern`, in place of the dataset's own")
	cmd.MarkFlagsMutuallyExclusive("dry-run", "detach")
	cmd.MarkFlagsMutuallyExclusive("dry-run", "wait")
	return cmd
}

// timeFlag is a time, or how long ago it was.
type timeFlag struct {
	text string
	time time.Time
}

func (f *timeFlag) String() string { return f.text }
func (f *timeFlag) Type() string   { return "time" }
func (f *timeFlag) Set(s string) error {
	f.text = s
	if ago, err := time.ParseDuration(s); err == nil && ago > 0 {
		f.time = time.Now().Add(-ago)
		return nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return errors.New(s + " is not a time: write 2026-11-20T08:00:00Z, or 36h for 36 hours ago")
	}
	if t.After(time.Now()) {
		return errors.New(s + " is yet to come: name a time of the past")
	}
	f.time = t
	return nil
}

// dryRun prints what a sync would do.
func (d *deps) dryRun(ctx context.Context, name string, spec app.RunSpec) error {
	return d.onBackup(ctx, func(b *app.Backup) error {
		const most = 20
		var items []app.PlanItem
		var more int64
		totals, err := b.Plan(ctx, name, spec, func(i app.PlanItem) error {
			switch {
			case i.Action == "keep":
			case d.out.json || len(items) < most:
				items = append(items, i)
			default:
				more++
			}
			return nil
		})
		switch {
		case err != nil:
			return err
		case d.out.json:
			return d.encodeItems(name, items, totals)
		}
		return d.printItems(items, more, totals)
	})
}

func (d *deps) encodeItems(name string, items []app.PlanItem, totals app.PlanTotal) error {
	rows := []map[string]any{}
	for _, i := range items {
		rows = append(rows, map[string]any{"action": i.Action, "name": i.Name, "bytes": i.Size(), "reason": i.Reason})
	}
	return d.out.encode(map[string]any{"dataset": name, "plan": totals, "items": rows})
}

func (d *deps) printItems(items []app.PlanItem, more int64, totals app.PlanTotal) error {
	for _, i := range items {
		reason := ""
		if i.Reason != "" {
			reason = "  (" + i.Reason + ")"
		}
		_ = d.out.line("%-8s  %10s  %s%s", i.Action, size(i.Size()), i.Name, reason)
	}
	if more > 0 {
		_ = d.out.line("... and %s more", grouped(more))
	}
	if len(items) > 0 {
		_ = d.out.line("")
	}
	d.out.progress("nothing was done: this was a dry run")
	return d.printTotals(totals)
}

func (d *deps) printTotals(t app.PlanTotal) error {
	var rows [][]string
	for _, action := range []string{"create", "replace", "adopt", "keep", "delete", "skip", "conflict"} {
		for a, c := range t.Actions {
			if string(a) == action {
				rows = append(rows, []string{action, grouped(c.Objects), size(c.Bytes)})
			}
		}
	}
	if len(rows) == 0 {
		return d.out.line("there is nothing at the source")
	}
	if err := d.out.table([]string{"ACTION", "OBJECTS", "SIZE"}, rows); err != nil {
		return err
	}
	return d.out.line("estimated egress: %s", size(t.Egress))
}

// tellSynced prints the result of a sync.
func (d *deps) tellSynced(run app.Run) error {
	var r app.Synced
	if err := d.result(run, &r); err != nil {
		return err
	}
	if r.Manifest == "" {
		return nil // it did not come to its end
	}
	if !d.out.json {
		d.printSynced(run, r)
	}
	if r.Failed > 0 {
		return &bridge.Error{
			Kind: bridge.Drifted, Code: "objects_not_copied", Text: counted(int(r.Failed), "object") + " could not be copied; the manifest has all others",
			Hint: "landbridge dataset sync " + run.Dataset + " tries them again",
		}
	}
	return nil
}

func (d *deps) printSynced(run app.Run, r app.Synced) {
	took := run.Ended.Sub(run.Started)
	_ = d.out.line("%s: %s objects, %s; copied %s, %s in %s%s", run.Dataset, grouped(r.Objects), size(r.Bytes), grouped(run.Totals.Objects), size(run.Totals.Bytes),
		took.Round(time.Millisecond), rate(run.Totals.Bytes, took))
	_ = d.out.line("manifest %s, signed; run %s", short(r.Manifest), run.ID)
	if left := r.Plan.Actions["skip"]; left.Objects > 0 {
		_ = d.out.line("left out: %s, %s: excluded, or not to be copied", counted(int(left.Objects), "object"), size(left.Bytes))
		d.out.hint("landbridge dataset sync " + run.Dataset + " --dry-run --output json says why of each")
	}
	if r.Swept.Objects > 0 {
		_ = d.out.line("removed %s, %s, that older copies had left", counted(int(r.Swept.Objects), "part"), size(r.Swept.Bytes))
	}
	d.tellFailures("not copied:", r.Failures, r.Failed)
}

// result reads what a run has made; as JSON it is printed with the run.
func (d *deps) result(run app.Run, into any) error {
	if d.out.json {
		if err := d.out.encode(run); err != nil {
			return err
		}
	}
	if len(run.Result) == 0 {
		return nil
	}
	return json.Unmarshal(run.Result, into)
}

// tellFailures prints the first failures, each with its next step.
func (d *deps) tellFailures(what string, first []app.RunFailure, all int64) {
	const most = 10
	for n, f := range first {
		if n == most {
			d.out.progress("... and %s more; --output json has the first hundred", grouped(all-most))
			return
		}
		d.out.progress("%s %s: %s", colour(d.out.errColours, red, what), f.Name, f.Text)
		d.out.hint(f.Hint)
	}
}
