package main

import (
	"bytes"
	_ "embed" // the peers' scripts
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/landbridge/landbridge/internal/measure"
)

// How peers are asked: ours, a few lines each. They read texts and write verdicts, a line each.
var (
	//go:embed peers/npm.mjs
	npm string
	//go:embed peers/pypi.py
	pypi string
)

// detector is a program that reads {"text"} and writes a verdict, line by line.
type detector struct {
	name string
	argv []string
	dir  string
	peer bool     // may be missing
	held []string // the sources that this build has not learnt from; nil: it is asked about every row
}

// verdict is what a detector says of one text.
type verdict struct {
	Blocked bool    `json:"blocked"`
	Masked  *string `json:"masked"` // nil: the detector only says where
	Spans   []span  `json:"spans"`
}

type span struct {
	measure.Span

	Action string `json:"action"` // ours: keep is what the profile leaves
}

// outcome is a detector's verdicts, nil where it was not asked, and what they cost.
type outcome struct {
	detector
	verdicts []*verdict
	rows     int           // that it was asked about
	bytes    int           // of their text
	cpu      time.Duration // without the start
	memory   int64         // at most, in bytes
}

// detectors are ours and the peers named for a check. ours is the shipped build, and after it the held-out ones.
func (o options) detectors(check string, node, python []string) []detector {
	out := []detector{{name: "**landbridge**", argv: []string{o.landbridge, "guard", "scan", "--check", check}}}
	for _, h := range o.held {
		out = append(out, detector{name: heldName, argv: []string{h.binary, "guard", "scan", "--check", check}, held: h.sources})
	}
	for _, name := range node {
		if o.node != "" && strings.Contains(name, o.peers) {
			out = append(out, detector{name: name, argv: []string{"node", "--input-type=module", "--eval", npm, name}, dir: o.node, peer: true})
		}
	}
	for _, name := range python {
		if o.python != "" && strings.Contains(name, o.peers) {
			out = append(out, detector{name: name, argv: []string{o.python, "-c", pypi, name}, peer: true})
		}
	}
	return out
}

const heldName = "landbridge, source held out"

// ask runs every detector over the rows, one after the other. Builds with sources held out become one outcome.
func ask(detectors []detector, rows []measure.Row) ([]outcome, error) {
	var out []outcome
	for _, d := range detectors {
		var mine []measure.Row
		var at []int
		for i, r := range rows {
			if d.held == nil || of(r, d.held) {
				mine, at = append(mine, r), append(at, i)
			}
		}
		if len(mine) == 0 {
			continue
		}
		found, err := d.run(mine)
		if err != nil {
			if !d.peer {
				return nil, err
			}
			fmt.Fprintf(os.Stderr, "left out: %v\n", err)
			continue
		}
		if last := len(out) - 1; d.held == nil || out[last].name != heldName {
			found.verdicts = spread(found.verdicts, at, make([]*verdict, len(rows)))
			out = append(out, found)
		} else {
			spread(found.verdicts, at, out[last].verdicts)
		}
	}
	return out, nil
}

func spread(verdicts []*verdict, at []int, into []*verdict) []*verdict {
	for i, v := range verdicts {
		into[at[i]] = v
	}
	return into
}

// run asks a detector about rows. Its start is measured by a run over the first row alone, and taken off.
func (d detector) run(rows []measure.Row) (outcome, error) {
	_, start, _, err := d.once(rows[:1])
	if err != nil {
		return outcome{}, err
	}
	verdicts, cpu, memory, err := d.once(rows)
	return outcome{detector: d, verdicts: verdicts, rows: len(rows), bytes: bytesOf(rows), cpu: max(cpu-start, 1), memory: memory}, err
}

func (d detector) once(rows []measure.Row) ([]*verdict, time.Duration, int64, error) {
	var in, out, stderr bytes.Buffer
	lines := json.NewEncoder(&in)
	for _, r := range rows {
		if err := lines.Encode(struct {
			Text string `json:"text"`
		}{*r.Text}); err != nil {
			return nil, 0, 0, err
		}
	}
	c := exec.Command(d.argv[0], d.argv[1:]...)
	c.Stdin, c.Stdout, c.Stderr, c.Dir = &in, &out, &stderr, d.dir
	if err := c.Run(); err != nil {
		return nil, 0, 0, fmt.Errorf("%s: %w: %s", d.name, err, lastLine(stderr.String()))
	}
	verdicts := make([]*verdict, 0, len(rows))
	for r := json.NewDecoder(&out); r.More(); {
		v := &verdict{}
		if err := r.Decode(v); err != nil {
			return nil, 0, 0, fmt.Errorf("%s: verdict %d: %w", d.name, len(verdicts)+1, err)
		}
		verdicts = append(verdicts, v)
	}
	if len(verdicts) != len(rows) {
		return nil, 0, 0, fmt.Errorf("%s wrote %d verdicts on %d texts", d.name, len(verdicts), len(rows))
	}
	usage := c.ProcessState.SysUsage().(*syscall.Rusage)
	return verdicts, c.ProcessState.UserTime() + c.ProcessState.SystemTime(), usage.Maxrss << 10, nil
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}
