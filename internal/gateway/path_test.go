package gateway_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/prompt"
)

func TestPaths(t *testing.T) {
	t.Parallel()
	const here = "/v1/projects/p/locations/eu/"
	for path, want := range map[string]prompt.Target{
		here + "publishers/google/models/gemini:generateContent":         {Version: "v1", Project: "p", Location: "eu", Publisher: "google", Model: "gemini", Method: "generateContent"},
		"/v1beta1/publishers/google/models/gemini:countTokens":           {Version: "v1beta1", Publisher: "google", Model: "gemini", Method: "countTokens"},
		"/v1/publishers/anthropic/models/claude%4020250514%3ArawPredict": {Version: "v1", Publisher: "anthropic", Model: "claude@20250514", Method: "rawPredict"},
		"/v1/projects/example.com:p/locations/eu/endpoints/12:predict":   {Version: "v1", Project: "example.com:p", Location: "eu", Endpoint: "12", Method: "predict"},
		"/v1/endpoints/openapi/chat/completions":                         {Version: "v1", Endpoint: "openapi", Method: "chat/completions"},
		here + "batchPredictionJobs":                                     {Version: "v1", Project: "p", Location: "eu", Collection: "batchPredictionJobs", Method: "create"},
		here + "tuningJobs/1:cancel":                                     {Version: "v1", Project: "p", Location: "eu", Collection: "tuningJobs/1", Method: "cancel"},
	} {
		got, err := gateway.ParsePath(http.MethodPost, path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	for verb, method := range map[string]string{http.MethodGet: "get", http.MethodDelete: "delete", http.MethodPatch: "patch"} {
		if got, err := gateway.ParsePath(verb, "/v1/cachedContents/1"); err != nil || got.Method != method {
			t.Errorf("%s: %+v, %v", verb, got, err)
		}
	}
	if got, err := gateway.ParsePath(http.MethodGet, "/v1beta1/publishers/google/models"); err != nil || got.Collection != "publishers/google/models" || got.Method != "list" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestPathTricks(t *testing.T) {
	t.Parallel()
	const model = "/v1/publishers/google/models/"
	for path, want := range map[string]string{
		"":                               "the path does not begin with a slash",
		"/v2/endpoints/1:predict":        "the path begins with neither /v1/ nor /v1beta1/",
		"/v1/../endpoints/1:predict":     "a part of the path has a character that names of models, endpoints and collections cannot have",
		"/v1//endpoints/1:predict":       "a part of the path is empty or longer than 256 bytes",
		"/v1/%2e%2e/endpoints/1:predict": "a part of the path has a character that names of models, endpoints and collections cannot have",
		model + "gemini%2F..%2Fsecret:generateContent": "a part of the path has a character that names of models, endpoints and collections cannot have",
		model + "gemini%252F:generateContent":          "a part of the path has a character that names of models, endpoints and collections cannot have",
		model + "gemini%0a:generateContent":            "a part of the path has a character that names of models, endpoints and collections cannot have",
		model + "gemini%zz:generateContent":            "the path has a percent sign that two hexadecimal digits do not follow",
		model + "gemini%4":                             "the path has a percent sign that two hexadecimal digits do not follow",
		model + "gemini:generate%20Content":            "what stands after the colon is no method",
		model + ":generateContent":                     "a part of the path has a character that names of models, endpoints and collections cannot have",
		"/v1/projects/p/locations/eu%2F..:x":           "the project or the location has a character that such names cannot have",
		"/v1/projects/p%3F/locations/eu/endpoints/1:x": "the project or the location has a character that such names cannot have",
		"/v1/batchPredictionJobs:list":                 "a collection has no such method", // to the far side this would be a create
		"/v1/cachedContents/1:get":                     "a collection has no such method",
		"/v1/endpoints/1/secret":                       "an endpoint or a publisher has no such method",
		"/v1/projects/p":                               "the path names no model, endpoint or collection",
		"/v1/" + strings.Repeat("a/", 2000):            "the path is longer than 2048 bytes",
	} {
		_, err := gateway.ParsePath(http.MethodPost, path)
		if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Text != want || e.Kind != bridge.Usage {
			t.Errorf("%.60s: %v, want %s", path, err, want)
		}
	}
	if _, err := gateway.ParsePath(http.MethodGet, model+"gemini:generateContent"); err == nil {
		t.Error("a model was called with GET")
	}
}

func FuzzParsePath(f *testing.F) {
	for _, path := range []string{
		"/v1/publishers/google/models/gemini-2.5-flash:generateContent", "/v1/projects/p/locations/l/endpoints/1:predict",
		"/v1beta1/endpoints/openapi/chat/completions", "/v1/batchPredictionJobs/1:cancel", "/v1/batchPredictionJobs:list", "/v1/a%40b/..", "/v1/x/%2f%3a:y",
	} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		for _, verb := range []string{http.MethodPost, http.MethodGet} {
			first, err := gateway.ParsePath(verb, path)
			if err != nil {
				continue
			}
			canonical := gateway.FormatPath(first)
			if strings.ContainsAny(canonical, "%?#\\ \r\n\x00") || strings.Contains(canonical, "//") || strings.Contains(canonical, "..") && !strings.Contains(path, "..") {
				t.Errorf("%q becomes %q", path, canonical)
			}
			second, err := gateway.ParsePath(verb, canonical)
			if err != nil || second != first || gateway.FormatPath(second) != canonical {
				t.Errorf("%q becomes %q, and that %+v, %v", path, canonical, second, err)
			}
		}
	})
}
