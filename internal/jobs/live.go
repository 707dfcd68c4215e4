package jobs

import (
	"context"
	"errors"
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
	quiet := context.WithoutCancel(ctx)
	w, err := e.open(ctx)
	if err != nil && ctx.Err() != nil {
		return broken(e.depart(quiet)) // it was to end before it had begun
	}
	if err != nil {
		return broken(err)
	}
	e.live(quiet, w.Stopped())
	return broken(errors.Join(e.Tell(quiet), e.depart(quiet)))
}

func (e *Engine) open(ctx context.Context) (worker, error) {
	if err := e.announce(ctx); err != nil {
		return nil, err
	}
	if err := e.installSchedules(ctx); err != nil {
		return nil, err
	}
	w, err := e.db.worker(workerConfig{id: e.id, kinds: e.o.Kinds, cooldown: e.o.FetchCooldown, grace: e.o.Grace, log: e.o.Log, work: e.work})
	if err != nil {
		return nil, err
	}
	return w, w.Start(ctx)
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
		{flushEvery, e.admit},
		{flushEvery, e.Tell},
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
