package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/measure"
)

func (o options) rows(name string) ([]measure.Row, error) {
	f, err := os.Open(filepath.Join(o.data, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var rows []measure.Row
	err = measure.Read(f, func(r measure.Row) error {
		if r.Line%max(o.every, 1) == 0 {
			rows = append(rows, r)
		}
		return nil
	})
	return rows, err
}

func attack(r measure.Row) bool { return r.Label != nil && *r.Label == 1 }

// of says whether a row is of one of the sources.
func of(r measure.Row, sources []string) bool {
	return slices.ContainsFunc(sources, func(s string) bool { return strings.HasPrefix(r.Source, s) })
}

// bytesOf is how much text there is.
func bytesOf(rows []measure.Row) int {
	n := 0
	for _, r := range rows {
		n += len(*r.Text)
	}
	return n
}
