package dialect

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

func TestModels(t *testing.T) {
	t.Parallel()
	names := []string{"google/gemini-2.5-flash", "anthropic/claude-sonnet-4-5@20250929"}
	if diff := cmp.Diff(`{"object":"list","data":[{"id":"google/gemini-2.5-flash","object":"model","created":1683676800,"owned_by":"google"},{"id":"anthropic/claude-sonnet-4-5@20250929","object":"model","created":1683676800,"owned_by":"anthropic"}]}`, string(OpenAI.Models(names))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(`{"data":[{"type":"model","id":"claude-sonnet-4-5@20250929","display_name":"claude-sonnet-4-5@20250929","created_at":"2023-05-10T00:00:00Z"}],"has_more":false,"first_id":"claude-sonnet-4-5@20250929","last_id":"claude-sonnet-4-5@20250929"}`, string(Anthropic.Models(names[1:]))); diff != "" {
		t.Error(diff)
	}
	if got := string(Anthropic.Models(nil)); got != `{"data":[],"has_more":false,"first_id":null,"last_id":null}` {
		t.Error(got)
	}
	for _, id := range []string{"gemini-2.5-flash", "google/gemini-2.5-flash", "publishers/google/models/gemini-2.5-flash", "models/gemini-2.5-flash"} {
		one, err := OpenAI.Model(names, id)
		if err != nil || !strings.Contains(string(one), `"id":"google/gemini-2.5-flash"`) {
			t.Errorf("%s: %s, %v", id, one, err)
		}
	}
	_, err := OpenAI.Model(names, "gemini-2.5-pro")
	if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Status != 404 || e.Text != "there is no such model that this workload may use" {
		t.Error(err)
	}
}

func TestTarget(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]prompt.Target{
		"gemini-2.5-flash":                   {Version: "v1", Publisher: "google", Model: "gemini-2.5-flash"},
		"claude-sonnet-4@20250514":           {Version: "v1", Publisher: "anthropic", Model: "claude-sonnet-4@20250514"},
		"publishers/meta/models/llama-3":     {Version: "v1", Publisher: "meta", Model: "llama-3"},
		"mistralai/mistral-small-2503":       {Version: "v1", Publisher: "mistralai", Model: "mistral-small-2503"},
		"endpoints/123":                      {Version: "v1", Endpoint: "123"},
		"google/text-multilingual-embed-002": {Version: "v1", Publisher: "google", Model: "text-multilingual-embed-002"},
	} {
		got, err := target(name)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for _, name := range []string{"", "/", "a/", "/a", "a/b/c", "a/..", "../a", "a\n", "a b", "a%2fb", "endpoints/", "endpoints/a/b", "models/", "é"} {
		if got, err := target(name); err == nil {
			t.Errorf("%q: %+v", name, got)
		}
	}
}

// An id gives back the signature that it was given, whatever both are.
func TestSignatureInID(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`(call_|toolu_)?[A-Za-z0-9]{1,20}`).Draw(t, "id")
		signature := rapid.StringMatching(`([A-Za-z0-9+/]{4}){0,9}`).Draw(t, "signature")
		gotID, gotSignature := callID(withSignature(id, signature))
		if gotID != id || gotSignature != signature {
			t.Fatalf("%q %q became %q %q", id, signature, gotID, gotSignature)
		}
	})
}
