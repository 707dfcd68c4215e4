package jobs

import (
	"context"
	"hash/fnv"
	"log/slog"
	"time"
)

// Schedule starts a run again and again.
type Schedule struct {
	Name string
	// When is a cron expression of five fields, @hourly, @daily, @weekly, @monthly, or @every DURATION.
	When string
	// Location is where the clock of a cron expression hangs; UTC when nil.
	Location *time.Location
	// Jitter spreads schedules that are due at the same time: this one is late by a part of it that depends on its name.
	Jitter time.Duration
	Run    NewRun
}

// Planned is a schedule as the database has it.
type Planned struct {
	Name    string
	When    string
	Next    time.Time
	Last    time.Time // zero when it was never due
	LastRun string    // the run that it made then; "" when the one before had not ended
}

// next is the time after now when a schedule is due.
func (s Schedule) next(now time.Time) (time.Time, error) {
	c, err := parseCron(s.When, s.Location)
	if err != nil {
		return time.Time{}, err
	}
	late := time.Duration(0)
	if s.Jitter > 0 {
		h := fnv.New64a()
		_, _ = h.Write([]byte(s.Name))
		late = time.Duration(h.Sum64() % uint64(s.Jitter))
	}
	return c.next(now.Add(-late)).Add(late), nil
}

// installSchedules puts the schedules of the options in the place of those that the database has. One that has not changed keeps the time
// when it is due next: so what was missed while nobody worked runs once.
func (e *Engine) installSchedules(ctx context.Context) error {
	now := e.o.Clock()
	return e.db.write(ctx, func(tx transaction) error {
		old, err := selectAll(ctx, tx, scanPlanned, `SELECT name, expression, next, last, last_run FROM schedules`+e.db.dialect().lock)
		if err != nil {
			return err
		}
		gone := map[string]string{}
		for _, p := range old {
			gone[p.Name] = p.When
		}
		for _, s := range e.o.Schedules {
			when, there := gone[s.Name]
			delete(gone, s.Name)
			if there && when == s.expression() {
				continue
			}
			next, err := s.next(now)
			if err != nil {
				return err
			}
			if _, err := tx.exec(ctx, `INSERT INTO schedules (name, expression, next, last, last_run) VALUES ($1, $2, $3, 0, '')
				ON CONFLICT (name) DO UPDATE SET expression = excluded.expression, next = excluded.next`, s.Name, s.expression(), stamp(next)); err != nil {
				return err
			}
		}
		for name := range gone {
			if _, err := tx.exec(ctx, `DELETE FROM schedules WHERE name = $1`, name); err != nil {
				return err
			}
		}
		return nil
	})
}

// expression is all on which the times depend.
func (s Schedule) expression() string {
	text := s.When
	if s.Location != nil {
		text += " " + s.Location.String()
	}
	if s.Jitter > 0 {
		text += " ~" + s.Jitter.String()
	}
	return text
}

// startDue starts the runs of schedules that are due. Who moves the time of a schedule on starts its run, in one transaction: so it is
// started once, however many processes look.
func (e *Engine) startDue(ctx context.Context) error {
	now := e.o.Clock()
	for _, s := range e.o.Schedules {
		due, there, err := selectOne(ctx, e.db, value[int64], `SELECT next FROM schedules WHERE name = $1 AND expression = $2 AND next <= $3`, s.Name, s.expression(), stamp(now))
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		next, err := s.next(now)
		if err != nil {
			return err
		}
		if err := e.startScheduled(ctx, s, due, next); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) startScheduled(ctx context.Context, s Schedule, due int64, next time.Time) error {
	return e.db.write(ctx, func(tx transaction) error {
		moved, err := tx.exec(ctx, `UPDATE schedules SET next = $3, last = $2 WHERE name = $1 AND next = $2`, s.Name, due, stamp(next))
		if err != nil || moved == 0 {
			return err
		}
		n := s.Run
		n.schedule = s.Name
		id, err := e.startNext(ctx, tx, n)
		if codeOf(err) == CodeRunning {
			e.o.Log.WarnContext(ctx, "a schedule is due while its last run has not ended", slog.String("schedule", s.Name), slog.String("error", err.Error()))
			err = nil
		}
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, `UPDATE schedules SET last_run = $2 WHERE name = $1`, s.Name, id)
		return err
	})
}

// startNext starts a schedule's run, which waits for those of other acts that are in its way. It does not wait for the run of the time before.
func (e *Engine) startNext(ctx context.Context, tx transaction, n NewRun) (string, error) {
	before, there, err := selectOne(ctx, tx, scanObstacle, `SELECT id, act, dataset FROM runs WHERE dataset = $1 AND act = $2 AND state IN (`+underWay+`, 'waiting')`, n.Dataset, n.Act)
	if err != nil {
		return "", err
	}
	if there {
		return "", before.refusal()
	}
	n.Wait = true
	return e.start(ctx, tx, n)
}

// Planned returns the schedules, by name.
func (e *Engine) Planned(ctx context.Context) ([]Planned, error) {
	all, err := selectAll(ctx, e.db, scanPlanned, `SELECT name, expression, next, last, last_run FROM schedules ORDER BY name`)
	return all, broken(err)
}

func scanPlanned(r rows) (p Planned, err error) {
	var next, last int64
	err = r.Scan(&p.Name, &p.When, &next, &last, &p.LastRun)
	p.Next, p.Last = moment(next), moment(last)
	return p, err
}
