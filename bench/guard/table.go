package main

import (
	"fmt"
	"strings"
)

// table is a table in Markdown.
type table struct{ lines []string }

func newTable(head ...string) *table {
	t := &table{}
	t.row(head...)
	t.lines = append(t.lines, "|---|"+strings.Repeat("---:|", len(head)-1))
	return t
}

func (t *table) row(cells ...string) {
	t.lines = append(t.lines, "| "+strings.Join(cells, " | ")+" |")
}

func (t *table) print() { fmt.Println(strings.Join(t.lines, "\n")) }

// costs prints what each detector took: CPU time of the process without its start, with reading and writing JSON.
func costs(outcomes []outcome) {
	t := newTable("detector", "CPU us/text", "texts/s and core", "MB/s and core", "memory, MiB")
	for _, o := range outcomes {
		if o.held != nil || o.rows == 0 {
			continue
		}
		seconds := o.cpu.Seconds()
		t.row(o.name, fmt.Sprintf("%.1f", 1e6*seconds/float64(o.rows)), fmt.Sprintf("%.0f", float64(o.rows)/seconds),
			fmt.Sprintf("%.2f", float64(o.bytes)/1e6/seconds), fmt.Sprint(o.memory>>20))
	}
	t.print()
}
