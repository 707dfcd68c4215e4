package jobs

import "context"

// Remember keeps a value under a key over the run's end, in the transaction of the page.
func (t *Tx) Remember(key string, value []byte) error {
	_, err := t.c.tx.exec(t.c.ctx, `INSERT INTO memories (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, bytesOf(value))
	return err
}

// Remember keeps a value under a key, if that still has the value before, nil of none. It does nothing where it has another.
func (e *Engine) Remember(ctx context.Context, key string, before, value []byte) error {
	sql, args := `INSERT INTO memories (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, []any{key, bytesOf(value)}
	if before != nil {
		sql, args = `UPDATE memories SET value = $2 WHERE key = $1 AND value = $3`, append(args, before)
	}
	return broken(e.db.write(ctx, func(tx transaction) error {
		_, err := tx.exec(ctx, sql, args...)
		return err
	}))
}

// Recall is what was remembered under a key, nil when nothing was.
func (e *Engine) Recall(ctx context.Context, key string) ([]byte, error) {
	b, _, err := selectOne(ctx, e.db, value[[]byte], `SELECT value FROM memories WHERE key = $1`, key)
	return b, broken(err)
}

// Put keeps a value of a run under a key, whoever has its pages.
func (e *Engine) Put(ctx context.Context, run, key string, value []byte) error {
	return broken(e.db.write(ctx, func(tx transaction) error { return putValue(ctx, tx, run, key, value, false) }))
}

func putValue(ctx context.Context, tx transaction, run, key string, value []byte, sealed bool) error {
	_, err := tx.exec(ctx, `INSERT INTO run_values (run, key, value, sealed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (run, key) DO UPDATE SET value = excluded.value, sealed = excluded.sealed`, run, key, bytesOf(value), sealed)
	return err
}

// Value is what a run has put under a key, nil when nothing was.
func (e *Engine) Value(ctx context.Context, run, key string) ([]byte, error) {
	b, _, err := selectOne(ctx, e.db, value[[]byte], `SELECT value FROM run_values WHERE run = $1 AND key = $2 AND NOT sealed`, run, key)
	return b, broken(err)
}
