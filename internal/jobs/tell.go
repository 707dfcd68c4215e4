package jobs

import (
	"context"
	"log/slog"
	"time"
)

// tellTimeout bounds one call of Options.Ended, and claim how long nobody else makes it.
const (
	tellTimeout = 30 * time.Second
	claim       = 2 * tellTimeout
)

// Tell calls Options.Ended for the runs of which that was not done yet.
func (e *Engine) Tell(ctx context.Context) error {
	if e.o.Ended == nil {
		return nil
	}
	untold, err := selectAll(ctx, e.db, scanRun, `SELECT `+runColumns+` FROM runs WHERE NOT told AND state IN ('failed', 'cancelled') AND telling < `+e.db.dialect().now)
	if err != nil {
		return broken(err)
	}
	for _, run := range untold {
		if err := e.tell(ctx, run); err != nil {
			return err
		}
	}
	return nil
}

// tell claims a run, so that one process tells of it, and says when it is told. An error of Ended leaves it to be told when the claim is over.
func (e *Engine) tell(ctx context.Context, run Run) error {
	now := e.db.dialect().now
	set := func(sql string, args ...any) (changed int64, err error) {
		err = e.db.write(ctx, func(tx transaction) error {
			changed, err = tx.exec(ctx, sql, append([]any{run.ID, stamp(run.Ended)}, args...)...)
			return err
		})
		return changed, broken(err)
	}
	// A run that was retried meanwhile has another end.
	claimed, err := set(`UPDATE runs SET telling = `+now+` + $3 WHERE id = $1 AND ended = $2 AND NOT told AND telling < `+now, claim.Microseconds())
	if err != nil || claimed == 0 {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	if err := e.o.Ended(bounded, run); err != nil {
		e.o.Log.WarnContext(ctx, "that a run has ended could not be told; it is tried again", slog.String("run", run.ID), slog.String("error", err.Error()))
		return nil
	}
	_, err = set(`UPDATE runs SET told = true, telling = 0 WHERE id = $1 AND ended = $2`)
	return err
}
