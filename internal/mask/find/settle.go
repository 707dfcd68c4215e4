package find

import (
	"cmp"
	"slices"

	"github.com/landbridge/landbridge/internal/prompt"
)

// settle puts findings in order and leaves, of those that overlap, the one with the higher score; of equals the longer
// one, then the earlier one.
func settle(found []prompt.Finding) []prompt.Finding {
	slices.SortStableFunc(found, func(a, b prompt.Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.Score, a.Score), cmp.Compare(b.End, a.End))
	})
	kept := found[:0]
	for _, f := range found {
		if len(kept) == 0 || kept[len(kept)-1].End <= f.Start {
			kept = append(kept, f)
			continue
		}
		if last := &kept[len(kept)-1]; f.Score > last.Score || f.Score == last.Score && f.End-f.Start > last.End-last.Start {
			*last = f
		}
	}
	return kept
}
