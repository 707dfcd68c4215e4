package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
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
		if begin == tag.BeginPerson && s.End < len(at) && honorific(r.Text[at[s.Start]:at[s.End]]) {
			begin = tag.BeginTitle // as one source labels it, against the others
		}
		if ok && s.Start < s.End && s.End < len(at) {
			out.spans = append(out.spans, parts(r.Text, span{at[s.Start], at[s.End], begin})...)
		}
	}
	out.group = out.pattern()
	return out
}

// parts makes of an address its street, its places and its postcode. Some sources label them together, others apart; we
// learn the second.
func parts(text string, s span) []span {
	if s.begin != tag.BeginAddress {
		return []span{s}
	}
	out := []span{s}
	for i := s.start; i < s.end; i++ {
		if text[i] != '\n' && text[i] != ',' {
			continue
		}
		last := &out[len(out)-1]
		last.end = i
		if last.begin == tag.BeginPlace {
			out = append(out[:len(out)-1], postcode(text, *last)...)
		}
		begin := tag.BeginAddress
		if next := strings.TrimLeft(text[i+1:s.end], " \n,"); next != "" && !strings.ContainsAny(next[:1], "#0123456789") && !unit(next) {
			begin = tag.BeginPlace
		}
		for i+1 < s.end && strings.IndexByte(" \n,", text[i+1]) >= 0 {
			i++
		}
		out = append(out, span{i + 1, s.end, begin})
	}
	last := len(out) - 1
	if out[last].begin == tag.BeginPlace {
		out = append(out[:last], postcode(text, out[last])...)
	}
	return slices.DeleteFunc(out, func(s span) bool { return s.start >= s.end })
}

// unit says whether an address's line is that of a flat.
func unit(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	word = fold(strings.TrimRight(word, "."))
	return slices.Contains(list("unit"), word)
}

func honorific(word string) bool {
	return slices.Contains(list("honorific"), fold(strings.TrimRight(word, ".")))
}

// postcode parts a place from the number behind it.
func postcode(text string, place span) []span {
	word := strings.TrimRight(text[place.start:place.end], "0123456789- ")
	number := strings.TrimLeft(text[place.start+len(word):place.end], " ")
	return []span{
		{place.start, place.start + len(word), tag.BeginPlace},
		{place.end - len(number), place.end, tag.BeginAddress},
	}
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
