// Package jobs keeps the work that must outlive a process: runs over datasets, cut into pages that many workers share.
//
// A run and its pages enter and are done, also when every process that works on them is killed in between; what they made leaves as
// results and totals. They lie on SQLite in a directory, or on PostgreSQL for workers on many machines, under the same code. The row of
// a page is the truth, and is written in one transaction with all that follows from it; River only wakes workers. A page may be begun
// more than once, and is done once. The room must never know what a page means, never store a secret in the clear, and never log a body,
// a result or a connection string. River is not seen outside.
package jobs

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Options of an engine.
type Options struct {
	// Dir holds the database where URL is empty: SQLite, for one working process at a time, on a local disk.
	Dir string
	// URL is the connection string of a PostgreSQL database, for any number of processes.
	URL bridge.Secret
	// Key seals what is stored by Tx.PutSecret: 32 bytes, or none, and then secrets are refused.
	Key []byte

	Clock bridge.Clock
	Log   *slog.Logger
	// Worker is how this process is called in the history, such as HOST/PID; something random is added.
	Worker string

	// Kinds of pages that Run works on. A process leaves the kinds that it does not have to others.
	Kinds map[string]Kind
	// Schedules replace those that the database has when Run begins.
	Schedules []Schedule
	// Ended is called when a run has failed or was cancelled, wherever: by one process that runs or calls Tell, until it returns no error. Only
	// when a process dies in it, it is called again. What a run that is done has to say is said by its last page.
	Ended func(ctx context.Context, run Run) error

	// Grace is how long running pages may go on when Run is to end; 10 s when 0.
	Grace time.Duration
	// RescueAfter is how long a process is not heard of before its pages go to others; 30 s when 0. A process says that it lives
	// three times in that time, however long its pages take.
	RescueAfter time.Duration
	// FetchCooldown is the least time between two looks for work; 10 ms when 0. Pages per second are at most workers per cooldown.
	// A look without being told that there is work is made after a hundred of them.
	FetchCooldown time.Duration
	// Keep is how long runs are remembered after their end; 90 days when 0.
	Keep time.Duration
	// KeepPages is how long the pages of a run that is done or cancelled are kept; 24 h when 0. A failed run keeps its own as long as
	// itself, to be retried.
	KeepPages time.Duration
}

// Kind says how one kind of page is worked on.
type Kind struct {
	Handle Handler
	// Workers is how many pages of the kind this process works on at once; 1 when 0.
	Workers int
	// Timeout ends one attempt; 1 h when 0. It is not how a dead process is found: see Options.RescueAfter.
	Timeout time.Duration
	// Attempts is how often a page may fail before it has failed for good; 5 when 0. An attempt that a crash, a pause or a shutdown
	// has ended does not count.
	Attempts int
	// Backoff is the wait after the failure with this number, from 1; when nil 1 s, doubled each time up to 5 min, give or take a
	// fifth. What the error's RetryAfter says is waited for at least.
	Backoff func(failure int) time.Duration
}

// Handler works on one page. A nil error completes the page, unless the handler has completed it in a Job.Tx. An error is tried again
// as the page's Kind says; not so a bridge.Error that says Retry is false. When ctx ends the handler returns soon.
type Handler func(ctx context.Context, j *Job) error

// Engine keeps runs. Its methods may be called from many goroutines.
type Engine struct {
	o    Options
	id   string // of this engine among the workers
	seal sealer
	db   database

	mu   sync.Mutex
	here map[place]*Job // pages that are being worked on by this process; nil while they are being begun
	held map[int64]bool // River's tasks of these

	suspects []int64 // tasks that are held according to the database only; beat's alone
}

// place is where a page lies.
type place struct {
	run  string
	page int64
}

// kindName is what River takes for the name of a queue.
var kindName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9]*([_-][a-z0-9]+)*$`) })

// Open opens the database, and makes or migrates its tables. What it returns enqueues, reads and controls; Run works.
func Open(ctx context.Context, o Options) (*Engine, error) {
	o = o.withDefaults()
	for _, name := range slices.Sorted(maps.Keys(o.Kinds)) {
		if !kindName().MatchString(name) || len(name) > 64 {
			return nil, usage("jobs_kind", "the kind of page "+quote(name)+" is not lower case words joined by -")
		}
	}
	seal, err := newSealer(o.Key)
	if err != nil {
		return nil, err
	}
	e := &Engine{o: o, id: workerID(o), seal: seal, here: map[place]*Job{}, held: map[int64]bool{}}
	if o.URL.Empty() {
		e.db, err = openSQLite(ctx, o.Dir)
	} else {
		e.db, err = openPostgres(ctx, o.URL)
	}
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Close closes the database. Run must have ended.
func (e *Engine) Close() error { return e.db.close() }

func (o Options) withDefaults() Options {
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	o.Grace = cmp.Or(o.Grace, 10*time.Second)
	o.RescueAfter = cmp.Or(o.RescueAfter, 30*time.Second)
	o.FetchCooldown = cmp.Or(o.FetchCooldown, 10*time.Millisecond)
	o.Keep = cmp.Or(o.Keep, 90*24*time.Hour)
	o.KeepPages = cmp.Or(o.KeepPages, 24*time.Hour)
	o.Kinds = maps.Clone(o.Kinds)
	for name, k := range o.Kinds {
		k.Workers = cmp.Or(k.Workers, 1)
		k.Timeout = cmp.Or(k.Timeout, time.Hour)
		k.Attempts = cmp.Or(k.Attempts, 5)
		if k.Backoff == nil {
			k.Backoff = backoff
		}
		o.Kinds[name] = k
	}
	return o
}
