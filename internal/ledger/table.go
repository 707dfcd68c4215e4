package ledger

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// grantSQL counts a delta and grants as much as there is room for, in one row under its lock; so it is exact over all who
// ask. granted is what the latest statement granted: RETURNING sees the new row only.
const grantSQL = `
INSERT INTO landbridge.quota_windows AS q (key, quota, starts, ends, taken, granted)
SELECT $1::text, $2::text, $3::timestamptz, $4::timestamptz, known + room, room
FROM (SELECT greatest($5::bigint, 0) AS known) k, LATERAL (SELECT least(greatest($7::bigint - known, 0), $6::bigint) AS room) r
ON CONFLICT (key, quota, starts) DO UPDATE SET
	granted = least(greatest($7::bigint - greatest(q.taken + $5::bigint, 0), 0), $6::bigint),
	taken = greatest(q.taken + $5::bigint, 0) + least(greatest($7::bigint - greatest(q.taken + $5::bigint, 0), 0), $6::bigint)
RETURNING granted`

const cleanSQL = `DELETE FROM landbridge.quota_windows WHERE ends < $1`

// tableSQL makes what is missing, step by step: a role that may not make a schema can be given one.
var tableSQL = []struct{ missing, create string }{
	{`SELECT to_regnamespace('landbridge') IS NULL`, `CREATE SCHEMA landbridge`},
	{`SELECT to_regclass('landbridge.quota_windows') IS NULL`, `CREATE TABLE landbridge.quota_windows (
		key text NOT NULL, quota text NOT NULL, starts timestamptz NOT NULL, ends timestamptz NOT NULL,
		taken bigint NOT NULL, granted bigint NOT NULL, PRIMARY KEY (key, quota, starts))`},
	{`SELECT to_regclass('landbridge.quota_windows_ends') IS NULL`, `CREATE INDEX quota_windows_ends ON landbridge.quota_windows (ends)`},
}

// creating is the advisory lock under which replicas make the table one after the other: "landbrdg" in ASCII.
const creating = 0x6c616e6462726467

const (
	cleanEvery = 10 * time.Minute
	// keepFor is how long a window that has ended stays, for clocks that differ.
	keepFor = time.Hour
)

// prepare makes the table where it is missing.
func prepare(ctx context.Context, conn *pgx.Conn) error {
	var missing bool
	if err := conn.QueryRow(ctx, tableSQL[len(tableSQL)-1].missing).Scan(&missing); err != nil || !missing {
		return err
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(creating)); err != nil {
			return err
		}
		for _, step := range tableSQL {
			if err := tx.QueryRow(ctx, step.missing).Scan(&missing); err != nil {
				return err
			}
			if !missing {
				continue
			}
			if _, err := tx.Exec(ctx, step.create); err != nil {
				return err
			}
		}
		return nil
	})
}

// clean deletes windows that have long ended. Whoever comes first does it; a failure is the next round's to report.
func (l *Ledger) clean(ctx context.Context) {
	now := l.o.Clock()
	if l.conn == nil || now.Sub(l.cleaned) < cleanEvery {
		return
	}
	l.cleaned = now
	ctx, cancel := context.WithTimeout(ctx, roundTimeout)
	defer cancel()
	if _, err := l.conn.Exec(ctx, cleanSQL, now.Add(-keepFor)); err != nil {
		l.disconnect(ctx)
	}
}
