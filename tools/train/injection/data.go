package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
)

// row is one text of the labelled data, or one of the grammar's.
type row struct {
	ID     string `json:"id"`
	Source string `json:"source"`
	Kind   string `json:"kind"`
	Label  int    `json:"label"`
	Text   string `json:"text"`
	// Planted is the foreign text that was put into data; empty where it is not known.
	Planted string `json:"-"`
}

// evaluationOnly are the sources whose licence forbids that they train what ships.
var evaluationOnly = map[string]bool{"selfinstruct_seed": true}

func readRows(file string) ([]row, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var rows []row
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		var r row
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		rows = append(rows, r)
	}
	return rows, in.Err()
}

// corpus is the labelled data.
type corpus struct {
	rows  []row
	prose []string // of the data on personal names and on toxicity: neither prompts nor attacks, however rude
}

func readCorpus(dir string) (*corpus, error) {
	rows, err := readRows(filepath.Join(dir, "injection.jsonl"))
	if err != nil {
		return nil, err
	}
	c := &corpus{rows: rows}
	findPlanted(c.rows)
	for _, other := range []struct {
		file  string
		every int // row is taken
	}{{"pii.jsonl", 4}, {"toxicity.jsonl", 12}} {
		rows, err := readRows(filepath.Join(dir, other.file))
		if err != nil {
			return nil, err
		}
		for i := 0; i < len(rows); i += other.every {
			c.prose = append(c.prose, rows[i].Text)
		}
	}
	return c, nil
}

// findPlanted finds the foreign lines in data of a source that has the same data clean: the first that no clean row has.
func findPlanted(rows []row) {
	clean := map[string]bool{}
	for _, r := range rows {
		if r.Kind == "benign_context" {
			for line := range strings.Lines(r.Text) {
				clean[strings.TrimSpace(line)] = true
			}
		}
	}
	for i := range rows {
		if rows[i].Kind != "indirect" || !strings.HasPrefix(rows[i].Source, "bipia") {
			continue
		}
		for line := range strings.Lines(rows[i].Text) {
			if line = strings.TrimSpace(line); line != "" && !clean[line] && line != "```" {
				rows[i].Planted = line
				break
			}
		}
	}
}

// foldOf is the part of the data that a key belongs to, 0 to folds-1.
func foldOf(key string, folds int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key)) // never fails
	return int(h.Sum32()>>3) % folds
}

// contextKey names what data a row was made from: its longest line, as planted text is short.
func (r *row) contextKey() string {
	longest := ""
	for line := range strings.Lines(r.Text) {
		if len(line) > len(longest) {
			longest = line
		}
	}
	return longest[:min(len(longest), 60)]
}

// heldOut says whether a row tests a fold, and whether it trains the models that the fold is tested with. A row with a
// planted line tests the fold of its line, and trains only where its line and its data are both of other folds.
func (r *row) heldOut(fold, folds int) (test, train bool) {
	if !strings.HasPrefix(r.Source, "bipia") {
		in := foldOf(r.ID, folds) == fold
		return in, !in
	}
	context := foldOf(r.contextKey(), folds) == fold
	if r.Label == 0 {
		return context, !context
	}
	line := foldOf(r.Planted, folds) == fold
	return line, !line && !context
}
