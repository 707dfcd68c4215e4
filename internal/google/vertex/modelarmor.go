package vertex

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/prompt"
)

// ModelArmor is Google's Model Armor as a second opinion (google.cloud.modelarmor.v1, sanitizeUserPrompt and
// sanitizeModelResponse). The caller needs roles/modelarmor.user. It implements prompt.Screener.
type ModelArmor struct{ *second }

var _ prompt.Screener = ModelArmor{}

// NewModelArmor checks a template, projects/P/locations/L/templates/T; it calls nobody. Templates are asked on the host of
// their own region.
func NewModelArmor(o SecondOptions, template string) (ModelArmor, error) {
	s, err := newSecond(o, google.Asked{Service: "model armor", Role: "roles/modelarmor.user"}, "v1", template,
		func(location, universe string) string { return "modelarmor." + location + ".rep." + universe })
	if err == nil && !strings.Contains(template, "/templates/") {
		err = &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopVertex, Code: "resource_invalid", Text: "model armor needs a template", Hint: "write projects/PROJECT/locations/LOCATION/templates/TEMPLATE"}
	}
	return ModelArmor{s}, err
}

type armorText struct {
	Text string `json:"text"`
}

// ScreenPrompt implements prompt.Screener.
func (m ModelArmor) ScreenPrompt(ctx context.Context, lease bridge.Lease, text string) (prompt.Verdict, error) {
	return m.screen(ctx, lease, ":sanitizeUserPrompt", map[string]any{"userPromptData": armorText{text}})
}

// ScreenAnswer implements prompt.Screener.
func (m ModelArmor) ScreenAnswer(ctx context.Context, lease bridge.Lease, answer, asked string) (prompt.Verdict, error) {
	question := map[string]any{"modelResponseData": armorText{answer}}
	if asked != "" {
		question["userPrompt"] = asked
	}
	return m.screen(ctx, lease, ":sanitizeModelResponse", question)
}

// armorResult is one filter's result, or one part of it: rai has a result for each kind of harm, sdp one for its mode.
type armorResult struct {
	Execution  string                 `json:"executionState"`
	Match      string                 `json:"matchState"`
	Confidence string                 `json:"confidenceLevel"`
	Kinds      map[string]armorResult `json:"raiFilterTypeResults"`
	Inspect    *armorResult           `json:"inspectResult"`
	Deidentify *armorResult           `json:"deidentifyResult"`
	Findings   []struct {
		InfoType string `json:"infoType"`
	} `json:"findings"`
	InfoTypes []string `json:"infoTypes"`
}

func (m ModelArmor) screen(ctx context.Context, lease bridge.Lease, method string, question any) (prompt.Verdict, error) {
	var reply struct {
		Result struct {
			Match      string                            `json:"filterMatchState"`
			Invocation string                            `json:"invocationResult"`
			Filters    map[string]map[string]armorResult `json:"filterResults"` // {"rai": {"raiFilterResult": {…}}}
		} `json:"sanitizationResult"`
	}
	if err := m.ask(ctx, lease, method, question, &reply); err != nil {
		return prompt.Verdict{}, err
	}
	result := reply.Result
	if result.Match != "MATCH_FOUND" && result.Match != "NO_MATCH_FOUND" {
		return prompt.Verdict{}, m.unusable("no verdict")
	}
	v := prompt.Verdict{Blocked: result.Match == "MATCH_FOUND", Incomplete: result.Invocation != "SUCCESS"}
	for _, name := range slices.Sorted(maps.Keys(result.Filters)) {
		for _, filter := range result.Filters[name] {
			filter.add(&v, "model_armor/"+name)
		}
	}
	if v.Blocked {
		v.Score = max(v.Score, 0.5)
	}
	return v, nil
}

// add puts a filter's result into a verdict: what it found by name, and that it was skipped.
func (f *armorResult) add(v *prompt.Verdict, name string) {
	v.Incomplete = v.Incomplete || f.Execution == "EXECUTION_SKIPPED"
	for _, part := range []*armorResult{f.Inspect, f.Deidentify} {
		if part != nil {
			part.add(v, name)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(f.Kinds)) {
		result := f.Kinds[kind]
		result.add(v, name+"/"+kind)
	}
	if f.Match != "MATCH_FOUND" || len(f.Kinds) > 0 {
		return
	}
	v.Score = max(v.Score, armorScore(f.Confidence))
	details := slices.Clone(f.InfoTypes)
	for _, found := range f.Findings {
		details = append(details, found.InfoType)
	}
	if len(details) == 0 {
		details = []string{strings.ToLower(f.Confidence)}
	}
	slices.Sort(details)
	for _, detail := range slices.Compact(details) {
		v.Reasons = append(v.Reasons, google.Presentable(strings.TrimSuffix(name+"/"+detail, "/")))
	}
}

// armorScore puts a confidence level on our scale; filters without one are sure.
func armorScore(confidence string) float32 {
	switch confidence {
	case "LOW_AND_ABOVE", "LOW":
		return 0.5
	case "MEDIUM_AND_ABOVE", "MEDIUM":
		return 0.75
	case "HIGH":
		return 0.95
	}
	return 1
}
