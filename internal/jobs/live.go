package jobs

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

const (
	// glanceEvery is how often the runs that are being worked on are read: so soon is a Pause or a Cancel from elsewhere seen.
	glanceEvery = 500 * time.Millisecond
	flushEvery  = time.Second
	sweepEvery  = 10 * time.Minute
	dutyTimeout = 20 * time.Second
)

// Run works on pages until ctx ends: then no page is begun, those that run may go on for Options.Grace, and what has not ended by then
// is given back. On SQLite a second process is refused with CodeOwned and the id of the first.
func (e *Engine) Run(ctx context.Context) error {
	if len(e.o.Kinds) == 0 {
		return usage("jobs_kind", "the job engine has no kinds of pages to work on")
	}
	release, err := e.db.own()
	if err != nil {
		return err
	}
	defer release()
	if err := e.announce(ctx); err != nil {
		return broken(err)
	}
	if err := e.installSchedules(ctx); err != nil {
		return broken(err)
	}
	w, err := e.db.worker(workerConfig{id: e.id, kinds: e.o.Kinds, cooldown: e.o.FetchCooldown, grace: e.o.Grace, log: e.o.Log, work: e.work})
	if err == nil {
		err = w.Start(ctx)
	}
	if err != nil {
		return broken(err)
	}
	e.live(context.WithoutCancel(ctx), w.Stopped())
	return broken(e.depart(context.WithoutCancel(ctx)))
}

// live does what is to be done regularly, until the worker has stopped.
func (e *Engine) live(ctx context.Context, stopped <-chan struct{}) {
	var duties sync.WaitGroup
	defer duties.Wait()
	for _, d := range []struct {
		every time.Duration
		do    func(context.Context) error
	}{
		{e.o.RescueAfter / 3, e.beat},
		{glanceEvery, e.glance},
		{flushEvery, e.flush},
		{flushEvery, e.startDue},
		{sweepEvery, e.sweep},
	} {
		duties.Go(func() { e.regularly(ctx, d.every, d.do, stopped) })
	}
}

func (e *Engine) regularly(ctx context.Context, every time.Duration, do func(context.Context) error, stopped <-chan struct{}) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-stopped:
			return
		case <-tick.C:
			bounded, cancel := context.WithTimeout(ctx, dutyTimeout)
			if err := do(bounded); err != nil {
				e.o.Log.WarnContext(ctx, "the job engine could not do what it does regularly", slog.String("error", broken(err).Error()))
			}
			cancel()
		}
	}
}

// announce adds this process to the workers. Where it is the only one that may work, all others are dead, and what they had is taken
// over at once.
func (e *Engine) announce(ctx context.Context) error {
	if e.db.dialect().alone {
		err := e.db.write(ctx, func(tx transaction) error {
			_, err := tx.exec(ctx, `DELETE FROM workers`)
			return err
		})
		if err != nil {
			return err
		}
	}
	return e.beat(ctx)
}

