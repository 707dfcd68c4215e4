package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/measure"
)

// compareInjection prints which attacks are caught and which harmless texts are blocked.
func compareInjection(o options) error {
	rows, err := o.rows("injection.jsonl")
	if err != nil {
		return err
	}
	peers := []string{"llm_guardrail 2.1.2 injection", "llm_guardrail 2.1.2 jailbreak", "llm_guardrail 2.1.2 either", "@andersmyrmel/vard"}
	outcomes, err := ask(o.detectors("injection", peers, nil), rows)
	if err != nil {
		return err
	}
	fmt.Printf("### Injection: recall\n\n")
	rates(rows, outcomes, true, attackSuite)
	fmt.Printf("\n### Injection: false positives\n\n")
	rates(rows, outcomes, false, benignSuite)
	fmt.Printf("\n### Injection: cost\n\n")
	costs(outcomes)
	return nil
}

// attackSuite is a row's column: data with a foreign line by what the data is, other attacks by their kind.
func attackSuite(r measure.Row) string {
	if source, ok := strings.CutPrefix(r.Source, "bipia_"); ok {
		data, _, _ := strings.Cut(source, "_")
		return "in " + data
	}
	if strings.HasPrefix(r.Source, "purplellama") {
		return "PurpleLlama " + r.Kind
	}
	return r.Kind
}

func benignSuite(r measure.Row) string { return strings.ReplaceAll(r.Kind, "_", " ") }

// rates prints the share of rows that each detector blocks, by suite; label says whether of the attacks.
func rates(rows []measure.Row, outcomes []outcome, label bool, suite func(measure.Row) string) {
	sizes := map[string]int{}
	for _, r := range rows {
		if attack(r) == label {
			sizes[suite(r)]++
		}
	}
	var suites []string
	for s := range sizes {
		suites = append(suites, s)
	}
	slices.Sort(suites)
	head := []string{"detector"}
	for _, s := range suites {
		head = append(head, fmt.Sprintf("%s (%d)", s, sizes[s]))
	}
	t := newTable(append(head, "all")...)
	for _, o := range outcomes {
		by := map[string]*measure.Rate{}
		var all measure.Rate
		for i, v := range o.verdicts {
			if v == nil || attack(rows[i]) != label {
				continue
			}
			s := suite(rows[i])
			if by[s] == nil {
				by[s] = &measure.Rate{}
			}
			for _, r := range []*measure.Rate{by[s], &all} {
				r.Rows++
				if v.Blocked {
					r.Blocked++
				}
			}
		}
		line := []string{o.name}
		for _, s := range suites {
			line = append(line, percent(by[s], sizes[s]))
		}
		t.row(append(line, percent(&all, 0))...)
	}
	t.print()
}

// percent is a rate; of says how many there are, where not all were asked.
func percent(r *measure.Rate, of int) string {
	switch {
	case r == nil || r.Rows == 0:
		return "–"
	case of > 0 && r.Rows < of:
		return fmt.Sprintf("%.1f %% of %d", 100*r.Share(), r.Rows)
	}
	return fmt.Sprintf("%.1f %%", 100*r.Share())
}
