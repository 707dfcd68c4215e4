package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/landbridge/landbridge/internal/measure"
)

// comparePersonalData prints what redactors leave standing, what they take that is nobody's, and where they say it is.
func comparePersonalData(o options) error {
	rows, err := o.rows("pii.jsonl")
	if err != nil {
		return err
	}
	prompts, err := o.benignPrompts()
	if err != nil {
		return err
	}
	labelled := len(rows)
	rows = append(rows, prompts...)
	node := []string{"redact-pii", "@redactpii/node", "@openredaction/openredaction", "compromise"}
	python := []string{"presidio, en_core_web_sm", "presidio, patterns only", "llm-guard Anonymize, patterns only"}
	outcomes, err := ask(o.detectors("pii", node, python), rows)
	if err != nil {
		return err
	}
	outcomes = withEveryType(rows, outcomes)
	fmt.Printf("\n### Personal data: values that are gone\n\n")
	gone(rows[:labelled], outcomes)
	fmt.Printf("\n### Personal data: texts that came out changed\n\n")
	changed(rows, labelled, outcomes)
	fmt.Printf("\n### Personal data: places\n\n")
	places(rows[:labelled], outcomes)
	fmt.Printf("\n### Personal data: cost\n\n")
	costs(outcomes)
	return nil
}

// withEveryType adds ours with what the profile standard leaves (places, organisations, dates and the like) taken too.
func withEveryType(rows []measure.Row, outcomes []outcome) []outcome {
	var out []outcome
	for _, o := range outcomes {
		out = append(out, o)
		if !strings.Contains(o.name, "landbridge") {
			continue
		}
		all := o
		all.name, all.rows, all.verdicts = o.name+", every type", 0, make([]*verdict, len(o.verdicts))
		for i, v := range o.verdicts {
			if v == nil {
				continue
			}
			masked := without(*rows[i].Text, v.Spans)
			all.verdicts[i] = &verdict{Masked: &masked, Spans: v.Spans}
			v.Spans = slices.DeleteFunc(slices.Clone(v.Spans), func(s span) bool { return s.Action == "keep" })
		}
		out = append(out, all)
	}
	return out
}

// without is a text with its spans taken out.
func without(text string, spans []span) string {
	runes, done := []rune(text), 0
	var out strings.Builder
	for _, s := range spans {
		if s.Start < done {
			continue
		}
		out.WriteString(string(runes[done:s.Start]) + "[]")
		done = s.End
	}
	out.WriteString(string(runes[done:]))
	return out.String()
}

// leastValues is how many labelled values a type needs for a column of its own.
const leastValues = 10

// gone prints the share of labelled values that do not stand in the text any more, by type, and of those of which no word
// does. A value counts as gone when any part of it is, which flatters redactors on long ones; the last column does not.
func gone(rows []measure.Row, outcomes []outcome) {
	sizes := map[string]int{}
	for _, r := range rows {
		for _, s := range r.Spans {
			sizes[columnOf(r, s)]++
		}
	}
	kinds := slices.DeleteFunc(slices.Sorted(maps.Keys(sizes)), func(k string) bool { return sizes[k] < leastValues })
	slices.SortFunc(kinds, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, "noisy"), strings.Count(b, "noisy")), cmp.Compare(a, b))
	})
	head := []string{"type (values)"}
	for _, o := range outcomes {
		head = append(head, o.name)
	}
	t := newTable(head...)
	tallies := make([]map[string]*measure.Rate, len(outcomes))
	for i, o := range outcomes {
		tallies[i] = goneBy(rows, o)
	}
	for _, k := range append(kinds, allValues, allWords) {
		name := k
		if n := sizes[k]; n > 0 {
			name = fmt.Sprintf("%s (%d)", k, n)
		}
		line := []string{name}
		for _, by := range tallies {
			line = append(line, percent(by[k], sizes[k]))
		}
		t.row(line...)
	}
	t.print()
}

