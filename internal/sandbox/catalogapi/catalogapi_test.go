package catalogapi_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/catalogapi"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	place = "/v1/projects/demo/locations/us-central1"
	store = place + "/metadataStores/default"
	scope = "https://www.googleapis.com/auth/cloud-platform"
)

// far is the services with a caller for each role.
type far struct {
	testing.TB
	world  *world.World
	api    *catalogapi.API
	google http.Handler
}

func newFar(t testing.TB) *far {
	t.Helper()
	w := world.New(func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) })
	w.AddProject(world.Project{
		ID: "demo", Number: "42", Billing: true,
		Services: map[string]bool{"aiplatform.googleapis.com": true, "datalineage.googleapis.com": true},
		Models:   map[string]bool{"publishers/google/models/gemini-2.5-flash": true},
		Policy: world.Policy{Bindings: []world.Binding{
			{Role: "roles/aiplatform.user", Members: []string{"user:user"}},
			{Role: "roles/aiplatform.viewer", Members: []string{"user:viewer"}},
			{Role: "roles/datalineage.producer", Members: []string{"user:user"}},
		}},
	})
	google := googleapi.New(w, googleapi.Options{})
	return &far{t, w, catalogapi.New(google, w), google}
}

func (f *far) token(who string, scopes ...string) string {
	return f.world.Issue(world.Grant{Principal: bridge.Principal(who + "@example.com"), Members: []string{"user:" + who}, Scopes: scopes, Expiry: f.world.Now().Add(time.Hour)}).Reveal()
}

// call makes a request to a host and returns the status and the answer.
func (f *far) call(token, host, method, path, body string) (int, map[string]any) {
	f.Helper()
	r := httptest.NewRequestWithContext(f.Context(), method, path, strings.NewReader(body))
	r.Host = host
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	rw := httptest.NewRecorder()
	f.google.ServeHTTP(rw, r)
	text, _ := io.ReadAll(rw.Result().Body)
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		f.Fatalf("%s %s: %s", method, path, text)
	}
	return rw.Code, out
}

// good makes a call that must succeed.
func (f *far) good(method, path, body string) map[string]any {
	f.Helper()
	status, out := f.call(f.token("user", scope), "localhost", method, path, body)
	if status != http.StatusOK {
		f.Fatalf("%s %s: %d %v", method, path, status, out)
	}
	return out
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	user, viewer := f.token("user", scope), f.token("viewer", scope)
	f.good("POST", place+"/metadataStores?metadataStoreId=default", "{}")
	execution := f.good("POST", store+"/executions?executionId=execution-1", `{"schemaTitle":"system.Run"}`)["name"].(string)
	artifact := `{"schemaTitle":"system.Dataset"}`
	for _, c := range []struct {
		token, method, path, body string
		status                    int
		says                      string
	}{
		{"", "GET", place + "/models", "", 401, "missing required authentication credential"},
		{"ya29.nonsense", "GET", place + "/models", "", 401, "invalid authentication credentials"},
		{f.token("user", "https://www.googleapis.com/auth/devstorage.read_only"), "GET", place + "/models", "", 403, "insufficient authentication scopes"},
		{f.token("nobody", scope), "GET", place + "/models", "", 403, "Permission 'aiplatform.models.list' denied on resource '//aiplatform.googleapis.com/projects/demo/locations/us-central1/models'"},
		{viewer, "POST", store + "/artifacts", artifact, 403, "aiplatform.artifacts.create"},
		{viewer, "PATCH", place + "/models/1?updateMask=labels", "{}", 403, "aiplatform.models.update"},
		{user, "GET", place + "/models/1", "", 404, "The Model `projects/42/locations/us-central1/models/1` does not exist."},
		{user, "POST", place + "/metadataStores?metadataStoreId=mine", "{}", 400, "Only the metadata store with the ID `default`"},
		{user, "POST", place + "/metadataStores?metadataStoreId=default", "{}", 409, "already exists"},
		{user, "GET", place + "/metadataStores/other/artifacts", "", 404, "The MetadataStore"},
		{user, "POST", store + "/artifacts?artifactId=ABC", artifact, 400, "must be 4-128 characters"},
		{user, "POST", store + "/executions?executionId=execution-1", `{}`, 409, "already exists"},
		{user, "POST", store + "/artifacts", `{"schemaTitle":"mine.Own"}`, 404, `The MetadataSchema with the title "mine.Own" does not exist.`},
		{user, "POST", store + "/artifacts", `{"digest":"x"}`, 400, `Unknown name "digest"`},
		{user, "POST", store + "/artifacts", `{"state":"RUNNING"}`, 400, "Invalid value at 'state'"},
		{user, "POST", store + "/artifacts", `{"labels":{"Key":"x"}}`, 400, "lowercase letters"},
		{user, "POST", store + "/artifacts", `{"displayName":"` + strings.Repeat("x", 129) + `"}`, 400, "128 characters"},
		{user, "POST", store + "/artifacts", `{"metadata":{"x":"` + strings.Repeat("x", 200_000) + `"}}`, 400, "200 KB"},
		{user, "POST", store + "/artifacts", `[]`, 400, "Invalid JSON payload"},
		{user, "POST", store + "/metadataSchemas", `{"schema":"type: object","schemaType":"CONTEXT_TYPE"}`, 400, "metadata_schema.schema"},
		{user, "POST", store + "/metadataSchemas", `{"schema":"title: own","schemaType":"CONTEXT_TYPE"}`, 400, "must have the form namespace.Name"},
		{user, "POST", store + "/metadataSchemas", `{"schema":"title: mine.Own","schemaType":"CONTEXT_TYPE","schemaVersion":"1"}`, 400, "three numbers"},
		{user, "POST", store + "/executions/execution-1:addExecutionEvents", `{"events":[{"artifact":"projects/demo/x","type":"INPUT"}]}`, 404, "does not exist"},
		{user, "POST", store + "/executions/execution-1:addExecutionEvents", `{"events":[{"artifact":"x","type":"READ"}]}`, 400, "events.type"},
		{user, "PATCH", store + "/executions/execution-1", `{"etag":"1","state":"COMPLETE"}`, 400, "does not match the server's etag of `" + execution + "`"},
		{user, "PATCH", store + "/executions/execution-1?updateMask=schemaTitle", `{}`, 400, "cannot be updated"},
		{user, "POST", place + "/datasets", `{"displayName":"x"}`, 400, "dataset.metadataSchemaUri"},
		{user, "POST", place + "/models:upload", `{"model":{}}`, 400, "model.displayName"},
		{user, "GET", place + "/models?pageToken=%21", "", 400, "Invalid page token."},
		{user, "GET", place + "/models?pageSize=-1", "", 400, "page_size"},
		{user, "GET", place + "/models?filter=x", "", 501, "the sandbox does not know"},
		{user, "DELETE", place + "/models/1", "", 501, "the sandbox does not know"},
	} {
		status, out := f.call(c.token, "localhost", c.method, c.path, c.body)
		problem, _ := out["error"].(map[string]any)
		if message, _ := problem["message"].(string); status != c.status || !strings.Contains(message, c.says) {
			t.Errorf("%s %s: %d %v, want %d %q", c.method, c.path, status, problem["message"], c.status, c.says)
		}
	}
}

