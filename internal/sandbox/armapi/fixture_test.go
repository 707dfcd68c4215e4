package armapi_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// example is one of Azure's own, with its request where it has one.
func example(t *testing.T, name string) (request string, response map[string]any) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var in struct {
		Request  json.RawMessage `json:"request"`
		Response map[string]any  `json:"response"`
	}
	if err := json.Unmarshal(content, &in); err != nil {
		t.Fatal(err)
	}
	return string(in.Request), in.Response
}

// shape is which members a JSON value has, without what they hold.
func shape(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			if name != "tags" { // they are the user's
				out[name] = shape(value)
			}
		}
		return out
	case []any:
		if len(v) == 0 {
			return []any{}
		}
		return []any{shape(v[0])}
	case string:
		return "text"
	case bool:
		return "truth"
	default:
		return "number"
	}
}

// TestAzuresOwnExamples: our answers have the members that Azure's examples show, in the same types.
func TestAzuresOwnExamples(t *testing.T) {
	t.Parallel()
	a := newARM(t)
	_, want := example(t, "IdentityGet.json")
	a.identity("web")
	equal(t, "identity", shape(want), shape(a.ask(http.MethodGet, identities+"/web", "").body))
	_, want = example(t, "IdentityListByResourceGroup.json")
	delete(want, "nextLink")
	equal(t, "identities", shape(want), shape(a.ask(http.MethodGet, identities, "").body))

	request, want := example(t, "FederatedIdentityCredentialCreate.json")
	got := a.ask(http.MethodPut, identities+"/web/federatedIdentityCredentials/ficResourceName", request)
	equal(t, "credential", shape(want), shape(got.body))
	equal(t, "its properties", want["properties"], got.at("properties"))

	_, want = example(t, "ManagedClustersGet.json")
	mine := a.ask(http.MethodGet, cluster, "").body
	for name, value := range want {
		if name != "properties" && name != "tags" {
			equal(t, "cluster: "+name, shape(value), shape(mine[name]))
		}
	}
	theirs, ours := want["properties"].(map[string]any), mine["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(theirs)) {
		switch value, there := ours[name]; {
		case there && name != "agentPoolProfiles" && name != "networkProfile": // which have many more members than either shows
			equal(t, "cluster: properties."+name, shape(theirs[name]), shape(value))
		}
	}
}
