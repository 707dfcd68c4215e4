package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

const (
	// mostBegun ends a page that takes its process with it each time, and so never fails.
	mostBegun = 200
	// lookAgain is when a task is looked at again whose page could not be begun.
	lookAgain = 5 * time.Second
)

// work begins the page of a task, has it handled, and writes what became of it. What it returns is River's business only.
func (e *Engine) work(ctx context.Context, id int64, t task) error {
	if !e.enter(id, t.place()) { // it was given up by us, and still runs
		return later(time.Second)
	}
	defer e.leave(id, t.place())
	j, err := e.begin(ctx, t)
	if err != nil {
		if codeOf(err) != CodeLost && ctx.Err() == nil {
			e.o.Log.WarnContext(ctx, "a page could not be begun", slog.String("page", t.place().String()), slog.String("error", err.Error()))
		}
		return later(lookAgain)
	}
	if j == nil {
		return nil
	}
	ctx, j.cancel = context.WithCancel(ctx)
	defer j.cancel()
	e.meet(j)
	return e.settle(ctx, j, e.handle(ctx, j))
}

// enter reserves a page for one goroutine of this process, and leave gives it up.
func (e *Engine) enter(id int64, p place) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, there := e.here[p]; there {
		return false
	}
	e.here[p], e.held[id] = nil, true
	return true
}

func (e *Engine) meet(j *Job) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.here[j.place()] = j
}

func (e *Engine) leave(id int64, p place) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.here, p)
	delete(e.held, id)
}

// begin takes the page of a task. It is nil when the task is out of date, and the error has CodeLost when another process that lives
// has the page. A page of a process that is dead, or that this process lost sight of, is taken over.
func (e *Engine) begin(ctx context.Context, t task) (j *Job, err error) {
	err = e.db.write(ctx, func(tx transaction) error {
		now := stamp(e.o.Clock())
		if _, err := tx.exec(ctx, `UPDATE runs SET state = 'running', started = $2 WHERE id = $1 AND state = 'queued'`, t.Run, now); err != nil {
			return err
		}
		p, there, err := selectOne(ctx, tx, scanBegun, `UPDATE pages SET state = 'running', worker = $4, attempts = attempts + 1, started = $5,
			excused = excused + CASE WHEN state = 'running' THEN 1 ELSE 0 END,
			planned_objects = 0, planned_bytes = 0, objects = 0, bytes = 0, retries = 0, damaged = 0
			WHERE run = $1 AND number = $2 AND ticket = $3
			AND (state = 'queued' OR state = 'running' AND (worker = $4 OR worker NOT IN (SELECT id FROM workers)))
			RETURNING `+pageColumns+`, excused`, t.Run, t.Page, t.Ticket, e.id, now)
		if err != nil {
			return err
		}
		if !there {
			return e.whyNot(ctx, tx, t)
		}
		run, _, err := selectOne(ctx, tx, scanRun, `SELECT `+runColumns+` FROM runs WHERE id = $1`, t.Run)
		j = &Job{Run: run, Page: p.Page, excused: p.excused, e: e}
		return err
	})
	if err != nil {
		return nil, broken(err)
	}
	return j, nil
}

type begun struct {
	Page
	excused int64
}

func scanBegun(r rows) (b begun, err error) {
	b.Page, err = scanPage(with{r, []any{&b.excused}})
	return b, err
}

// with scans further columns at the end of each row.
type with struct {
	rows
	more []any
}

func (w with) Scan(into ...any) error { return w.rows.Scan(append(into, w.more...)...) }

func (e *Engine) whyNot(ctx context.Context, tx transaction, t task) error {
	_, held, err := selectOne(ctx, tx, value[string], `SELECT worker FROM pages WHERE run = $1 AND number = $2 AND ticket = $3 AND state = 'running'`, t.Run, t.Page, t.Ticket)
	if err == nil && held {
		return lost(t.place())
	}
	return err
}

// handle calls the handler of the page's kind. A panic is an error like any other.
func (e *Engine) handle(ctx context.Context, j *Job) (err error) {
	if j.Page.Attempts > mostBegun {
		return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopJobs, Code: "page_never_ends", Text: "the page was begun 200 times and never ended: it takes its process with it"}
	}
	defer func() {
		if p := recover(); p != nil {
			e.o.Log.ErrorContext(ctx, "the handler of a page panicked", slog.String("page", j.place().String()), slog.String("kind", j.Page.Kind), slog.String("stack", string(debug.Stack())))
			err = fmt.Errorf("the handler of %s panicked: %v", j.Page.Kind, p)
		}
	}()
	return e.o.Kinds[j.Page.Kind].Handle(ctx, j)
}
