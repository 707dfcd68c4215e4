package kubeapi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// requirement is one term of a label selector.
type requirement struct {
	key, operator string // =, !=, in, notin, exists, !
	values        []string
}

type selector []requirement

var (
	setTerm   = bridge.FormOf(`^([A-Za-z0-9._/-]+)\s+(in|notin)\s*\(([^()]*)\)$`)
	equalTerm = bridge.FormOf(`^([A-Za-z0-9._/-]+)\s*(==|=|!=)\s*([A-Za-z0-9._-]*)$`)
	nameTerm  = bridge.FormOf(`^(!?)\s*([A-Za-z0-9._/-]+)$`)
)

// parseSelector reads Kubernetes' label selectors: terms that must all be true, separated by commas.
func parseSelector(text string) (selector, error) {
	var out selector
	for _, term := range terms(text) {
		if part := setTerm().FindStringSubmatch(term); part != nil {
			var values []string
			for value := range strings.SplitSeq(part[3], ",") {
				values = append(values, strings.TrimSpace(value))
			}
			out = append(out, requirement{part[1], part[2], values})
		} else if part := equalTerm().FindStringSubmatch(term); part != nil {
			operator := part[2]
			if operator == "==" {
				operator = "="
			}
			out = append(out, requirement{part[1], operator, []string{part[3]}})
		} else if part := nameTerm().FindStringSubmatch(term); part != nil {
			operator := "exists"
			if part[1] == "!" {
				operator = "!"
			}
			out = append(out, requirement{key: part[2], operator: operator})
		} else {
			return nil, fmt.Errorf("found %q, expected a label selector", term)
		}
	}
	return out, nil
}

// terms splits at the commas outside of parentheses.
func terms(text string) []string {
	var out []string
	depth, start := 0, 0
	for i, r := range text + "," {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				if term := strings.TrimSpace(text[start:min(i, len(text))]); term != "" {
					out = append(out, term)
				}
				start = i + 1
			}
		}
	}
	if depth != 0 {
		out = append(out, text) // refused as no term
	}
	return out
}

func (s selector) match(labels map[string]string) bool {
	for _, r := range s {
		value, has := labels[r.key]
		ok := false
		switch r.operator {
		case "=", "in":
			ok = has && slices.Contains(r.values, value)
		case "!=", "notin":
			ok = !has || !slices.Contains(r.values, value)
		case "exists":
			ok = has
		case "!":
			ok = !has
		}
		if !ok {
			return false
		}
	}
	return true
}
