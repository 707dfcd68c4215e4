package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
)

func newJobsCommand(d *deps) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "jobs",
		Short:   "Runs over datasets: list, look into, cancel, pause, resume, retry",
		GroupID: groupData,
		Example: "  landbridge jobs ls\n  landbridge jobs show RUN\n  landbridge jobs cancel RUN",
		Args:    cobra.ArbitraryArgs,
		RunE:    d.group,
	}
	cmd.AddCommand(newJobsListCommand(d), newJobsShowCommand(d), newJobsWorkCommand(d))
	for _, c := range []struct{ name, short, done string }{
		{"cancel", "End a run; what it has copied stays", "cancelled"},
		{"pause", "Let a run rest; what is under way is given back", "paused"},
		{"resume", "Go on with a run that was paused", "resumed"},
		{"retry", "Go on with a run that has failed or was cancelled", "queued again"},
	} {
		cmd.AddCommand(newJobsControlCommand(d, c.name, c.short, c.done))
	}
	return cmd
}

func newJobsListCommand(d *deps) *cobra.Command {
	var q app.RunQuery
	var states []string
	knownActs := []string{"sync", "verify", "repair", "restore", "drill", "rotate"}
	knownStates := []string{"waiting", "queued", "running", "paused", "done", "failed", "cancelled"}
	cmd := &cobra.Command{
		Use:     "ls",
		Short:   "List runs, the newest first, and the schedules",
		Example: "  landbridge jobs ls --dataset fraud-train --state failed",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if q.Act != "" {
				if err := oneOf("act", q.Act, knownActs); err != nil {
					return err
				}
			}
			for _, s := range states {
				if err := oneOf("state", s, knownStates); err != nil {
					return err
				}
				q.States = append(q.States, app.RunState(s))
			}
			return d.onBackup(cmd.Context(), func(b *app.Backup) error {
				list, err := b.Runs(cmd.Context(), q)
				if err != nil {
					return err
				}
				planned, err := b.Planned(cmd.Context())
				if err != nil {
					return err
				}
				if d.out.json {
					return d.out.encode(map[string]any{"runs": list, "schedules": planned})
				}
				return d.printRuns(list, planned)
			})
		},
	}
	cmd.Flags().StringVar(&q.Dataset, "dataset", "", "only runs over this `dataset`")
	cmd.Flags().StringVar(&q.Act, "act", "", "only runs of this `act`: "+strings.Join(knownActs, ", "))
	cmd.Flags().StringSliceVar(&states, "state", nil, "only runs in these `states`: "+strings.Join(knownStates, ", "))
	q.Limit = 50
	cmd.Flags().Var((*countFlag)(&q.Limit), "limit", "at most so many `runs`")
	cmd.Flags().StringVar(&q.Before, "before", "", "only runs before this `run`: the next page")
	return cmd
}

func (d *deps) printRuns(list []app.Run, planned []app.Schedule) error {
	if len(list) == 0 {
		_ = d.out.line("there are no runs")
	} else {
		var rows [][]string
		for _, r := range list {
			rows = append(rows, []string{
				r.ID, r.Act, r.Dataset, d.state(r.State), when(r.Created), lasted(r), fmt.Sprintf("%s of %s", grouped(r.Totals.Objects), grouped(max(r.Totals.PlannedObjects, r.Totals.Objects))),
				size(r.Totals.Bytes), r.Error,
			})
		}
		if err := d.out.table([]string{"RUN", "ACT", "DATASET", "STATE", "BEGAN", "TOOK", "OBJECTS", "SIZE", "ERROR"}, rows); err != nil {
			return err
		}
	}
	if len(planned) == 0 {
		return nil
	}
	_ = d.out.line("")
	var rows [][]string
	for _, p := range planned {
		last := "never"
		if !p.Last.IsZero() {
			last = when(p.Last)
		}
		rows = append(rows, []string{p.Name, p.When, when(p.Next), last, p.LastRun})
	}
	return d.out.table([]string{"SCHEDULE", "WHEN", "NEXT", "LAST", "LAST RUN"}, rows)
}

func (d *deps) state(s app.RunState) string {
	switch s {
	case "failed":
		return colour(d.out.outColours, red, string(s))
	case "done":
		return colour(d.out.outColours, green, string(s))
	case "paused", "cancelled":
		return colour(d.out.outColours, yellow, string(s))
	}
	return string(s)
}

// lasted is how long a run took, or takes by now.
func lasted(r app.Run) string {
	if r.Started.IsZero() {
		return ""
	}
	end := r.Ended
	if end.IsZero() {
		end = time.Now()
	}
	return end.Sub(r.Started).Round(100 * time.Millisecond).String()
}

// oneRun takes the id of one run.
func oneRun(cmd *cobra.Command, args []string) error {
	return one(cmd, args, "the id of one run", "landbridge jobs ls lists them")
}

