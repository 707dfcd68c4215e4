package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

func newDatasetCommand(d *deps) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "dataset",
		Short:   "Copy datasets between the clouds with proof, verify, repair and restore them",
		GroupID: groupData,
		Example: "  landbridge dataset ls\n  landbridge dataset sync fraud-train --dry-run\n  landbridge dataset verify fraud-train --deep",
		Args:    cobra.ArbitraryArgs,
		RunE:    d.group,
	}
	cmd.AddCommand(newDatasetListCommand(d), newDatasetSyncCommand(d), newDatasetVerifyCommand(d), newDatasetRepairCommand(d), newDatasetRestoreCommand(d), newDatasetDrillCommand(d), newDatasetLineageCommand(d), newDatasetConformCommand(d), newDatasetAdoptCommand(d))
	return cmd
}

// backup opens the backup half of the configuration; with --sandbox, that of the sandbox when no file is named.
func (d *deps) backup(ctx context.Context, door string) (*app.Backup, error) {
	cfg, err := d.datasets()
	if err != nil {
		return nil, err
	}
	return d.app().OpenBackup(ctx, cfg, door)
}

// onBackup does what one command does on the open backup half, and gives it back.
func (d *deps) onBackup(ctx context.Context, do func(*app.Backup) error) error {
	b, err := d.backup(ctx, "cli")
	if err != nil {
		return err
	}
	defer b.Close()
	return do(b)
}

// oneDataset takes the name of one dataset.
func oneDataset(cmd *cobra.Command, args []string) error {
	return one(cmd, args, "the name of one dataset", "landbridge dataset ls lists them")
}

// actFlags are those of every act on a dataset.
type actFlags struct{ detach, wait bool }

func (a *actFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&a.detach, "detach", false, "begin it and leave it to landbridge serve; print the run's id")
	cmd.Flags().BoolVar(&a.wait, "wait", false, "let it wait for a run of the dataset that it may not go beside; with --detach it does")
}

// act does an act on a dataset and follows it, or leaves it to others.
func (d *deps) act(ctx context.Context, f actFlags, act, name string, spec app.RunSpec, tell func(app.Run) error) error {
	return d.onBackup(ctx, func(b *app.Backup) error {
		spec.Wait = f.wait || f.detach
		if f.detach {
			id, err := b.Start(ctx, act, name, spec)
			if err != nil {
				return err
			}
			return d.tellStarted(id)
		}
		bar := d.newBar(act)
		run, err := b.Do(ctx, act, name, spec, bar.show)
		bar.end()
		if err != nil {
			return left(ctx, run, err)
		}
		if err := tell(run); err != nil {
			return err
		}
		return runError(run)
	})
}

// left says of a run that was interrupted that nothing of it is lost.
func left(ctx context.Context, run app.Run, err error) error {
	if ctx.Err() == nil || run.ID == "" {
		return err
	}
	return &bridge.Error{
		Kind: bridge.Fault, Hop: bridge.HopJobs, Code: "interrupted", Text: "interrupted; run " + run.ID + " goes on where it was",
		Hint: "landbridge jobs work goes on now, landbridge jobs cancel " + run.ID + " ends it",
	}
}

// runError is the error of a run that did not end well.
func runError(run app.Run) error {
	switch run.State {
	case "failed":
		if err := app.RunError(run); err != nil {
			return err
		}
		return &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopJobs, Code: "run_failed", Text: "run " + run.ID + " failed: " + run.Error, Hint: "landbridge jobs retry " + run.ID}
	case "cancelled":
		return &bridge.Error{Kind: bridge.Refused, Hop: bridge.HopJobs, Code: "run_cancelled", Text: "run " + run.ID + " was cancelled", Hint: "landbridge jobs retry " + run.ID}
	}
	return nil
}

func (d *deps) tellStarted(id string) error {
	if d.out.json {
		return d.out.encode(map[string]string{"run": id})
	}
	d.out.hint("landbridge jobs show " + id)
	return d.out.line("%s", id)
}

func newDatasetAdoptCommand(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:     "adopt DATASET",
		Short:   "Believe the newest manifest that is there, where a newer one was known",
		Example: "  landbridge dataset adopt fraud-train",
		Long: "The job database remembers the newest manifest of each dataset, and what is older is refused: whoever\n" +
			"can write where manifests are kept can point at an older one. Adopt is for when that was done on\n" +
			"purpose, such as from a backup. It is recorded in the audit log.",
		Args: oneDataset,
		RunE: func(cmd *cobra.Command, args []string) error {
			return d.onBackup(cmd.Context(), func(b *app.Backup) error {
				digest, err := b.Adopt(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				if d.out.json {
					return d.out.encode(map[string]string{"dataset": args[0], "manifest": digest})
				}
				if digest == "" {
					return d.out.line("%s: there is no manifest; the next sync begins anew", args[0])
				}
				return d.out.line("%s: manifest %s is believed from now on", args[0], short(digest))
			})
		},
	}
}

func newDatasetListCommand(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:     "ls",
		Short:   "List the datasets of the configuration, with their newest copies",
		Example: "  landbridge dataset ls --output json",
		Long: "Ls shows each dataset, where it comes from and goes to, and the newest manifest: when it was\n" +
			"written, how much it holds and whether its signature holds.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return d.onBackup(cmd.Context(), func(b *app.Backup) error {
				list, err := b.Datasets(cmd.Context())
				if err != nil {
					return err
				}
				if d.out.json {
					return d.out.encode(map[string]any{"datasets": list})
				}
				return d.printDatasets(list)
			})
		},
	}
}

func (d *deps) printDatasets(list []app.DatasetState) error {
	head := []string{"NAME", "SOURCE", "TARGET", "OBJECTS", "SIZE", "COPIED", "MANIFEST"}
	var rows [][]string
	for _, s := range list {
		row := []string{s.Name, s.Source, s.Target, "", "", "never", ""}
		switch {
		case s.Problem != "":
			row[5], row[6] = "", colour(d.out.outColours, red, s.Problem)
		case s.Manifest != "":
			row[3], row[4], row[5], row[6] = grouped(s.Objects), size(s.Bytes), when(s.Copied), short(s.Manifest)
		}
		rows = append(rows, row)
	}
	return d.out.table(head, rows)
}

// short is a digest as people compare it.
func short(digest string) string {
	hex := strings.TrimPrefix(digest, "sha256:")
	return hex[:min(12, len(hex))]
}

func when(t time.Time) string { return t.UTC().Format("2006-01-02 15:04Z") }
