package setup

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// joined makes one error of many, with the kind and code of the first. A reason that several share is told once: who is not
// signed in hears so once, and not for each thing that could not be read. So are the next steps.
func joined(all []error, code, what string) error {
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	var reasons, hints []string
	about := map[string][]string{}
	for _, err := range all {
		subject, reason := parted(err)
		if about[reason] == nil {
			reasons = append(reasons, reason)
		}
		about[reason] = append(about[reason], subject)
		if hint := bridge.HintOf(err); hint != "" && !slices.Contains(hints, hint) {
			hints = append(hints, hint)
		}
	}
	lines := make([]string, len(reasons))
	for i, reason := range reasons {
		switch who := about[reason]; {
		case len(who) > 1:
			lines[i] = reason + " (" + some(who) + ")"
		case who[0] != "":
			lines[i] = who[0] + ": " + reason
		default:
			lines[i] = reason
		}
	}
	return &bridge.Error{
		Kind: bridge.KindOf(all[0]), Code: code, Hint: strings.Join(hints[:min(len(hints), mostHints)], "; "),
		Text: fmt.Sprintf("%d things %s:\n  %s", len(all), what, strings.Join(lines, "\n  ")),
	}
}

// mostHints is how many next steps are told at a time; the next run has others.
const mostHints = 3

// parted takes an error apart into what it is about and the reason.
func parted(err error) (subject, reason string) {
	if e, ok := errors.AsType[*bridge.Error](err); ok && e.Cause != nil {
		return e.Text, e.Cause.Error()
	}
	return "", err.Error()
}

// some names the first few, and counts the others.
func some(names []string) string {
	const most = 3
	if len(names) <= most+1 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
