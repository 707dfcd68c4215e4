package jobs

import (
	"context"
	"encoding/json"
)

const totalsColumns = `planned_objects, planned_bytes, objects, bytes, retries, damaged`

func (t *Totals) columns() []any {
	return []any{&t.PlannedObjects, &t.PlannedBytes, &t.Objects, &t.Bytes, &t.Retries, &t.Damaged}
}

func (t *Totals) values() []any {
	return []any{t.PlannedObjects, t.PlannedBytes, t.Objects, t.Bytes, t.Retries, t.Damaged}
}

const runColumns = `id, act, dataset, schedule, spec, state, parallel, last, finishing, added, open, done, failed, error, result, created, started, ended, alone, told, ` + totalsColumns

func scanRun(r rows) (Run, error) {
	var run Run
	var spec, result string
	var created, started, ended int64
	err := r.Scan(append([]any{
		&run.ID, &run.Act, &run.Dataset, &run.Schedule, &spec, &run.State, &run.parallel, &run.last, &run.finishing,
		&run.Pages.Added, &run.Pages.Open, &run.Pages.Done, &run.Pages.Failed, &run.Error, &result, &created, &started, &ended, &run.alone, &run.told,
	}, run.Totals.columns()...)...)
	run.Spec, run.Created, run.Started, run.Ended = json.RawMessage(spec), moment(created), moment(started), moment(ended)
	if result != "" {
		run.Result = json.RawMessage(result)
	}
	return run, err
}

// values in the order of runColumns.
func (run *Run) values() []any {
	return append([]any{
		run.ID, run.Act, run.Dataset, run.Schedule, string(run.Spec), string(run.State), run.parallel, run.last, run.finishing,
		run.Pages.Added, run.Pages.Open, run.Pages.Done, run.Pages.Failed, run.Error, string(run.Result), stamp(run.Created), stamp(run.Started), stamp(run.Ended), run.alone, run.told,
	}, run.Totals.values()...)
}

// insertRun does nothing where another run is in the way.
const insertRun = `INSERT INTO runs (` + runColumns + `) VALUES
	($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
	ON CONFLICT DO NOTHING`

// updateRun writes what changes of a run.
func updateRun(ctx context.Context, tx transaction, run *Run) error {
	_, err := tx.exec(ctx, `UPDATE runs SET state = $2, finishing = $3, added = $4, open = $5, done = $6, failed = $7,
		error = $8, result = $9, started = $10, ended = $11,
		planned_objects = $12, planned_bytes = $13, objects = $14, bytes = $15, retries = $16, damaged = $17, told = $18 WHERE id = $1`,
		append([]any{
			run.ID, string(run.State), run.finishing, run.Pages.Added, run.Pages.Open, run.Pages.Done, run.Pages.Failed,
			run.Error, string(run.Result), stamp(run.Started), stamp(run.Ended),
		}, append(run.Totals.values(), run.told)...)...)
	return err
}

const pageColumns = `number, kind, body, result, state, attempts, worker, error, started, ended, ` + totalsColumns

func scanPage(r rows) (Page, error) {
	var p Page
	var started, ended int64
	err := r.Scan(append([]any{&p.Number, &p.Kind, &p.Body, &p.Result, &p.State, &p.Attempts, &p.Worker, &p.Error, &started, &ended}, p.Totals.columns()...)...)
	p.Started, p.Ended = moment(started), moment(ended)
	return p, err
}
