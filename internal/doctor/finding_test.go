package doctor

import (
	"strings"
	"testing"
)

// TestNothingThatIsClaimedBecomesACommand fills every row's commands with what an error or a token may claim.
func TestNothingThatIsClaimedBecomesACommand(t *testing.T) {
	t.Parallel()
	rows := catalogue()
	for _, nasty := range []string{`$(touch x)`, "`touch x`", `a'b; touch x; '`, `a"b`, "a\ntouch x", `a && touch x`, `--flags-file=/tmp/x`, `-rf`} {
		for i := range rows {
			r := &rows[i]
			parts := map[string]string{}
			for _, m := range append(slot().FindAllStringSubmatch(r.Fix, -1), slot().FindAllStringSubmatch(r.Check, -1)...) {
				parts[m[1]] = nasty
			}
			bare := r.finding("", "", map[string]string{})
			f := r.finding("", "", parts)
			for filled, template := range map[string]string{f.Fix: bare.Fix, f.Check: bare.Check} {
				if strings.HasPrefix(nasty, "-") {
					if strings.Contains(filled, " "+nasty) {
						t.Errorf("%s: a value became a flag: %s", r.Code, filled)
					}
					continue
				}
				for at := strings.Index(filled, quote(nasty)); at >= 0; {
					if quotesOpen(filled[:at]) {
						t.Errorf("%s: quotes inside of quotes: %s", r.Code, filled)
					}
					next := strings.Index(filled[at+1:], quote(nasty))
					if next < 0 {
						break
					}
					at += 1 + next
				}
				rest := strings.ReplaceAll(filled, quote(nasty), "")
				if strings.Contains(rest, "touch") || strings.Count(rest, `"`) != strings.Count(template, `"`) || strings.Count(rest, `'`) != strings.Count(template, `'`) {
					t.Errorf("%s: %s", r.Code, filled)
				}
			}
		}
	}
}
