package cli

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/landbridge/landbridge/internal/app"
)

func (d *deps) printEvaluation(e *app.Evaluation) error {
	if e.Spans != nil {
		return d.printSpans(e)
	}
	return d.printLabels(e)
}

func (d *deps) printSpans(e *app.Evaluation) error {
	head := []string{"TYPE", "LABELLED", "FOUND", "PRECISION", "RECALL", "F1", "F2"}
	var rows [][]string
	row := func(name string, c app.Count) {
		rows = append(rows, []string{name, strconv.Itoa(c.Gold), strconv.Itoa(c.Found), part(c.Precision()), part(c.Recall()), part(c.F(1)), part(c.F(2))})
	}
	for _, kind := range slices.Sorted(maps.Keys(e.Spans.ByType)) {
		row(kind, *e.Spans.ByType[kind])
	}
	row("all", e.Spans.Total())
	_ = d.out.table(head, rows)
	head[0], rows = "SOURCE", nil
	for _, source := range slices.Sorted(maps.Keys(e.Spans.BySource)) {
		row(source, *e.Spans.BySource[source])
	}
	_ = d.out.line("")
	_ = d.out.table(head, rows)
	_ = d.out.line("")
	_ = d.out.line("rows without personal data that masking changed: %s", of(e.Spans.Changed, e.Spans.Clean))
	return d.throughput(e)
}

func (d *deps) printLabels(e *app.Evaluation) error {
	head := []string{"ATTACKS OF", "ROWS", "BLOCKED", "RECALL"}
	if e.Check == app.CheckToxicity {
		head[0] = "HARM OF"
	}
	_ = d.out.table(head, rates(e.Labels.Attack, e.Labels.Attacks))
	_ = d.out.line("")
	_ = d.out.table([]string{"BENIGN OF", "ROWS", "BLOCKED", "FALSE POSITIVES"}, rates(e.Labels.Harmless, e.Labels.Benign))
	c := e.Labels.Count()
	_ = d.out.line("")
	_ = d.out.line("precision %s, recall %s, F1 %s, F2 %s", part(c.Precision()), part(c.Recall()), part(c.F(1)), part(c.F(2)))
	return d.throughput(e)
}

func rates(by map[string]*app.Rate, all app.Rate) [][]string {
	var rows [][]string
	add := func(name string, r app.Rate) {
		rows = append(rows, []string{name, strconv.Itoa(r.Rows), strconv.Itoa(r.Blocked), fmt.Sprintf("%.1f %%", 100*r.Share())})
	}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		add(name, *by[name])
	}
	add("all", all)
	return rows
}

func (d *deps) throughput(e *app.Evaluation) error {
	seconds := max(e.Took.Seconds(), 1e-9)
	return d.out.line("%s in %.2f s: %.0f rows/s, %.1f MB/s on one core", counted(e.Rows, "row"), e.Took.Seconds(), float64(e.Rows)/seconds, float64(e.Bytes)/1e6/seconds)
}

func part(f float64) string { return fmt.Sprintf("%.3f", f) }

func of(n, all int) string {
	if all == 0 {
		return "0 of 0"
	}
	return fmt.Sprintf("%d of %d, %.1f %%", n, all, 100*float64(n)/float64(all))
}
