package jobs

import (
	"context"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Start makes a run, and gives its id. One that another is in the way of waits for it, or is refused with CodeRunning and the id of the other.
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
		alone: n.Alone,
	}}
	if err := c.insertRun(n.Wait); err != nil {
		return "", err
	}
	if err := c.add([]NewPage{n.First}); err != nil {
		return "", err
	}
	if err := c.follow(); err != nil {
		return "", err
	}
	return c.run.ID, updateRun(ctx, tx, &c.run)
}

// insertRun inserts the run: under way, or waiting where that is allowed and another one is in its way.
func (c *change) insertRun(wait bool) error {
	made, err := c.tx.exec(c.ctx, insertRun, c.run.values()...)
	if err == nil && made == 0 && wait {
		c.run.State = Waiting
		made, err = c.tx.exec(c.ctx, insertRun, c.run.values()...)
	}
	if err != nil || made == 1 {
		return err
	}
	first, err := c.inTheWay(underWay + ", 'waiting'")
	if err == nil && first == nil {
		err = &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopJobs, Code: CodeDatabase, Retry: true, Text: "another run was in the way, and has ended by now"}
	}
	if err != nil {
		return err
	}
	return first.refusal()
}
