package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/landbridge/landbridge/internal/mask/names"
	"github.com/landbridge/landbridge/internal/mask/names/tag"
	"github.com/landbridge/landbridge/internal/prompt"
)

// score counts what was found of one type.
type score struct{ gold, hit, found, right int }

// report is what a model does to rows that it has not learnt.
type report struct {
	types          [tag.Labels]score
	benign, harmed int
	examples       []string
}

// judge compares what a finder finds with what is there. A span counts as found if a finding of its type overlaps it, a
// finding as right if it overlaps a span of its type.
func judge(finder *names.Finder, rows []row, least float32) *report {
	out := &report{}
	var found []prompt.Finding
	for _, r := range rows {
		found = finder.Find(r.text, found[:0])
		var spans []span
		for _, f := range found {
			if f.Score >= least {
				spans = append(spans, span{f.Start, f.End, types[f.Type]})
			}
		}
		out.count(r, spans)
	}
	return out
}

func overlaps(s span, others []span) bool {
	for _, o := range others {
		if o.begin == s.begin && o.start < s.end && s.start < o.end {
			return true
		}
	}
	return false
}

func (p *report) count(r row, found []span) {
	harmed := false
	for _, f := range found {
		t := &p.types[f.begin]
		t.found++
		if overlaps(f, r.spans) {
			t.right++
		} else {
			p.example("+", r, f)
		}
		harmed = harmed || f.begin == tag.BeginPerson || f.begin == tag.BeginAddress
	}
	for _, s := range r.spans {
		t := &p.types[s.begin]
		t.gold++
		if overlaps(s, found) {
			t.hit++
		} else {
			p.example("-", r, s)
		}
	}
	if r.benign {
		p.benign++
		if harmed {
			p.harmed++
		}
	}
}

func (p *report) example(sign string, r row, s span) {
	around := r.text[max(0, s.start-40):s.start] + "[" + typeNames[s.begin] + ":" + r.text[s.start:s.end] + "]" + r.text[s.end:min(len(r.text), s.end+30)]
	p.examples = append(p.examples, sign+" "+strings.ReplaceAll(around, "\n", "\\n"))
}

var typeNames = map[tag.Label]string{
	tag.BeginPerson: "PERSON", tag.BeginAddress: "ADDRESS", tag.BeginPlace: "LOCATION",
	tag.BeginOrganization: "ORGANIZATION", tag.BeginNationality: "NRP", tag.BeginTitle: "TITLE",
}

// write writes the report; examples too, which must not leave the machine that holds the data.
func (p *report) write(w io.Writer, name string, examples bool) {
	fmt.Fprintf(w, "%s\n", name)
	for l := tag.BeginPerson; l < tag.Labels; l += 2 {
		if s := p.types[l]; s.gold > 0 {
			recall, precision := float64(s.hit)/float64(s.gold), float64(s.right)/float64(max(s.found, 1))
			f2 := 5 * precision * recall / max(4*precision+recall, 1e-9)
			fmt.Fprintf(w, "  %-13s %5d  recall %.3f  precision %.3f  F2 %.3f\n", typeNames[l], s.gold, recall, precision, f2)
		}
	}
	if p.benign > 0 {
		fmt.Fprintf(w, "  benign changed (person, address) %d of %d: %.2f %%\n", p.harmed, p.benign, 100*float64(p.harmed)/float64(p.benign))
	}
	if examples {
		fmt.Fprintln(w, strings.Join(p.examples, "\n"))
	}
}
