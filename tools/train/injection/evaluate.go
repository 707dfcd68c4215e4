package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/inspect/injection"
)

const folds = 4

// scored is a row with what models that did not learn from it say.
type scored struct {
	row
	whole, part float32 // log-odds
}

func run(dir, out string, leave bool) error {
	t, c, err := prepare(dir)
	if err != nil {
		return err
	}
	held := t.crossValidate(c)
	cuts := calibrate(held)
	fmt.Printf("cuts %.2f\n", cuts)
	report("held out, fold by fold", held, cuts)
	if leave {
		for _, group := range [][]string{{"bipia"}, {"purplellama"}, {"garak"}, {"selfreminder"}, {"awesome"}, {"mitre"}, {"arena"}, {"mt_bench", "vicuna"}} {
			t.leaveOut(c, group, cuts)
		}
	}
	if out == "" {
		return nil
	}
	models := t.train(c.mayTrain(func(row) bool { return true }), 99)
	models.Cut = cuts
	report("in sample", t.score(models, c.rows), cuts)
	return os.WriteFile(out, models.Append(nil), 0o600)
}

func prepare(dir string) (*trainer, *corpus, error) {
	g, err := readGrammar()
	if err != nil {
		return nil, nil, err
	}
	c, err := readCorpus(dir)
	if err != nil {
		return nil, nil, err
	}
	pieces, err := standardLibrary()
	if err != nil {
		return nil, nil, err
	}
	return newTrainer(g, c.prose, pieces, 1), c, nil
}

// crossValidate scores every row by models that did not learn from it.
func (t *trainer) crossValidate(c *corpus) []scored {
	var held []scored
	for f := range folds {
		var test []row
		for _, r := range c.rows {
			if in, _ := r.heldOut(f, folds); in {
				test = append(test, r)
			}
		}
		train := c.mayTrain(func(r row) bool {
			_, may := r.heldOut(f, folds)
			return may
		})
		held = append(held, t.score(t.train(train, uint64(f)), test)...)
	}
	return held
}

// mayTrain returns the rows that are wanted and whose licence allows it.
func (c *corpus) mayTrain(wanted func(row) bool) []row {
	var rows []row
	for _, r := range c.rows {
		if !evaluationOnly[r.Source] && wanted(r) {
			rows = append(rows, r)
		}
	}
	return rows
}

// leaveOut trains without some sources and measures on them.
func (t *trainer) leaveOut(c *corpus, group []string, cuts [3]float32) {
	in := func(r row) bool {
		return slices.ContainsFunc(group, func(p string) bool { return strings.HasPrefix(r.Source, p) })
	}
	models := t.train(c.mayTrain(func(r row) bool { return !in(r) }), 5)
	test := slices.DeleteFunc(slices.Clone(c.rows), func(r row) bool { return !in(r) })
	report("without "+strings.Join(group, ", "), t.score(models, test), cuts)
}

func (t *trainer) score(m *injection.Models, rows []row) []scored {
	out := make([]scored, len(rows))
	for i, r := range rows {
		reading := injection.Read(r.Text)
		out[i] = scored{row: r, whole: m.Whole(reading, t.attacks), part: -20}
		reading.Contexts(m.Said(reading, t.request, t.attacks), func(_ int, x []float32) {
			out[i].part = max(out[i].part, m.Foreign.Score(x))
		})
	}
	return out
}

// share is how much of the benign rows each kind of evidence may block before its margin is added. The margins, in
// log-odds, are for texts that are not like these: without a source's own rows in training, its benign prompts score
// higher (see the tables of leave-out).
const (
	share       = 0.003
	wholeMargin = 0.4
	partMargin  = 1.5
	dataMargin  = 1
)

// calibrate returns the log-odds at which the score is 0.5.
func calibrate(rows []scored) [3]float32 {
	var whole, part, data []float32
	for _, r := range rows {
		if r.Label == 0 {
			whole = append(whole, r.whole)
			part = append(part, r.part)
			if r.Kind == "benign_context" {
				data = append(data, r.part)
			}
		}
	}
	inData := max(quantile(data), 0) // below 0 the net itself says that a part belongs
	return [3]float32{quantile(whole) + wholeMargin, quantile(part) + partMargin, min(inData+dataMargin, quantile(part)+partMargin)}
}

func quantile(v []float32) float32 {
	slices.SortFunc(v, func(a, b float32) int { return cmp.Compare(b, a) })
	return v[int(float64(len(v))*share)]
}

// report prints, for each source, how many rows are blocked.
func report(title string, rows []scored, cuts [3]float32) {
	type count struct{ n, whole, part, both int }
	by := map[string]*count{}
	for _, r := range rows {
		for _, name := range []string{sourceOf(r.row), "= " + r.Kind} {
			c := by[name]
			if c == nil {
				c = &count{}
				by[name] = c
			}
			c.n++
			a, b := r.whole >= cuts[0], r.part >= cuts[1]
			if a {
				c.whole++
			}
			if b {
				c.part++
			}
			if a || b {
				c.both++
			}
		}
	}
	fmt.Printf("\n%s\n%-40s %6s %7s %7s %7s\n", title, "", "rows", "whole", "part", "either")
	for _, name := range slices.Sorted(maps.Keys(by)) {
		c := by[name]
		n := float64(c.n) / 100
		fmt.Printf("%-40s %6d %6.1f%% %6.1f%% %6.1f%%\n", name, c.n, float64(c.whole)/n, float64(c.part)/n, float64(c.both)/n)
	}
}

// sourceOf is a row's source and kind of attack, without the small differences.
func sourceOf(r row) string {
	if strings.HasPrefix(r.Source, "purplellama") {
		return "purplellama " + r.Kind
	}
	return r.Source
}