// On Google's own host the prediction service and these share one name; each knows its own requests.
func TestHosts(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	user := f.token("user", scope)
	const host = "us-central1-aiplatform.googleapis.com"
	if status, out := f.call(user, host, "GET", place+"/models", ""); status != http.StatusOK {
		t.Error(status, out)
	}
	generate := place + "/publishers/google/models/gemini-2.5-flash:generateContent"
	if status, out := f.call(user, host, "POST", generate, `{"contents":[{"role":"user","parts":[{"text":"hello"}]}]}`); status != http.StatusOK {
		t.Error(status, out)
	}
	if status, out := f.call(user, "europe-west4-aiplatform.googleapis.com", "GET", place+"/models", ""); status != http.StatusBadRequest {
		t.Error(status, out)
	}
}

func TestDatasetsAndModels(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	operation := f.good("POST", place+"/datasets", `{"displayName":"d","metadataSchemaUri":"gs://s","metadata":{"inputConfig":{"gcsSource":{"uri":["gs://b/x"]}}}}`)
	made := operation["response"].(map[string]any)
	name := "/v1/" + made["name"].(string)
	if operation["done"] != true || !strings.HasPrefix(name, "/v1/projects/42/locations/us-central1/datasets/") {
		t.Error(operation)
	}
	patched := f.good("PATCH", name+"?updateMask=labels", fmt.Sprintf(`{"labels":{"a":"b"},"displayName":"other","etag":%q}`, made["etag"]))
	if patched["displayName"] != "d" || patched["labels"].(map[string]any)["a"] != "b" || patched["etag"] == made["etag"] {
		t.Error(patched)
	}
	model := f.good("POST", place+"/models:upload", `{"model":{"displayName":"m","artifactUri":"gs://b/m"}}`)["response"].(map[string]any)["model"].(string)
	got := f.good("GET", "/v1/"+model, "")
	artifact := f.good("GET", "/v1/"+got["metadataArtifact"].(string), "")
	if artifact["schemaTitle"] != "google.VertexModel" || artifact["metadata"].(map[string]any)["resourceName"] != model {
		t.Error(artifact)
	}
}

