package jobs

import "context"

const remember = `INSERT INTO memories (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`

// Remember keeps a value under a key over the run's end, in the transaction of the page.
func (t *Tx) Remember(key string, value []byte) error {
	_, err := t.c.tx.exec(t.c.ctx, remember, key, bytesOf(value))
	return err
}

// Remember keeps a value under a key.
func (e *Engine) Remember(ctx context.Context, key string, value []byte) error {
	return broken(e.db.write(ctx, func(tx transaction) error {
		_, err := tx.exec(ctx, remember, key, bytesOf(value))
		return err
	}))
}

// Recall is what was remembered under a key, nil when nothing was.
func (e *Engine) Recall(ctx context.Context, key string) ([]byte, error) {
	b, _, err := selectOne(ctx, e.db, value[[]byte], `SELECT value FROM memories WHERE key = $1`, key)
	return b, broken(err)
}

// Value is what a run has put under a key, nil when nothing was.
func (e *Engine) Value(ctx context.Context, run, key string) ([]byte, error) {
	b, _, err := selectOne(ctx, e.db, value[[]byte], `SELECT value FROM run_values WHERE run = $1 AND key = $2 AND NOT sealed`, run, key)
	return b, broken(err)
}