// page is one of a run's, without what it holds.
type page struct {
	Number   int64        `json:"number"`
	Kind     string       `json:"kind"`
	State    app.RunState `json:"state"`
	Attempts int64        `json:"attempts"`
	Worker   string       `json:"worker,omitempty"`
	Objects  int64        `json:"objects"`
	Bytes    int64        `json:"bytes"`
	Error    string       `json:"error,omitempty"`
}

func (d *deps) printPages(pages []page) error {
	var rows [][]string
	for _, p := range pages {
		rows = append(rows, []string{fmt.Sprint(p.Number), p.Kind, d.state(p.State), fmt.Sprint(p.Attempts), p.Worker, grouped(p.Objects), size(p.Bytes), p.Error})
	}
	_ = d.out.line("")
	return d.out.table([]string{"PAGE", "KIND", "STATE", "ATTEMPTS", "WORKER", "OBJECTS", "SIZE", "ERROR"}, rows)
}

func newJobsShowCommand(d *deps) *cobra.Command {
	var pages bool
	cmd := &cobra.Command{
		Use:     "show RUN",
		Short:   "Show a run: what was asked, how far it is, what it made",
		Example: "  landbridge jobs show 01M8540E43PX1WGXKJZ770J1SJ --pages",
		Args:    oneRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			return d.onBackup(cmd.Context(), func(b *app.Backup) error {
				run, err := b.Show(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				rows := []page{}
				if pages {
					for p, err := range b.Pages(cmd.Context(), run.ID) {
						if err != nil {
							return err
						}
						rows = append(rows, page{p.Number, p.Kind, p.State, p.Attempts, p.Worker, p.Totals.Objects, p.Totals.Bytes, p.Error})
					}
				}
				switch {
				case d.out.json && pages:
					return d.out.encode(map[string]any{"run": run, "pages": rows})
				case d.out.json:
					return d.out.encode(run)
				}
				if err := d.printRun(run); err != nil || !pages {
					return err
				}
				return d.printPages(rows)
			})
		},
	}
	cmd.Flags().BoolVar(&pages, "pages", false, "also each page: a run's pages are kept for a day after it is done")
	return cmd
}

func (d *deps) printRun(r app.Run) error {
	for _, l := range [][2]string{
		{"run", r.ID},
		{"act", r.Act + " of " + r.Dataset},
		{"state", d.state(r.State)},
		{"schedule", r.Schedule},
		{"asked", strings.TrimSpace(string(r.Spec))},
		{"began", when(r.Created)},
		{"took", lasted(r)},
		{"objects", fmt.Sprintf("%s of %s", grouped(r.Totals.Objects), grouped(max(r.Totals.PlannedObjects, r.Totals.Objects)))},
		{"bytes", fmt.Sprintf("%s of %s", size(r.Totals.Bytes), size(max(r.Totals.PlannedBytes, r.Totals.Bytes)))},
		{"pages", fmt.Sprintf("%d done, %d open, %d failed, of %d", r.Pages.Done, r.Pages.Open, r.Pages.Failed, r.Pages.Added)},
		{"error", r.Error},
		{"result", strings.TrimSpace(string(r.Result))},
	} {
		if l[1] != "" && l[1] != "{}" {
			if err := d.out.line("%-9s %s", l[0], l[1]); err != nil {
				return err
			}
		}
	}
	return nil
}

func newJobsControlCommand(d *deps, name, short, done string) *cobra.Command {
	return &cobra.Command{
		Use:     name + " RUN",
		Short:   short,
		Example: "  landbridge jobs " + name + " 01M8540E43PX1WGXKJZ770J1SJ",
		Args:    oneRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			return d.onBackup(cmd.Context(), func(b *app.Backup) error {
				if err := b.Control(cmd.Context(), name, args[0]); err != nil {
					return err
				}
				if d.out.json {
					return d.out.encode(map[string]string{"run": args[0], "state": done})
				}
				if name == "resume" || name == "retry" {
					d.out.hint("landbridge jobs work, or a landbridge serve that runs, goes on with it")
				}
				return d.out.line("run %s is %s", args[0], done)
			})
		},
	}
}

func newJobsWorkCommand(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:     "work",
		Short:   "Work on runs until interrupted: one of many workers on PostgreSQL",
		Example: "  landbridge jobs work --config landbridge.yaml",
		Long: "Work does the pages of runs, and keeps the schedules, until it is interrupted. On PostgreSQL any\n" +
			"number of workers on any machines share the runs; on SQLite one process works, which landbridge\n" +
			"serve is already.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := d.backup(cmd.Context(), "worker")
			if err != nil {
				return err
			}
			defer b.Close()
			d.out.progress("working; interrupt to end")
			return b.Serve(cmd.Context())
		},
	}
}
