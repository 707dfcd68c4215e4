package jobs

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// change is a transaction that has a run's row to itself. All that happens to a run and its pages happens in one: who completes the last
// page sees that it is the last. The row is locked before its pages, always, so that two changes never wait for each other.
type change struct {
	e   *Engine
	ctx context.Context //nolint:containedctx // it lives as long as the transaction
	tx  transaction
	run Run
	now time.Time
}

// change runs fn in a transaction, and writes the run back with what follows from fn: more pages in the queue, or the run's end.
func (e *Engine) change(ctx context.Context, id string, fn func(*change) error) error {
	err := e.db.write(ctx, func(tx transaction) error {
		run, there, err := selectOne(ctx, tx, scanRun, `SELECT `+runColumns+` FROM runs WHERE id = $1`+e.db.dialect().lock, id)
		if err != nil {
			return err
		}
		if !there {
			return notFound(id)
		}
		c := &change{e: e, ctx: ctx, tx: tx, run: run, now: e.o.Clock()}
		if err := fn(c); err != nil {
			return err
		}
		if err := c.follow(); err != nil {
			return err
		}
		return updateRun(ctx, tx, &c.run)
	})
	return broken(err)
}

func notFound(id string) error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopJobs, Code: CodeNotFound, Text: "there is no run " + quote(id), Hint: "landbridge jobs ls"}
}

// atMost is how many pages of a run are in River's hands when the run does not say. So a run of a million pages is paused and cancelled
// as fast as one of ten, and does not stand in the way of another.
const atMost = 1024

// follow draws the conclusions from the counts.
func (c *change) follow() error {
	run := &c.run
	if run.State.Ended() || run.State == Paused || run.State == Waiting {
		return nil
	}
	settled := run.Pages.Done+run.Pages.Failed == run.Pages.Added
	switch {
	case settled && run.Pages.Failed > 0:
		c.end(Failed)
	case settled && (run.last == "" || run.finishing):
		c.end(Done)
	case settled:
		run.finishing = true
		if err := c.add([]NewPage{{Kind: run.last}}); err != nil {
			return err
		}
		return c.fill()
	default:
		return c.fill()
	}
	return nil
}

func (c *change) end(s State) {
	c.run.State, c.run.Ended, c.run.told = s, c.now, s == Done // who completed the last page of a run that is done has said so
}

// fill moves waiting pages into the queue while there is room.
func (c *change) fill() error {
	most, low := c.run.parallel, c.run.parallel
	if most == 0 {
		most, low = atMost, atMost/2 // by many at once
	}
	waiting := c.run.Pages.Added - c.run.Pages.Done - c.run.Pages.Failed - c.run.Pages.Open
	if waiting == 0 || c.run.Pages.Open >= low {
		return nil
	}
	tasks, err := selectAll(c.ctx, c.tx, c.scanTask, `UPDATE pages SET state = 'queued', ticket = ticket + 1 WHERE run = $1 AND number IN
		(SELECT number FROM pages WHERE run = $1 AND state = 'waiting' ORDER BY number LIMIT $2) RETURNING number, ticket, kind`,
		c.run.ID, most-c.run.Pages.Open)
	if err != nil {
		return err
	}
	c.run.Pages.Open += int64(len(tasks))
	return c.tx.enqueue(c.ctx, tasks)
}

func (c *change) scanTask(r rows) (task, error) {
	t := task{Run: c.run.ID}
	return t, r.Scan(&t.Page, &t.Ticket, &t.kind)
}

// rowsAtOnce is how many pages one INSERT has.
const rowsAtOnce = 200

// add adds pages that wait.
func (c *change) add(pages []NewPage) error {
	for len(pages) > 0 {
		n := min(rowsAtOnce, len(pages))
		if err := c.insert(pages[:n]); err != nil {
			return err
		}
		pages = pages[n:]
	}
	return nil
}

func (c *change) insert(pages []NewPage) error {
	var sql strings.Builder
	sql.WriteString(`INSERT INTO pages (run, number, kind, body, result, state, ticket, attempts, excused, worker, error, started, ended, ` + totalsColumns + `) VALUES `)
	args := []any{c.run.ID}
	for i, p := range pages {
		if !kindName().MatchString(p.Kind) {
			return usage("jobs_kind", "the kind of page "+quote(p.Kind)+" is not lower case words joined by -")
		}
		if i > 0 {
			sql.WriteByte(',')
		}
		c.run.Pages.Added++
		args = append(args, c.run.Pages.Added, p.Kind, bytesOf(p.Body))
		n := len(args)
		sql.WriteString(`($1,$` + strconv.Itoa(n-2) + `,$` + strconv.Itoa(n-1) + `,$` + strconv.Itoa(n) + `,'','waiting',0,0,0,'','',0,0,0,0,0,0,0,0)`)
	}
	_, err := c.tx.exec(c.ctx, sql.String(), args...)
	return err
}

// bytesOf is never nil, which would be NULL.
func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// encode writes what a caller gives as JSON.
func encode(v any, what string) (json.RawMessage, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopJobs, Code: "jobs_json", Text: what + " cannot be written as JSON", Cause: err}
	}
	return b, nil
}
