package catalogapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
)

const maxBody = 20 << 20

// object reads a request's JSON object of at most most bytes.
func object(r *http.Request, most int64) (map[string]any, *problem) {
	text, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, most))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, googleapi.Invalid(fmt.Sprintf("Request payload size exceeds the limit: %d bytes.", most))
	}
	var out map[string]any
	if err != nil || json.Unmarshal(text, &out) != nil {
		return nil, googleapi.Invalid("Invalid JSON payload received. Unexpected token.")
	}
	if out == nil {
		out = map[string]any{}
	}
	return out, nil
}

// fields are those that callers may set, by collection. What the service sets itself is taken and ignored, as Google does.
func fields(kind string) []string {
	own := []string{"name", "createTime", "updateTime", "etag", "displayName", "description", "labels"}
	switch kind {
	case "datasets":
		return append(own, "metadata", "metadataSchemaUri", "encryptionSpec", "metadataArtifact")
	case "models":
		return append(own, "artifactUri", "containerSpec", "metadata", "metadataSchemaUri", "versionAliases", "versionDescription", "encryptionSpec", "metadataArtifact")
	case "artifacts":
		return append(own, "uri", "state", "schemaTitle", "schemaVersion", "metadata")
	case "executions":
		return append(own, "state", "schemaTitle", "schemaVersion", "metadata")
	}
	return append(own, "schemaTitle", "schemaVersion", "metadata", "parentContexts")
}

// What Vertex AI takes (https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.metadataStores.artifacts).
const (
	maxTitle    = 128
	maxLabels   = 64
	maxLabel    = 64
	maxMetadata = 200_000
)

var labelForm = bridge.FormOf(`^[\p{Ll}\p{Lo}\p{N}_-]{0,64}$`)

// check holds a body against the rules that all these things share.
func check(kind string, body map[string]any) *problem {
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if !slices.Contains(fields(kind), name) {
			return googleapi.Invalid(fmt.Sprintf("Invalid JSON payload received. Unknown name %q: Cannot find field.", name))
		}
	}
	if title, _ := body["displayName"].(string); utf8.RuneCountInString(title) > maxTitle {
		return googleapi.Invalid("The display name must be at most 128 characters.")
	}
	if p := checkLabels(body["labels"]); p != nil {
		return p
	}
	if text, err := json.Marshal(body["metadata"]); err == nil && len(text) > maxMetadata {
		return googleapi.Invalid("The metadata exceeds the limit of 200 KB.")
	}
	return checkState(kind, body["state"])
}

func checkLabels(v any) *problem {
	if v == nil {
		return nil
	}
	labels, ok := v.(map[string]any)
	if !ok {
		return googleapi.Invalid("Invalid value at 'labels'.")
	}
	if len(labels) > maxLabels {
		return googleapi.Invalid("No more than 64 user labels can be associated with a resource.")
	}
	for key, v := range labels {
		value, ok := v.(string)
		if !ok || key == "" || utf8.RuneCountInString(key) > maxLabel || !labelForm().MatchString(key) || !labelForm().MatchString(value) {
			return googleapi.Invalid("Label keys and values can be no longer than 64 characters, and can only contain lowercase letters, numeric characters, underscores and dashes: " + key)
		}
	}
	return nil
}

func checkState(kind string, v any) *problem {
	state, given := v.(string)
	if !given {
		return nil
	}
	states := []string{"NEW", "RUNNING", "COMPLETE", "FAILED", "CACHED", "CANCELLED"}
	if kind == "artifacts" {
		states = []string{"PENDING", "LIVE"}
	}
	if !slices.Contains(states, state) {
		return googleapi.Invalid(fmt.Sprintf("Invalid value at 'state': %q.", state))
	}
	return nil
}
