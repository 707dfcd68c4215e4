package jobs

import (
	"context"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Start makes a run, and gives its id. A second one of the same act and dataset is refused with CodeRunning and the id of the first.
func (e *Engine) Start(ctx context.Context, n NewRun) (id string, err error) {
	err = e.db.write(ctx, func(tx transaction) error {
		id, err = e.start(ctx, tx, n)
		return err
	})
	return id, broken(err)
}

func (e *Engine) start(ctx context.Context, tx transaction, n NewRun) (string, error) {
	if n.Act == "" || strings.ContainsAny(n.Act, " \t\n") || n.Parallel < 0 {
		return "", usage("jobs_run", "the run has no act of one word, or less than no parallel pages")
	}
	spec, err := encode(n.Spec, "the spec of the run")
	if err != nil {
		return "", err
	}
	now := e.o.Clock()
	c := &change{e: e, ctx: ctx, tx: tx, now: now, run: Run{
		ID: newID(now), Act: n.Act, Dataset: n.Dataset, Schedule: n.schedule, Spec: spec, State: Queued, Created: now, parallel: int64(n.Parallel), last: n.Last,
	}}
	made, err := tx.exec(ctx, insertRun, c.run.values()...)
	if err != nil {
		return "", err
	}
	if made == 0 {
		return "", refuseSecond(ctx, tx, n.Act, n.Dataset)
	}
	if err := c.add([]NewPage{n.First}); err != nil {
		return "", err
	}
	if err := c.fill(); err != nil {
		return "", err
	}
	return c.run.ID, updateRun(ctx, tx, &c.run)
}

// refuseSecond is an error where a run of the act and the dataset has not ended.
func refuseSecond(ctx context.Context, q querier, act, dataset string) error {
	first, there, err := selectOne(ctx, q, value[string], `SELECT id FROM runs WHERE dataset = $1 AND act = $2 AND state IN ('queued', 'running', 'paused')`, dataset, act)
	if err != nil || !there {
		return err
	}
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopJobs, Code: CodeRunning,
		Text: act + " of dataset " + quote(dataset) + " has not ended: run " + first,
		Hint: "landbridge jobs show " + first + ", or cancel it",
	}
}
