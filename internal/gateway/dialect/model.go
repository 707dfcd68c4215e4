package dialect

import (
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

const (
	google    = "google"
	anthropic = "anthropic"
)

// target reads a model's name as clients write it: "gemini-2.5-flash", "google/gemini-2.5-flash",
// "publishers/google/models/gemini-2.5-flash", "models/gemini-2.5-flash", "claude-sonnet-4@20250514",
// "meta/llama-3.3-70b-instruct-maas", "endpoints/1234". Method is left empty.
func target(model string) (prompt.Target, error) {
	t := prompt.Target{Version: "v1"}
	name := strings.TrimPrefix(strings.TrimPrefix(model, "models/"), "publishers/")
	if id, ok := strings.CutPrefix(name, "endpoints/"); ok {
		t.Endpoint = id
		return t, named(id, model)
	}
	publisher, id, ok := strings.Cut(name, "/")
	if !ok {
		publisher, id = google, name
		if strings.HasPrefix(name, "claude") {
			publisher = anthropic
		}
	}
	t.Publisher, t.Model = publisher, strings.TrimPrefix(id, "models/")
	if err := named(publisher, model); err != nil {
		return t, err
	}
	return t, named(t.Model, model)
}

// named refuses what cannot be one element of a path.
func named(element, model string) error {
	if model == "" {
		return invalid("model", "no model is named", "set \"model\", for example to \"google/gemini-2.5-flash\"")
	}
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._@", r)
	}
	if element == "" || strings.Contains(element, "..") || strings.TrimFunc(element, plain) != "" || strings.ContainsFunc(element, func(r rune) bool { return !plain(r) }) {
		return invalid("model", "the model's name is not one that Vertex AI can have", "write it as PUBLISHER/MODEL, for example \"google/gemini-2.5-flash\"")
	}
	return nil
}

// invalid is a refusal of a request's field: 400 in every dialect.
func invalid(field, text, hint string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopDoor, Code: invalidRequest, Text: field + ": " + text, Hint: hint}
}
