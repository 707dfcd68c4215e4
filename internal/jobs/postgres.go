package jobs

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/landbridge/landbridge/internal/bridge"
)

// server is a PostgreSQL database. All tables are in a schema of their own.
type server struct {
	*enqueuer[pgx.Tx]
	bell
	pool     *pgxpool.Pool
	password string // to be kept out of errors
}

const schema = "landbridge_jobs"

// leastConns are needed: River listens on one and fetches on another, and a migration holds one while it uses a second.
const leastConns = 4

// migrating is the advisory lock under which processes migrate one after the other: "lbjobs" in ASCII.
const migrating = 0x6c626a6f6273

func openPostgres(ctx context.Context, address bridge.Secret) (database, error) {
	config, err := pgxpool.ParseConfig(address.Reveal())
	if err != nil { // it quotes the string
		return nil, usage("jobs_url", "the connection string of the job database is not understood: it is postgres://USER:PASSWORD@HOST/DATABASE or key=value pairs")
	}
	config.ConnConfig.RuntimeParams["search_path"] = schema
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "landbridge"
	}
	config.MaxConns = max(config.MaxConns, leastConns)
	s := &server{password: config.ConnConfig.Password}
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, s.plain(err)
	}
	s.enqueuer, err = newEnqueuer(riverpgxv5.New(s.pool))
	if err == nil {
		err = s.prepare(ctx)
	}
	if err != nil {
		s.pool.Close()
		return nil, s.plain(err)
	}
	return s, nil
}

// prepare migrates under a lock of the session, since River's migrations are transactions of their own.
func (s *server) prepare(ctx context.Context) error {
	if found, err := s.version(ctx); err != nil || found == version {
		return err
	}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(migrating)); err != nil {
		return err
	}
	defer func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(migrating))
	}()
	found, err := s.version(ctx)
	if err != nil || found == version {
		return err
	}
	if found == 0 {
		if err := s.makeSchema(ctx, conn); err != nil {
			return err
		}
	}
	if err := s.migrateRiver(ctx, nil); err != nil {
		return err
	}
	return s.write(ctx, func(tx transaction) error { return migrate(ctx, tx, found) })
}

// makeSchema makes the schema where it is missing: a role that may not make one can be given one.
func (s *server) makeSchema(ctx context.Context, conn *pgxpool.Conn) error {
	var missing bool
	if err := conn.QueryRow(ctx, `SELECT to_regnamespace($1) IS NULL`, schema).Scan(&missing); err != nil || !missing {
		return err
	}
	_, err := conn.Exec(ctx, `CREATE SCHEMA `+schema)
	return err
}

func (s *server) version(ctx context.Context) (int64, error) {
	if missing, _, err := selectOne(ctx, s, value[bool], `SELECT to_regclass('`+schema+`.schema_version') IS NULL`); err != nil || missing {
		return 0, err
	}
	found, _, err := selectOne(ctx, s, value[int64], `SELECT version FROM schema_version`)
	if err != nil {
		return 0, err
	}
	return found, checkVersion(found)
}

func (s *server) query(ctx context.Context, sql string, args ...any) (rows, error) {
	r, err := s.pool.Query(ctx, sql, args...)
	return serverRows{r}, s.plain(err)
}

func (s *server) write(ctx context.Context, fn func(transaction) error) error {
	defer s.ring()
	return s.plain(pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return fn(serverTx{tx, s.enqueuer}) }))
}

func (s *server) worker(c workerConfig) (worker, error) {
	return newWorker(riverpgxv5.New(s.pool), c)
}

// own has nothing to do: any number of processes share the work.
func (s *server) own() (func(), error) { return func() {}, nil }

func (s *server) dialect() dialect {
	return dialect{
		lock: ` FOR UPDATE`, skip: ` FOR UPDATE SKIP LOCKED`, now: `(extract(epoch FROM clock_timestamp()) * 1000000)::bigint`, holder: `attempted_by[array_upper(attempted_by, 1)]`,
	}
}

func (s *server) close() error {
	s.pool.Close()
	return nil
}

// plain is an error in the server's own words, with their code, or the network's. It never holds the password.
func (s *server) plain(err error) error {
	if err == nil || codeOf(err) != "" || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	text, code := err.Error(), ""
	if said, ok := errors.AsType[*pgconn.PgError](err); ok {
		text, code = said.Message+" (SQLSTATE "+said.Code+")", said.Code
	}
	if s.password != "" {
		text = strings.ReplaceAll(text, s.password, "[redacted]")
	}
	e := unreachable(errors.New(text))
	explainServer(e, code)
	return e
}

type serverTx struct {
	tx pgx.Tx
	*enqueuer[pgx.Tx]
}

func (t serverTx) query(ctx context.Context, sql string, args ...any) (rows, error) {
	r, err := t.tx.Query(ctx, sql, args...)
	return serverRows{r}, err
}

func (t serverTx) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	tag, err := t.tx.Exec(ctx, sql, args...)
	return tag.RowsAffected(), err
}

func (t serverTx) enqueue(ctx context.Context, tasks []task) error { return t.insert(ctx, t.tx, tasks) }

// serverRows closes as database/sql does.
type serverRows struct{ pgx.Rows }

func (r serverRows) Close() error {
	r.Rows.Close()
	return nil
}
