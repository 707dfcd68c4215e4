package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/landbridge/landbridge/internal/mask/names/tag"
)

// span is a labelled part of a text, in bytes; begin is the label of its first token.
type span struct {
	start, end int
	begin      tag.Label
}

// row is a text to learn from or to judge by.
type row struct {
	source, group, text string
	spans               []span
	noise               bool // generated: may be written in other cases
	benign              bool
}

// types says what the data sets' types are to us. What is not listed is Outside.
var types = map[string]tag.Label{
	"PERSON":  tag.BeginPerson,
	"ADDRESS": tag.BeginAddress, "STREET_ADDRESS": tag.BeginAddress,
	"LOCATION": tag.BeginPlace, "GPE": tag.BeginPlace,
	"ORGANIZATION": tag.BeginOrganization, "CORPORATION": tag.BeginOrganization, "GROUP": tag.BeginOrganization,
	"NRP":   tag.BeginNationality,
	"TITLE": tag.BeginTitle, "PREFIX": tag.BeginTitle,
}

// unseen are sources that train nothing that ships: their licence forbids it.
var unseen = map[string]bool{"selfinstruct_seed": true}

// read reads the rows of a data directory: pii.jsonl, and the benign prompts of injection.jsonl. Mail and tables of the
// latter are full of names that nobody labelled: they are no rows.
func read(dir string) ([]row, error) {
	var rows []row
	err := each(filepath.Join(dir, "pii.jsonl"), func(r record) { rows = append(rows, r.row()) })
	if err != nil {
		return nil, err
	}
	err = each(filepath.Join(dir, "injection.jsonl"), func(r record) {
		if r.Label == 0 && !strings.HasPrefix(r.Source, "bipia_") {
			b := r.row()
			b.benign = true
			rows = append(rows, b)
		}
	})
	return rows, err
}

// record is a line of the data's format. Its spans count code points.
type record struct {
	Source, Group, Text string
	Label               int
	Spans               []struct {
		Start, End int
		Type       string
	}
}

func each(path string, do func(record)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		var r record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return fmt.Errorf("%s line %d: %w", path, n, err)
		}
		do(r)
	}
	return lines.Err()
}

func (r record) row() row {
	at := make([]int, 0, len(r.Text)+1) // byte of each code point
	for i := range r.Text {
		at = append(at, i)
	}
	at = append(at, len(r.Text))
	out := row{source: r.Source, text: r.Text}
	for _, s := range r.Spans {
		begin, ok := types[s.Type]
		if ok && s.Start < s.End && s.End < len(at) {
			out.spans = append(out.spans, span{at[s.Start], at[s.End], begin})
		}
	}
	out.group = out.pattern()
	return out
}

// pattern is the text without what its spans hold: rows made from one template have one pattern, whatever their source.
func (r row) pattern() string {
	var b strings.Builder
	from := 0
	for _, s := range r.spans {
		if s.start >= from {
			b.WriteString(r.text[from:s.start] + "_")
			from = s.end
		}
	}
	b.WriteString(r.text[from:])
	digits := func(c rune) rune {
		if '0' <= c && c <= '9' {
			return -1
		}
		return c
	}
	return strings.ToLower(strings.Join(strings.Fields(strings.Map(digits, b.String())), " "))
}
