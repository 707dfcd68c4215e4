package googleguard

import (
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

var (
	injection = bridge.FormOf(`(?i)\b(?:ignore|disregard|forget)\b.{0,30}\b(?:previous|prior|above|all)\b.{0,30}\binstructions?\b|\bjailbreak\b|\bdo anything now\b`)
	malicious = bridge.FormOf(`(?i)https?://(?:[a-z0-9-]+\.)*malware\.example\b`)
)

func harmKinds() []string {
	return []string{"sexually_explicit", "hate_speech", "harassment", "dangerous"}
}

// screen applies the template's filters. A text that says [sandbox:partial] or [sandbox:failure] is screened in part, or
// not at all: its state says that nothing was found, as Google's does.
func screen(text string) map[string]any {
	invocation := "SUCCESS"
	if strings.Contains(text, "[sandbox:failure]") {
		return map[string]any{"filterMatchState": "NO_MATCH_FOUND", "invocationResult": "FAILURE", "filterResults": map[string]any{}}
	}
	found := false
	state := func(match bool) map[string]any {
		found = found || match
		out := map[string]any{"executionState": "EXECUTION_SUCCESS", "matchState": "NO_MATCH_FOUND"}
		if match {
			out["matchState"] = "MATCH_FOUND"
		}
		return out
	}
	jailbreak := state(injection().MatchString(text))
	if jailbreak["matchState"] == "MATCH_FOUND" {
		jailbreak["confidenceLevel"] = "HIGH"
	}
	personal := state(false)
	if strings.Contains(text, "[sandbox:partial]") {
		invocation = "PARTIAL"
		personal["executionState"] = "EXECUTION_SKIPPED"
	} else if found := find(text, []string{"CREDIT_CARD_NUMBER", "US_SOCIAL_SECURITY_NUMBER", "GCP_API_KEY"}, ""); len(found) > 0 {
		personal = state(true)
		personal["findings"] = armorFindings(found)
	}
	kinds := map[string]any{}
	rai := false
	for _, kind := range harmKinds() {
		match := strings.Contains(text, "[sandbox:"+kind+"]")
		kinds[kind] = state(match)
		if rai = rai || match; match {
			kinds[kind].(map[string]any)["confidenceLevel"] = "HIGH"
		}
	}
	harm := state(rai)
	harm["raiFilterTypeResults"] = kinds
	results := map[string]any{
		"rai":              map[string]any{"raiFilterResult": harm},
		"pi_and_jailbreak": map[string]any{"piAndJailbreakFilterResult": jailbreak},
		"malicious_uris":   map[string]any{"maliciousUriFilterResult": state(malicious().MatchString(text))},
		"csam":             map[string]any{"csamFilterFilterResult": state(false)},
		"sdp":              map[string]any{"sdpFilterResult": map[string]any{"inspectResult": personal}},
	}
	match := "NO_MATCH_FOUND"
	if found {
		match = "MATCH_FOUND"
	}
	return map[string]any{"filterMatchState": match, "invocationResult": invocation, "filterResults": results, "sanitizationMetadata": map[string]any{}}
}

// armorFindings are findings as Model Armor shows them.
func armorFindings(found []finding) []any {
	var out []any
	for _, f := range found {
		out = append(out, map[string]any{"infoType": f.name, "likelihood": f.likelihood, "location": f.location()})
	}
	return out
}
