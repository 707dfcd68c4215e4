package mask

import (
	"slices"

	"github.com/landbridge/landbridge/internal/prompt"
)

// Findings is what MaskWith would replace in a text; it changes nothing, and counts nothing.
func (s *Session) Findings(text string, more []prompt.Finding) []prompt.Finding {
	return slices.Clone(s.find(text, more, false, func(f prompt.Finding) bool { return s.m.wanted(text, f) }))
}
