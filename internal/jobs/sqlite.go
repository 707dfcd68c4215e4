package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/riverqueue/river/riverdriver/riversqlite"
	"modernc.org/sqlite"

	"github.com/landbridge/landbridge/internal/bridge"
)

// file is the database of one directory. River and our own tables share the one connection that writes: so a task is enqueued in the
// transaction that has the reason for it, and no two connections of this process wait for each other.
type file struct {
	*enqueuer[*sql.Tx]
	bell
	dir     string
	writing *sql.DB
	reading *sql.DB
}

// names in the directory.
const (
	fileName = "jobs.db"
	lockName = "jobs.lock"
)

func openSQLite(ctx context.Context, dir string) (database, error) {
	if dir == "" {
		return nil, usage("jobs_no_place", "the job engine has neither a directory nor a connection string")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopJobs, Code: CodeDatabase, Text: "the directory for jobs cannot be made", Hint: "make it writable for this user", Cause: err,
		}
	}
	f := &file{dir: dir}
	// SQLite makes files that all may read, in a directory that may have been there before us; its log and index get the rights of the database.
	db, err := os.OpenFile(filepath.Join(dir, fileName), os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		return nil, broken(err)
	}
	if f.writing, err = f.connect("_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate", 1); err != nil {
		return nil, broken(err)
	}
	if f.reading, err = f.connect("_pragma=query_only(1)", 4); err != nil {
		_ = f.writing.Close()
		return nil, broken(err)
	}
	f.enqueuer, err = newEnqueuer(riversqlite.New(f.writing))
	if err == nil {
		err = f.prepareSoon(ctx)
	}
	if err != nil {
		_ = f.close()
		return nil, broken(err)
	}
	return f, nil
}

func (f *file) connect(parameters string, most int) (*sql.DB, error) {
	address := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(filepath.Join(f.dir, fileName)), RawQuery: "_pragma=busy_timeout(5000)&" + parameters}
	connector, err := sqlite.NewConnector(address.String())
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most)
	return db, nil
}

// prepareSoon waits for another opener that migrates on a slow disk, longer than SQLite itself would.
func (f *file) prepareSoon(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	return persist(ctx, func() error { return broken(f.prepare(ctx)) })
}

// prepare migrates in one transaction, which also makes openers of a fresh directory take turns.
func (f *file) prepare(ctx context.Context) error {
	if found, err := f.version(ctx, fileConn{f.writing}); err != nil || found == version {
		return err
	}
	return f.write(ctx, func(tx transaction) error {
		found, err := f.version(ctx, tx)
		if err != nil || found == version {
			return err
		}
		if err := f.migrateRiver(ctx, tx.(fileTx).tx); err != nil {
			return err
		}
		return migrate(ctx, tx, found)
	})
}

func (f *file) version(ctx context.Context, q querier) (int64, error) {
	if _, there, err := selectOne(ctx, q, value[string], `SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'`); err != nil || !there {
		return 0, err
	}
	found, _, err := selectOne(ctx, q, value[int64], `SELECT version FROM schema_version`)
	if err != nil {
		return 0, err
	}
	return found, checkVersion(found)
}

func (f *file) query(ctx context.Context, sql string, args ...any) (rows, error) {
	return fileConn{f.reading}.query(ctx, sql, args...)
}

func (f *file) write(ctx context.Context, fn func(transaction) error) error {
	tx, err := f.writing.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(fileTx{fileConn{tx}, tx, f.enqueuer}); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	err = tx.Commit()
	f.ring()
	return err
}

func (f *file) worker(c workerConfig) (worker, error) {
	return newWorker(sqliteDriver{riversqlite.New(f.writing), &f.bell}, c)
}

func (f *file) own() (func(), error) { return lockFile(filepath.Join(f.dir, lockName)) }

func (f *file) dialect() dialect {
	return dialect{alone: true, now: `CAST(unixepoch('subsec') * 1000000 AS bigint)`, holder: `attempted_by ->> '$[#-1]'`}
}

func (f *file) close() error {
	err := f.reading.Close()
	if f.writing != nil {
		err = errors.Join(err, f.writing.Close())
	}
	return err
}

// fileConn runs our statements: SQLite has ?1 for $1, and blob for bytea.
type fileConn struct {
	c interface {
		QueryContext(ctx context.Context, sql string, args ...any) (*sql.Rows, error)
		ExecContext(ctx context.Context, sql string, args ...any) (sql.Result, error)
	}
}

func (c fileConn) query(ctx context.Context, sql string, args ...any) (rows, error) {
	r, err := c.c.QueryContext(ctx, inSQLite(sql), args...)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (c fileConn) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	r, err := c.c.ExecContext(ctx, inSQLite(sql), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func inSQLite(sql string) string {
	var b strings.Builder
	for i := range len(sql) {
		if sql[i] == '$' && i+1 < len(sql) && '1' <= sql[i+1] && sql[i+1] <= '9' {
			b.WriteByte('?')
			continue
		}
		b.WriteByte(sql[i])
	}
	return strings.ReplaceAll(b.String(), " bytea ", " blob ")
}

type fileTx struct {
	fileConn
	tx *sql.Tx
	*enqueuer[*sql.Tx]
}

func (t fileTx) enqueue(ctx context.Context, tasks []task) error {
	if err := t.insert(ctx, t.tx, tasks); err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
}