// beat says that this process lives, strikes off those that have not said so, and gives what they had to others. River's own rescue
// goes by the time that a task takes, and so would come too late or too soon; this one goes by who has it.
func (e *Engine) beat(ctx context.Context) error {
	d := e.db.dialect()
	return e.db.write(ctx, func(tx transaction) error {
		if _, err := tx.exec(ctx, `INSERT INTO workers (id, seen) VALUES ($1, `+d.now+`) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen`, e.id); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `DELETE FROM workers WHERE seen < `+d.now+` - $1`, e.o.RescueAfter.Microseconds()); err != nil {
			return err
		}
		orphans, err := selectAll(ctx, tx, value[int64], `SELECT id FROM river_job WHERE state = 'running' AND `+d.holder+` NOT IN (SELECT id FROM workers)`+d.skip)
		if err != nil {
			return err
		}
		forgotten, err := e.forgotten(ctx, tx)
		if err != nil {
			return err
		}
		if orphans = append(orphans, forgotten...); len(orphans) == 0 {
			return nil
		}
		e.o.Log.WarnContext(ctx, "workers are gone, and what they had is begun anew", slog.Int("pages", len(orphans)))
		marks, args := list(0, orphans)
		_, err = tx.exec(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'running' AND id IN `+marks, args...)
		return err
	})
}

// forgotten are tasks that the database says this process has, two beats in a row, and that it has not: while the database was away,
// River could not write what became of them.
func (e *Engine) forgotten(ctx context.Context, tx transaction) (twice []int64, err error) {
	all, err := selectAll(ctx, tx, value[int64], `SELECT id FROM river_job WHERE state = 'running' AND `+e.db.dialect().holder+` = $1`, e.id)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	once := slices.DeleteFunc(all, func(id int64) bool { return e.held[id] })
	e.mu.Unlock()
	for _, id := range once {
		if slices.Contains(e.suspects, id) {
			twice = append(twice, id)
		}
	}
	e.suspects = once
	return twice, nil
}

// depart strikes this process off.
func (e *Engine) depart(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, dutyTimeout)
	defer cancel()
	return e.db.write(ctx, func(tx transaction) error {
		_, err := tx.exec(ctx, `DELETE FROM workers WHERE id = $1`, e.id)
		return err
	})
}

// jobs are those that are being worked on here.
func (e *Engine) jobs() []*Job {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := make([]*Job, 0, len(e.here))
	for _, j := range e.here {
		if j != nil {
			all = append(all, j)
		}
	}
	return all
}

// glance ends the contexts of pages whose run is no longer running.
func (e *Engine) glance(ctx context.Context) error {
	jobs := e.jobs()
	if len(jobs) == 0 {
		return nil
	}
	var ids []string
	for _, j := range jobs {
		ids = append(ids, j.Run.ID)
	}
	slices.Sort(ids)
	marks, args := list(0, slices.Compact(ids))
	stopped, err := selectAll(ctx, e.db, value[string], `SELECT id FROM runs WHERE state <> 'running' AND id IN `+marks, args...)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if slices.Contains(stopped, j.Run.ID) {
			j.cancel()
		}
	}
	return nil
}

// flush writes the progress of all pages that have made any.
func (e *Engine) flush(ctx context.Context) error {
	moved := map[string][]*Job{}
	for _, j := range e.jobs() {
		if j.progress() != j.flushed {
			moved[j.Run.ID] = append(moved[j.Run.ID], j)
		}
	}
	for run, jobs := range moved {
		if err := e.flushRun(ctx, run, jobs); err != nil {
			return err
		}
	}
	return nil
}

// flushRun locks the run first, as every change of more than one page does.
func (e *Engine) flushRun(ctx context.Context, run string, jobs []*Job) error {
	return e.db.write(ctx, func(tx transaction) error {
		if _, _, err := selectOne(ctx, tx, value[string], `SELECT id FROM runs WHERE id = $1`+e.db.dialect().lock, run); err != nil {
			return err
		}
		for _, j := range jobs {
			j.flushed = j.progress()
			_, err := tx.exec(ctx, `UPDATE pages SET planned_objects = $4, planned_bytes = $5, objects = $6, bytes = $7, retries = $8, damaged = $9
				WHERE run = $1 AND number = $2 AND attempts = $3 AND state = 'running'`,
				append([]any{run, j.Page.Number, j.Page.Attempts}, j.flushed.values()...)...)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// sweep forgets what need not be remembered.
func (e *Engine) sweep(ctx context.Context) error {
	now := e.o.Clock()
	return e.db.write(ctx, func(tx transaction) error {
		for _, s := range []struct {
			sql    string
			before time.Time
		}{
			{`DELETE FROM pages WHERE run IN (SELECT id FROM runs WHERE ended > 0 AND ended < $1 AND state IN ('done', 'cancelled'))`, now.Add(-e.o.KeepPages)},
			{`DELETE FROM run_values WHERE run IN (SELECT id FROM runs WHERE ended > 0 AND ended < $1 AND state IN ('done', 'cancelled'))`, now.Add(-e.o.KeepPages)},
			{`DELETE FROM pages WHERE run IN (SELECT id FROM runs WHERE ended > 0 AND ended < $1)`, now.Add(-e.o.Keep)},
			{`DELETE FROM run_values WHERE run IN (SELECT id FROM runs WHERE ended > 0 AND ended < $1)`, now.Add(-e.o.Keep)},
			{`DELETE FROM runs WHERE ended > 0 AND ended < $1`, now.Add(-e.o.Keep)},
		} {
			if _, err := tx.exec(ctx, s.sql, stamp(s.before)); err != nil {
				return err
			}
		}
		return nil
	})
}
