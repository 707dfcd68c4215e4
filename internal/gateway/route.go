package gateway

import (
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway/dialect"
)

// doorName is what records call this door.
const doorName = "gateway"

// route is whose words a path is of, and what stands behind it.
type route struct {
	dialect dialect.Dialect
	// enter maps a body of another dialect to Vertex AI's; nil for a native call and for a list of models.
	enter func(body []byte, o dialect.Options) (dialect.Request, error)
	// models says that the caller asks which models it may use, or about the one that is named.
	models bool
	model  string
}

// foreign finds the routes of OpenAI and Anthropic, with their prefix (the base URL of a client) or without it.
func foreign(verb, path string) (route, bool, error) {
	speaks := dialect.Dialect("")
	if rest, ok := strings.CutPrefix(path, "/openai"); ok && strings.HasPrefix(rest, "/v1/") {
		path, speaks = rest, dialect.OpenAI
	}
	if rest, ok := strings.CutPrefix(path, "/anthropic"); ok && strings.HasPrefix(rest, "/v1/") {
		path, speaks = rest, dialect.Anthropic
	}
	r, post, ok := table(path, speaks)
	if !ok && speaks == "" && unserved(path) {
		speaks = dialect.OpenAI
	}
	switch {
	case !ok && speaks == "":
		return route{}, false, nil
	case !ok || speaks != "" && r.dialect != speaks:
		return route{dialect: speaks}, true, &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "route_unknown", Status: http.StatusNotFound, Text: "the gateway has no such route", Hint: "see docs/gateway.md for the routes; texts are asked for at /v1/chat/completions and /v1/messages"}
	case post != (verb == http.MethodPost) || !post && verb != http.MethodGet:
		return r, true, &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "verb_refused", Status: http.StatusMethodNotAllowed, Text: "the route is not served by this method of HTTP", Hint: "GET lists models, everything else is POST"}
	}
	return r, true, nil
}

// unserved says whether a path is one of OpenAI's that nobody serves. Vertex AI has no collections of these names, so no rule could
// allow them.
func unserved(path string) bool {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/v1/"), "/")
	switch name {
	case "responses", "completions", "moderations", "images", "audio", "files", "batches":
		return true
	}
	return false
}

// table is the routes. Lists of models have one path in both dialects: without a prefix they are OpenAI's.
func table(path string, speaks dialect.Dialect) (r route, post, ok bool) {
	switch path {
	case "/v1/chat/completions":
		return route{dialect: dialect.OpenAI, enter: dialect.Chat}, true, true
	case "/v1/embeddings":
		return route{dialect: dialect.OpenAI, enter: dialect.Embeddings}, true, true
	case "/v1/messages":
		return route{dialect: dialect.Anthropic, enter: dialect.Messages}, true, true
	case "/v1/messages/count_tokens":
		return route{dialect: dialect.Anthropic, enter: dialect.CountTokens}, true, true
	}
	if speaks == "" {
		speaks = dialect.OpenAI
	}
	if path == "/v1/models" {
		return route{dialect: speaks, models: true}, false, true
	}
	if model, found := strings.CutPrefix(path, "/v1/models/"); found && model != "" {
		return route{dialect: speaks, models: true, model: model}, false, true
	}
	return route{}, false, false
}
