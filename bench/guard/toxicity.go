package main

import (
	"fmt"
	"strings"

	"github.com/landbridge/landbridge/internal/measure"
)

// compareToxicity prints which harmful texts are blocked, and which harmless ones; prompts that harm nobody are asked too.
func compareToxicity(o options) error {
	rows, err := o.rows("toxicity.jsonl")
	if err != nil {
		return err
	}
	prompts, err := o.benignPrompts()
	if err != nil {
		return err
	}
	rows = append(rows, prompts...)
	outcomes, err := ask(o.detectors("toxicity", []string{"obscenity", "leo-profanity"}, []string{"alt-profanity-check", "better-profanity"}), rows)
	if err != nil {
		return err
	}
	fmt.Printf("\n### Toxicity: recall\n\n")
	rates(rows, outcomes, true, harmSuite)
	fmt.Printf("\n### Toxicity: false positives\n\n")
	rates(rows, outcomes, false, harmSuite)
	fmt.Printf("\n### Toxicity: cost\n\n")
	costs(outcomes)
	return nil
}

// harmSuite is a row's column: its source, and with tweets what they are.
func harmSuite(r measure.Row) string {
	source, _, _ := strings.Cut(r.Source, "_")
	switch {
	case r.Kind != "":
		return "prompts"
	case source == "davidson":
		return source + " " + r.Sub
	}
	return source
}

// benignPrompts are the harmless rows of the data on injection that are prompts, and not documents.
func (o options) benignPrompts() ([]measure.Row, error) {
	rows, err := o.rows("injection.jsonl")
	var out []measure.Row
	for _, r := range rows {
		if !attack(r) && r.Kind != "benign_context" {
			out = append(out, r)
		}
	}
	return out, err
}