const (
	allValues = "all"
	allWords  = "all, no word of it left"
)

// columnOf is a value's type; what people post in a hurry is apart.
func columnOf(r measure.Row, s measure.Span) string {
	if strings.HasPrefix(r.Source, "wnut") {
		return "noisy " + measure.Canonical(s.Type)
	}
	return measure.Canonical(s.Type)
}

func goneBy(rows []measure.Row, o outcome) map[string]*measure.Rate {
	by := map[string]*measure.Rate{}
	add := func(key string, hit bool) {
		if by[key] == nil {
			by[key] = &measure.Rate{}
		}
		by[key].Rows++
		if hit {
			by[key].Blocked++
		}
	}
	for i, r := range rows {
		v := o.verdicts[i]
		if v == nil || v.Masked == nil {
			continue
		}
		runes, before, after := []rune(*r.Text), words(*r.Text), words(*v.Masked)
		for _, s := range r.Spans {
			value := string(runes[s.Start:s.End])
			hit := !strings.Contains(*v.Masked, value)
			add(columnOf(r, s), hit)
			add(allValues, hit)
			whole := true
			for w, n := range words(value) {
				whole = whole && after[w] <= before[w]-n
			}
			add(allWords, whole)
		}
	}
	return by
}

// words counts the runs of letters and digits.
func words(text string) map[string]int {
	out := map[string]int{}
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		out[w]++
	}
	return out
}

// changed prints how many texts came out changed that should not.
func changed(rows []measure.Row, labelled int, outcomes []outcome) {
	t := newTable("redactor", "texts with no labelled value", "harmless prompts")
	for _, o := range outcomes {
		var clean, prompts measure.Rate
		for i, v := range o.verdicts {
			if v == nil || v.Masked == nil || len(rows[i].Spans) > 0 {
				continue
			}
			c := &prompts
			if i < labelled {
				c = &clean
			}
			c.Rows++
			if *v.Masked != *rows[i].Text {
				c.Blocked++
			}
		}
		t.row(o.name, share(clean), share(prompts))
	}
	t.print()
}

func share(r measure.Rate) string {
	if r.Rows == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %% of %d", 100*r.Share(), r.Rows)
}

// places prints how well each says where personal data stands, by source: once as of the right type, once as of any.
func places(rows []measure.Row, outcomes []outcome) {
	known := measure.Types(rows)
	var sources []string
	for s := range known {
		sources = append(sources, s)
	}
	slices.Sort(sources)
	t := newTable("detector", "source", "precision", "recall", "F1", "F2", "of any type: precision", "recall", "F1", "F2")
	for _, source := range sources {
		for _, o := range outcomes {
			var typed, free measure.Spans
			says := false
			for i, r := range rows {
				v := o.verdicts[i]
				if r.Source != source || v == nil {
					continue
				}
				found := make([]measure.Span, len(v.Spans))
				for j, s := range v.Spans {
					found[j] = s.Span
				}
				says = says || len(found) > 0
				typed.Add(r, found, false, known[source])
				r.Spans = ofAnyType(r.Spans, known[source])
				free.Add(r, ofAnyType(found, known[source]), false, map[string]bool{anyType: true})
			}
			if says {
				t.row(append([]string{o.name, source}, append(figures(typed.Total()), figures(free.Total())...)...)...)
			}
		}
	}
	t.print()
}

const anyType = "ANY"

// ofAnyType are the spans of types that the source labels, as of one type.
func ofAnyType(spans []measure.Span, known map[string]bool) []measure.Span {
	var out []measure.Span
	for _, s := range spans {
		if known[measure.Canonical(s.Type)] {
			out = append(out, measure.Span{Start: s.Start, End: s.End, Type: anyType})
		}
	}
	return out
}

func figures(c measure.Count) []string {
	var out []string
	for _, f := range []float64{c.Precision(), c.Recall(), c.F(1), c.F(2)} {
		out = append(out, fmt.Sprintf("%.3f", f))
	}
	return out
}