// The graph of a chain, so many hops of it, and the bound of it.
func TestGraph(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	f.good("POST", place+"/metadataStores?metadataStoreId=default", "{}")
	for i := range 4 {
		f.good("POST", fmt.Sprintf("%s/artifacts?artifactId=data-%d", store, i), `{}`)
	}
	for i := range 3 {
		run := fmt.Sprintf("run-%d", i)
		f.good("POST", store+"/executions?executionId="+run, `{}`)
		events := fmt.Sprintf(`{"events":[{"artifact":"%s/artifacts/data-%d","type":"INPUT"},{"artifact":"%s/artifacts/data-%d","type":"OUTPUT"}]}`, store[4:], i, store[4:], i+1)
		f.good("POST", store+"/executions/"+run+":addExecutionEvents", events)
		f.good("POST", store+"/executions/"+run+":addExecutionEvents", events) // is skipped
	}
	for hops, want := range map[string][3]int{"": {4, 3, 6}, "?maxHops=0": {1, 0, 0}, "?maxHops=1": {1, 1, 1}, "?maxHops=2": {2, 1, 2}} {
		g := f.good("GET", store+"/artifacts/data-0:queryArtifactLineageSubgraph"+hops, "")
		if got := sizes(g); got != want {
			t.Errorf("%q: %v, want %v", hops, got, want)
		}
	}
	if got := sizes(f.good("GET", store+"/executions/run-1:queryExecutionInputsAndOutputs", "")); got != [3]int{2, 1, 2} {
		t.Error(got)
	}
	f.good("POST", store+"/contexts?contextId=group-1", `{}`)
	f.good("POST", store+"/contexts/group-1:addContextArtifactsAndExecutions", `{"artifacts":["`+store[4:]+`/artifacts/data-0"],"executions":["`+store[4:]+`/executions/run-0"]}`)
	if got := sizes(f.good("GET", store+"/contexts/group-1:queryContextLineageSubgraph", "")); got != [3]int{1, 1, 1} {
		t.Error(got)
	}
	var events []string
	for i := range 1001 {
		f.good("POST", fmt.Sprintf("%s/artifacts?artifactId=wide-%d", store, i), `{}`)
		events = append(events, fmt.Sprintf(`{"artifact":"%s/artifacts/wide-%d","type":"INPUT"}`, store[4:], i))
	}
	f.good("POST", store+"/executions/run-0:addExecutionEvents", `{"events":[`+strings.Join(events, ",")+`]}`)
	status, out := f.call(f.token("user", scope), "localhost", "GET", store+"/artifacts/data-0:queryArtifactLineageSubgraph", "")
	if problem := out["error"].(map[string]any); status != http.StatusBadRequest || problem["status"] != "FAILED_PRECONDITION" {
		t.Error(status, problem)
	}
}

func sizes(g map[string]any) (out [3]int) {
	for i, field := range []string{"artifacts", "executions", "events"} {
		list, _ := g[field].([]any)
		out[i] = len(list)
	}
	return out
}

func TestLineageRefusals(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	const path = "/v1/projects/demo/locations/us:processOpenLineageRunEvent"
	good := map[string]any{
		"eventTime": "2026-11-23T12:00:00Z", "eventType": "COMPLETE", "producer": "https://p", "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
		"run": map[string]any{"runId": "x"}, "job": map[string]any{"namespace": "n", "name": "j"},
		"inputs": []any{map[string]any{"namespace": "a", "name": "b"}}, "outputs": []any{map[string]any{"namespace": "c", "name": "d"}},
	}
	text, _ := json.Marshal(good)
	out := f.good("POST", path, string(text))
	if !strings.HasPrefix(out["run"].(string), out["process"].(string)+"/runs/") || len(out["lineageEvents"].([]any)) != 1 {
		t.Error(out)
	}
	for field, bad := range map[string]any{
		"eventTime": "soon", "eventType": "DONE", "producer": "", "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent",
		"run": map[string]any{}, "job": map[string]any{"name": "j"},
		"inputs":  []any{map[string]any{"namespace": "a", "name": strings.Repeat("x", 4000)}},
		"outputs": []any{map[string]any{"namespace": "a"}},
	} {
		event := map[string]any{}
		for k, v := range good {
			event[k] = v
		}
		event[field] = bad
		text, _ := json.Marshal(event)
		if status, out := f.call(f.token("user", scope), "localhost", "POST", path, string(text)); status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", field, status, out)
		}
	}
	large := `{"x":"` + strings.Repeat("x", 5_000_000) + `"}`
	if status, _ := f.call(f.token("user", scope), "localhost", "POST", path, large); status != http.StatusBadRequest {
		t.Errorf("5 MB: %d", status)
	}
	if status, _ := f.call(f.token("viewer", scope), "localhost", "POST", path, string(text)); status != http.StatusForbidden {
		t.Errorf("viewer: %d", status)
	}
	if told := f.api.Told(); len(told) != 1 {
		t.Errorf("%d events were taken", len(told))
	}
}
