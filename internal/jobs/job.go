package jobs

import (
	"context"
	"iter"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Job is a page in the hands of a handler.
type Job struct {
	Run  Run // as it was when the page was begun
	Page Page

	e       *Engine
	excused int64 // attempts that do not count
	cancel  context.CancelFunc
	flushed Totals // of live, in the database; flush's alone

	mu   sync.Mutex
	live Totals
	done bool
}

func (j *Job) place() place { return place{j.Run.ID, j.Page.Number} }

// Progress adds to what is seen of the page while it is worked on, written about once a second. It ends with the attempt: what counts is
// what Tx.Complete is given.
func (j *Job) Progress(d Totals) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.live.Add(d)
}

func (j *Job) progress() Totals {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.live
}

func (j *Job) completed() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.done
}

// Tx runs a transaction on behalf of the page. It is refused with CodeLost or CodeDone, and nothing is written, when the page is no
// longer this handler's: so what a handler writes in a Tx is written once, also when the page is begun twice. fn uses nothing of the
// engine but tx.
func (j *Job) Tx(ctx context.Context, fn func(tx *Tx) error) error {
	completed := false
	err := j.e.change(ctx, j.Run.ID, func(c *change) error {
		if err := c.hold(j); err != nil {
			return err
		}
		tx := &Tx{c: c, j: j}
		if err := fn(tx); err != nil {
			return err
		}
		completed = tx.completed
		return nil
	})
	if err == nil && completed {
		j.mu.Lock()
		j.done = true
		j.mu.Unlock()
	}
	return err
}

// hold makes sure that the page is the job's until the end of the transaction.
func (c *change) hold(j *Job) error {
	held, err := c.tx.exec(c.ctx, `UPDATE pages SET worker = worker WHERE run = $1 AND number = $2 AND attempts = $3 AND state = 'running'`,
		j.Run.ID, j.Page.Number, j.Page.Attempts)
	if err != nil || held == 1 {
		return err
	}
	state, _, err := selectOne(c.ctx, c.tx, value[State], `SELECT state FROM pages WHERE run = $1 AND number = $2`, j.Run.ID, j.Page.Number)
	if err != nil {
		return err
	}
	if state == Done {
		return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopJobs, Code: CodeDone, Text: j.place().String() + " is already done"}
	}
	return lost(j.place())
}

// Tx is a transaction of a page that is being worked on.
type Tx struct {
	c         *change
	j         *Job
	completed bool
}

// Add adds pages to the run.
func (t *Tx) Add(pages ...NewPage) error { return t.c.add(pages) }

// Count adds to the totals of the run.
func (t *Tx) Count(d Totals) { t.c.run.Totals.Add(d) }

// Complete ends the page with what it made, and counts what it did. When it was the last one, the run goes on to its end in the same
// transaction.
func (t *Tx) Complete(result []byte, d Totals) error {
	t.completed = true
	t.c.run.Totals.Add(d)
	t.c.run.Pages.Done++
	t.c.run.Pages.Open--
	_, err := t.c.tx.exec(t.c.ctx, `UPDATE pages SET state = 'done', result = $3, error = '', ended = $4,
		planned_objects = $5, planned_bytes = $6, objects = $7, bytes = $8, retries = $9, damaged = $10 WHERE run = $1 AND number = $2`,
		append([]any{t.j.Run.ID, t.j.Page.Number, bytesOf(result), stamp(t.c.now)}, d.values()...)...)
	return err
}

// SetResult says what the run has made: what encoding/json writes of it.
func (t *Tx) SetResult(v any) error {
	b, err := encode(v, "the result of the run")
	t.c.run.Result = b
	return err
}

// Put keeps a value of the run under a key.
func (t *Tx) Put(key string, value []byte) error { return t.put(key, value, false) }

// PutSecret keeps a value that nobody may read without Options.Key.
func (t *Tx) PutSecret(key string, s bridge.Secret) error {
	sealed, err := t.c.e.seal.seal(t.j.Run.ID, key, []byte(s.Reveal()))
	if err != nil {
		return err
	}
	return t.put(key, sealed, true)
}

func (t *Tx) put(key string, value []byte, sealed bool) error {
	return putValue(t.c.ctx, t.c.tx, t.j.Run.ID, key, value, sealed)
}

// Drop forgets a value.
func (t *Tx) Drop(key string) error {
	_, err := t.c.tx.exec(t.c.ctx, `DELETE FROM run_values WHERE run = $1 AND key = $2`, t.j.Run.ID, key)
	return err
}

// Value returns what was put under a key, nil when nothing was.
func (j *Job) Value(ctx context.Context, key string) ([]byte, error) {
	return j.e.Value(ctx, j.Run.ID, key)
}

// Secret returns what was put under a key as a secret, the empty one when nothing was.
func (j *Job) Secret(ctx context.Context, key string) (bridge.Secret, error) {
	b, there, err := selectOne(ctx, j.e.db, value[[]byte], `SELECT value FROM run_values WHERE run = $1 AND key = $2 AND sealed`, j.Run.ID, key)
	if err != nil || !there {
		return bridge.Secret{}, broken(err)
	}
	plain, err := j.e.seal.open(j.Run.ID, key, b)
	return bridge.NewSecret(string(plain)), err
}

// Results yields the pages of the run that are done, in the order of their numbers, some at a time.
func (j *Job) Results(ctx context.Context) iter.Seq2[Page, error] {
	return j.e.Pages(ctx, j.Run.ID, Done)
}
