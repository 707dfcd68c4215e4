package jobs

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// database is what SQLite and PostgreSQL have in common. Statements are in the part of SQL that both speak, with parameters $1, $2, ...;
// times are microseconds since 1970, 0 for none.
type database interface {
	querier // what has been committed
	// write runs a transaction. fn uses nothing of the database but tx: SQLite has one connection for writing.
	write(ctx context.Context, fn func(tx transaction) error) error
	// rung is closed when this process has written next.
	rung() <-chan struct{}
	// worker makes what fetches tasks and gives them to w.
	worker(c workerConfig) (worker, error)
	// own makes sure that nobody else works where that is not possible, until release.
	own() (release func(), err error)
	// dialect is what the two do not have in common.
	dialect() dialect
	close() error
}

type querier interface {
	query(ctx context.Context, sql string, args ...any) (rows, error)
}

type transaction interface {
	querier
	exec(ctx context.Context, sql string, args ...any) (affected int64, err error)
	// enqueue wakes workers when the transaction is committed.
	enqueue(ctx context.Context, tasks []task) error
}

type rows interface {
	Next() bool
	Scan(into ...any) error
	Err() error
	Close() error
}

// dialect holds fragments of SQL.
type dialect struct {
	lock   string // at the end of a SELECT: nobody else changes its rows meanwhile
	skip   string // the same, without the rows that somebody else is changing
	now    string // the database's own time in microseconds
	holder string // the worker that fetched a row of river_job last
	alone  bool   // one process works at a time
}

// selectAll reads all rows.
func selectAll[T any](ctx context.Context, q querier, scan func(rows) (T, error), sql string, args ...any) (all []T, err error) {
	r, err := q.query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	for r.Next() {
		one, err := scan(r)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, r.Err()
}

// selectOne reads the first row; there says whether there was one.
func selectOne[T any](ctx context.Context, q querier, scan func(rows) (T, error), sql string, args ...any) (one T, there bool, err error) {
	all, err := selectAll(ctx, q, scan, sql, args...)
	if err != nil || len(all) == 0 {
		return one, false, err
	}
	return all[0], true, nil
}

// value scans rows of one column.
func value[T any](r rows) (v T, err error) {
	err = r.Scan(&v)
	return v, err
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// stamp and moment are a time as the database has it, and back.
func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// list is ($1, $2, ...) for some values, with numbers after those that are taken.
func list[T any](taken int, values []T) (marks string, args []any) {
	var b strings.Builder
	for i, v := range values {
		b.WriteString(",$" + strconv.Itoa(taken+i+1))
		args = append(args, v)
	}
	return "(" + strings.TrimPrefix(b.String(), ",") + ")", args
}
