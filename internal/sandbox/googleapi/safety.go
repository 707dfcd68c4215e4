package googleapi

import (
	"slices"
	"strings"
)

// safetySetting is the caller's threshold for one category of harm.
type safetySetting struct{ Category, Threshold string }

type safetyRating struct {
	Category    string `json:"category"`
	Probability string `json:"probability"`
	Blocked     bool   `json:"blocked,omitempty"`
}

// feedback is why a prompt was blocked: [sandbox:block] or [sandbox:block=REASON] in it.
func feedback(marks map[string]string) map[string]string {
	reason, ok := marks["block"]
	if !ok {
		return nil
	}
	if reason == "" {
		return map[string]string{"blockReason": "PROHIBITED_CONTENT"}
	}
	return map[string]string{"blockReason": reason, "blockReasonMessage": "The prompt was blocked, because it says so."}
}

// rate gives the ratings of an answer whose prompt has the mark [sandbox:harm=CATEGORY:PROBABILITY], and whether the
// caller's own settings block it. Without a setting nothing is blocked, as with the present Gemini models.
func rate(marks map[string]string, settings []safetySetting) (ratings []safetyRating, blocked bool) {
	category, probability, ok := strings.Cut(marks["harm"], ":")
	if !ok {
		return nil, false
	}
	category = "HARM_CATEGORY_" + category
	scale := []string{"NEGLIGIBLE", "LOW", "MEDIUM", "HIGH"}
	for _, s := range settings {
		if s.Category != category {
			continue
		}
		least := map[string]int{"BLOCK_LOW_AND_ABOVE": 1, "BLOCK_MEDIUM_AND_ABOVE": 2, "BLOCK_ONLY_HIGH": 3}[s.Threshold]
		blocked = least > 0 && slices.Index(scale, probability) >= least
	}
	return []safetyRating{{category, probability, blocked}}, blocked
}
