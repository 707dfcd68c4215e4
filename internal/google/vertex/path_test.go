package vertex

import (
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/prompt"
)

func TestPaths(t *testing.T) {
	t.Parallel()
	const parent = "/v1/projects/demo/locations/eu/"
	for _, tc := range []struct {
		change func(*prompt.Target)
		want   string // or the refusal
	}{
		{func(t *prompt.Target) { t.Publisher, t.Model, t.Method = "google", "gemini-2.5-pro", "countTokens" }, parent + "publishers/google/models/gemini-2.5-pro:countTokens"},
		{func(t *prompt.Target) {
			t.Publisher, t.Model, t.Method = "anthropic", "claude-x@20250929", "rawPredict"
		}, parent + "publishers/anthropic/models/claude-x@20250929:rawPredict"},
		{func(t *prompt.Target) { t.Endpoint, t.Method = "77", "predict" }, parent + "endpoints/77:predict"},
		{func(t *prompt.Target) { t.Version, t.Endpoint, t.Method = "v1beta1", "openapi", "chat/completions" }, "/v1beta1/projects/demo/locations/eu/endpoints/openapi/chat/completions"},
		{func(t *prompt.Target) { t.Collection, t.Method = "batchPredictionJobs", "create" }, parent + "batchPredictionJobs"},
		{func(t *prompt.Target) { t.Collection, t.Method = "tuningJobs/123", "cancel" }, parent + "tuningJobs/123:cancel"},
		{func(t *prompt.Target) { t.Collection, t.Method = "publishers/google/models", "list" }, "/v1/publishers/google/models"},
		{func(t *prompt.Target) { t.Method = "predict" }, "the call names no model, endpoint or collection, or more than one"},
		{func(t *prompt.Target) { t.Publisher, t.Model, t.Endpoint, t.Method = "google", "m", "7", "predict" }, "the call names no model, endpoint or collection, or more than one"},
		{func(t *prompt.Target) { t.Publisher, t.Model, t.Method = "google", "../x", "predict" }, `"../x" is not a model of vertex ai`},
		{func(t *prompt.Target) { t.Publisher, t.Model, t.Method = "google", "m\n", "predict" }, `"m\n" is not a model of vertex ai`},
		{func(t *prompt.Target) { t.Endpoint, t.Method = "7", "x/../y" }, `"x/../y" is not a method of vertex ai`},
		{func(t *prompt.Target) { t.Collection, t.Method = "a/../b", "get" }, `"a/../b" is not a collection of vertex ai`},
		{func(t *prompt.Target) { t.Project, t.Endpoint, t.Method = "", "7", "predict" }, `"" is not a project of vertex ai`},
		{func(t *prompt.Target) { t.Location, t.Endpoint, t.Method = "eu.evil.example/", "7", "predict" }, `"eu.evil.example/" is not a location of vertex ai`},
		{func(t *prompt.Target) { t.Version, t.Endpoint, t.Method = "v2", "7", "predict" }, `"v2" is not a version of vertex ai`},
	} {
		target := prompt.Target{Version: "v1", Project: "demo", Location: "eu"}
		tc.change(&target)
		got, err := pathOf(&target, target.Location)
		if err != nil {
			got = strings.TrimPrefix(err.Error(), "vertex: ")
		}
		if got != tc.want {
			t.Errorf("got %s, want %s", got, tc.want)
		}
	}
}
