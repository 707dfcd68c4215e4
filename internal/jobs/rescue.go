package jobs

import (
	"context"
	"log/slog"
	"slices"
)

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
