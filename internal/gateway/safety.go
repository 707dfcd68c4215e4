package gateway

import (
	"bytes"
	"encoding/json"
	"slices"
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
	Method    string `json:"method,omitempty"`
}

// raised returns the caller's safety settings, none laxer than the floor, with one for each category; raw is nil where the
// caller has none. A setting that cannot be compared (a number for a name, an unknown member) is refused, not guessed at.
// The same bytes come back when nothing is to be raised.
func raised(raw []byte, floor string) ([]byte, error) {
	var settings []safetySetting
	if raw != nil {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&settings); err != nil {
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
