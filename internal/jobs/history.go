package jobs

import (
	"context"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// runningTotals is what the pages that are being worked on have done so far.
const runningTotals = `SELECT coalesce(sum(planned_objects), 0), coalesce(sum(planned_bytes), 0), coalesce(sum(objects), 0), coalesce(sum(bytes), 0),
	coalesce(sum(retries), 0), coalesce(sum(damaged), 0) FROM pages WHERE run = $1 AND state = 'running'`

// Show returns a run, with the progress of pages that are being worked on in its totals.
func (e *Engine) Show(ctx context.Context, id string) (Run, error) {
	run, there, err := selectOne(ctx, e.db, scanRun, `SELECT `+runColumns+` FROM runs WHERE id = $1`, id)
	if err != nil {
		return Run{}, broken(err)
	}
	if !there {
		return Run{}, notFound(id)
	}
	if !run.State.Ended() {
		live, _, err := selectOne(ctx, e.db, scanTotals, runningTotals, id)
		if err != nil {
			return Run{}, broken(err)
		}
		run.Totals.Add(live)
	}
	return run, nil
}

func scanTotals(r rows) (t Totals, err error) {
	err = r.Scan(t.columns()...)
	return t, err
}

// Query chooses runs. What is empty chooses all.
type Query struct {
	Act, Dataset string
	States       []State
	Before       string // only runs made before the one with this id
	Limit        int    // 100 when 0
}

// List returns runs, the newest first, without the progress of pages that are being worked on.
func (e *Engine) List(ctx context.Context, q Query) ([]Run, error) {
	where, args := []string{"id <> ''"}, []any{}
	add := func(condition string, v any) {
		args = append(args, v)
		where = append(where, condition+"$"+strconv.Itoa(len(args)))
	}
	if q.Act != "" {
		add("act = ", q.Act)
	}
	if q.Dataset != "" {
		add("dataset = ", q.Dataset)
	}
	if q.Before != "" {
		add("id < ", q.Before)
	}
	if len(q.States) > 0 {
		marks, states := list(len(args), q.States)
		args = append(args, states...)
		where = append(where, "state IN "+marks)
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 100
	}
	runs, err := selectAll(ctx, e.db, scanRun,
		`SELECT `+runColumns+` FROM runs WHERE `+strings.Join(where, " AND ")+` ORDER BY id DESC LIMIT `+strconv.Itoa(limit), args...)
	return runs, broken(err)
}

// pagesAtOnce is how many pages are held at once by an iteration.
const pagesAtOnce = 16

// Pages yields the pages of a run in these states, or in any, in the order of their numbers, some at a time.
func (e *Engine) Pages(ctx context.Context, run string, states ...State) iter.Seq2[Page, error] {
	condition := ""
	marks, names := list(2, states)
	if len(states) > 0 {
		condition = ` AND state IN ` + marks
	}
	sql := `SELECT ` + pageColumns + ` FROM pages WHERE run = $1 AND number > $2` + condition + ` ORDER BY number LIMIT ` + strconv.Itoa(pagesAtOnce)
	return func(yield func(Page, error) bool) {
		for after := int64(0); ; {
			pages, err := selectAll(ctx, e.db, scanPage, sql, append([]any{run, after}, names...)...)
			if err != nil {
				yield(Page{}, broken(err))
				return
			}
			for _, p := range pages {
				if after = p.Number; !yield(p, nil) {
					return
				}
			}
			if len(pages) < pagesAtOnce {
				return
			}
		}
	}
}

// How often a run that is watched is read at least, as others may work on it, and at most.
const (
	lookEvery  = 100 * time.Millisecond
	lookAtMost = 5 * time.Millisecond
)

// Watch yields a run now and whenever something of it has changed, until it has ended or ctx does.
func (e *Engine) Watch(ctx context.Context, id string) iter.Seq2[Run, error] {
	return func(yield func(Run, error) bool) {
		var last Run
		look := time.NewTicker(lookEvery)
		defer look.Stop()
		for {
			rung := e.db.rung()
			run, err := e.Show(ctx, id)
			if err != nil {
				yield(Run{}, err)
				return
			}
			changed := run.State != last.State || run.Totals != last.Totals || run.Pages != last.Pages
			if changed && !yield(run, nil) || run.State.Ended() {
				return
			}
			last = run
			select {
			case <-rung:
			case <-look.C:
			case <-ctx.Done():
			}
			if err := bridge.Wait(ctx, lookAtMost); err != nil {
				yield(Run{}, err)
				return
			}
		}
	}
}
