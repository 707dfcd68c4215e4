package gateway

import (
	"slices"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/landbridge/landbridge/internal/splice"
)

// thresholds of safety settings, from lax to strict (aiplatform.googleapis.com SafetySetting.HarmBlockThreshold).
var thresholds = []string{"OFF", "BLOCK_NONE", "BLOCK_ONLY_HIGH", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_LOW_AND_ABOVE"}

// categories that every call gets a setting for.
var categories = []string{
	"HARM_CATEGORY_HATE_SPEECH", "HARM_CATEGORY_DANGEROUS_CONTENT", "HARM_CATEGORY_HARASSMENT", "HARM_CATEGORY_SEXUALLY_EXPLICIT",
}

type safetySetting struct {
	Category  string `json:"category"`
	Threshold string `json:"threshold"`
	Method    string `json:"method,omitzero"`
}

// raised returns the caller's safety settings, none laxer than the floor, with one for each category; raw is nil where the
// caller has none. A setting that cannot be compared (a number for a name, an unknown member) is refused, not guessed at.
// The same bytes come back when nothing is to be raised.
func raised(raw []byte, floor string) ([]byte, error) {
	var settings []safetySetting
	if raw != nil {
		if err := json.Unmarshal(raw, &settings, json.RejectUnknownMembers(true)); err != nil {
			return nil, oddRequest("safety_settings", "the safety settings are no list of category, threshold and method, each by its name", "")
		}
	}
	changed := false
	for i := range settings {
		if s := &settings[i]; slices.Index(thresholds, s.Threshold) < slices.Index(thresholds, floor) { // an unknown one is the laxest
			s.Threshold, changed = floor, true
		}
	}
	for _, c := range categories {
		if !slices.ContainsFunc(settings, func(s safetySetting) bool { return s.Category == c }) {
			settings, changed = append(settings, safetySetting{Category: c, Threshold: floor}), true
		}
	}
	if !changed {
		return raw, nil
	}
	return json.Marshal(settings)
}

// least are the settings of each floor, for callers that have none.
var least = sync.OnceValue(func() map[string][]byte {
	out := map[string][]byte{}
	for _, floor := range thresholds {
		out[floor], _ = raised(nil, floor)
	}
	return out
})

// safest is the value of the member that is missing at a depth of the path to the settings: those of the floor, in the
// objects that are still to come around them.
func (s *shape) safest(depth int, floor string) []byte {
	value := least()[floor]
	for i := len(s.safety) - 1; i > depth; i-- {
		value = append(append(append(splice.AppendQuote([]byte("{"), s.safety[i]), ':'), value...), '}')
	}
	return value
}
