package googleapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	hello        = `{"contents":[{"role":"user","parts":[{"text":"hello bridge"}]}]}`
	helloText    = `You asked: "hello bridge". It is about hello, bridge.`
	unauthorised = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)

func TestVertexRefusals(t *testing.T) {
	t.Parallel()
	disabled := "Vertex AI API has not been used in project 1234567890 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/aiplatform.googleapis.com/overview?project=1234567890 then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry."
	billing := "This API method requires billing to be enabled. Please enable billing on project #1234567890 by visiting https://console.developers.google.com/billing/enable?project=1234567890 then retry. If you enabled billing for this project recently, wait a few minutes for the action to propagate to our systems and retry."
	userProject := "Caller does not have required permission to use project demo. Grant the caller the roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission, by visiting https://console.developers.google.com/iam-admin/iam/project?project=demo and then retry. Propagation of the new permission may take a few minutes."
	location := "List of found errors:\t1.Field: endpoint; Message: The provided location ID doesn't match the endpoint. For the list of supported location IDs see https://cloud.google.com/vertex-ai/docs/general/locations.\t"
	notThere := func(m string) string {
		return "Publisher Model `projects/demo/locations/us-central1/publishers/google/models/" + m + "` was not found or your project does not have access to it. Please ensure you are using a valid model version. For more information, see: https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions"
	}
	for _, tc := range []struct {
		name, url, body string
		auth            func(*google) string
		headers         []string
		world           func(*world.World)
		want            refusal
	}{
		{name: "no token", auth: func(*google) string { return "X: y" }, want: refusal{401, "UNAUTHENTICATED", "CREDENTIALS_MISSING", "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."}},
		{name: "an API key", auth: func(*google) string { return "x-goog-api-key: k" }, want: refusal{401, "UNAUTHENTICATED", "CREDENTIALS_MISSING", "API keys are not supported by this API. Expected OAuth2 access token or other authentication credentials that assert a principal. See https://cloud.google.com/docs/authentication"}},
		{name: "the assertion itself", auth: func(g *google) string { return "Authorization: Bearer " + g.assertion(time.Hour) }, want: refusal{401, "UNAUTHENTICATED", "ACCESS_TOKEN_TYPE_UNSUPPORTED", unauthorised}},
		{name: "a dead token", auth: func(g *google) string {
			return g.grant(world.Grant{Principal: principal, Members: []string{principal}, Expiry: noon})
		}, want: refusal{401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED", unauthorised}},
		{name: "a disabled account", auth: func(g *google) string { return g.serviceAccount(account) }, world: func(w *world.World) {
			_ = w.UpdateServiceAccount(account, func(a *world.ServiceAccount) { a.Disabled = true })
		}, want: refusal{401, "UNAUTHENTICATED", "ACCOUNT_STATE_INVALID", unauthorised}},
		{name: "a narrow scope", auth: func(g *google) string {
			return g.grant(world.Grant{Principal: principal, Members: []string{principal}, Scopes: []string{"https://www.googleapis.com/auth/devstorage.read_only"}})
		}, want: refusal{403, "PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "Request had insufficient authentication scopes."}},
		{name: "no role", auth: func(g *google) string { return g.serviceAccount(target) }, want: refusal{403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/projects/demo/locations/us-central1/publishers/google/models/flash' (or it may not exist)."}},
		{name: "no such project", url: "/v1/projects/other/locations/us-central1/publishers/google/models/flash:generateContent", want: refusal{403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/projects/other/locations/us-central1/publishers/google/models/flash' (or it may not exist)."}},
		{name: "the API is off", world: func(w *world.World) {
			_ = w.UpdateProject("demo", func(p *world.Project) { delete(p.Services, "aiplatform.googleapis.com") })
		}, want: refusal{403, "PERMISSION_DENIED", "SERVICE_DISABLED", disabled}},
		{name: "no billing", world: func(w *world.World) {
			_ = w.UpdateProject("demo", func(p *world.Project) { p.Billing = false })
		}, want: refusal{403, "PERMISSION_DENIED", "BILLING_DISABLED", billing}},
		{name: "a user project", headers: []string{"X-Goog-User-Project: demo"}, want: refusal{403, "PERMISSION_DENIED", "USER_PROJECT_DENIED", userProject}},
		{name: "no such model", url: vertexPath + "/publishers/google/models/gone:generateContent", want: refusal{404, "NOT_FOUND", "", notThere("gone")}},
		{name: "no such endpoint", url: vertexPath + "/endpoints/78:predict", want: refusal{404, "NOT_FOUND", "", "Endpoint `projects/demo/locations/us-central1/endpoints/78` not found."}},
		{name: "another region's host", url: "https://europe-west4-aiplatform.googleapis.com" + flash + ":generateContent", want: refusal{400, "INVALID_ARGUMENT", "", location}},
		{name: "the global host", url: "https://aiplatform.googleapis.com" + flash + ":generateContent", want: refusal{400, "INVALID_ARGUMENT", "", location}},
		{name: "an unknown field", body: `{"contents":[],"prompt":"x"}`, want: refusal{400, "INVALID_ARGUMENT", "", `Invalid JSON payload received. Unknown name "prompt": Cannot find field.`}},
		{name: "half a body", body: `{"contents":[`, want: refusal{400, "INVALID_ARGUMENT", "", "Invalid JSON payload received. Unexpected end of string."}},
		{name: "no contents", body: `{}`, want: refusal{400, "INVALID_ARGUMENT", "", "Unable to submit request because at least one contents field is required. Learn more: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini"}},
		{name: "a strange role", body: `{"contents":[{"role":"robot","parts":[{"text":"x"}]}]}`, want: refusal{400, "INVALID_ARGUMENT", "", "Please use a valid role: user, model."}},
		{name: "too hot", body: `{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"temperature":3}}`, want: refusal{400, "INVALID_ARGUMENT", "", "Unable to submit request because it has a temperature value of 3 but the supported range is from 0 (inclusive) to 2.0001 (exclusive). Update the value and try again."}},
		{name: "a stream's refusal", url: flash + ":streamGenerateContent", body: `{}`, want: refusal{400, "INVALID_ARGUMENT", "", "Unable to submit request because at least one contents field is required. Learn more: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini"}},
		{name: "gemini by predict", url: flash + ":predict", body: `{"instances":[{"content":"x"}]}`, want: refusal{400, "FAILED_PRECONDITION", "", "Gemini cannot be accessed through Vertex Predict/RawPredict API. Please follow https://cloud.google.com/vertex-ai/docs/generative-ai/start/quickstarts/quickstart-multimodal for Gemini usage."}},
		{name: "no instances", url: endpoint + ":predict", body: `{}`, want: refusal{400, "INVALID_ARGUMENT", "", "Request contains an invalid argument."}},
		{name: "an unknown method", url: flash + ":dream", want: refusal{501, "UNIMPLEMENTED", "", "the sandbox does not know POST " + flash + ":dream; docs/sandbox.md lists what it knows"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := newGoogle(t)
			auth := g.federated()
			if tc.auth != nil {
				auth = tc.auth(g)
			}
			if tc.world != nil {
				tc.world(g.world)
			}
			if tc.url == "" {
				tc.url = flash + ":generateContent"
			}
			if tc.body == "" {
				tc.body = hello
			}
			if diff := cmp.Diff(tc.want, g.refusal(g.do(http.MethodPost, tc.url, tc.body, append(tc.headers, auth)...))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

type generated struct {
	Candidates []struct {
		Content struct {
			Role  string
			Parts []struct {
				Text         string
				FunctionCall map[string]any
			}
		}
		FinishReason any
	}
	PromptFeedback map[string]any
	UsageMetadata  struct {
		PromptTokenCount, CandidatesTokenCount, TotalTokenCount int
		TrafficType                                             string
	}
	ModelVersion, CreateTime, ResponseID string
}

func (r generated) text() string {
	var b strings.Builder
	for _, c := range r.Candidates {
		for _, p := range c.Content.Parts {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestGenerateContent(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	signed := "\n\n[sandbox: called by " + principal + "]"
	for _, tc := range []struct {
		name, url, body, text string
		reason                any
	}{
		{"plain", flash, hello, helloText + signed, "STOP"},
		{"snake case, no lists", flash, `{"contents":{"parts":{"text":"hello bridge"}},"generation_config":{"candidate_count":1}}`, helloText + signed, "STOP"},
		{"beta", strings.Replace(flash, "/v1/", "/v1beta1/", 1), hello, helloText + signed, "STOP"},
		{"by number", strings.Replace(flash, "projects/demo", "projects/1234567890", 1), hello, helloText + signed, "STOP"},
		{"its own region's host", "https://us-central1-aiplatform.googleapis.com" + flash, hello, helloText + signed, "STOP"},
		{"cut", flash, strings.Replace(hello, `]}]}`, `]}],"generationConfig":{"maxOutputTokens":2}}`, 1), helloText[:8], "MAX_TOKENS"},
		{"stopped", flash, strings.Replace(hello, `]}]}`, `]}],"generationConfig":{"stopSequences":["It is"]}}`, 1), `You asked: "hello bridge". `, "STOP"},
		{"json", flash, strings.Replace(hello, `]}]}`, `]}],"generationConfig":{"responseMimeType":"application/json"}}`, 1), `{"answer":"You asked: \"hello bridge\". It is about hello, bridge.","caller":"` + principal + `"}`, "STOP"},
		{"two candidates", flash, strings.Replace(hello, `]}]}`, `]}],"generationConfig":{"candidateCount":2}}`, 1), helloText + signed + "(2) " + helloText + signed, "STOP"},
		{"an endpoint", endpoint, hello, helloText + signed, "STOP"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := &google{t, g.world, g.api}
			rec := g.do(http.MethodPost, tc.url+":generateContent", tc.body, g.federated(), "X-Goog-User-Project: ")
			var got generated
			g.into(rec, &got)
			if diff := cmp.Diff(tc.text, got.text()); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
			if got.Candidates[0].FinishReason != tc.reason || got.Candidates[0].Content.Role != "model" {
				t.Errorf("%+v", got.Candidates[0])
			}
			u := got.UsageMetadata
			if u.PromptTokenCount != 3 || u.TotalTokenCount != 3+u.CandidatesTokenCount || u.TrafficType != "ON_DEMAND" || got.CreateTime != "2026-11-23T12:00:00.000000Z" || got.ResponseID == "" {
				t.Errorf("%+v", got)
			}
			if caller := rec.Header().Get("X-Sandbox-Caller"); caller != principal {
				t.Errorf("caller %q", caller)
			}
		})
	}
}

func TestEnumEncodingInt(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	var got generated
	g.into(g.do(http.MethodPost, flash+":generateContent?$alt=json%3Benum-encoding%3Dint", hello, g.federated()), &got)
	if got.Candidates[0].FinishReason != float64(1) {
		t.Errorf("finishReason %v", got.Candidates[0].FinishReason)
	}
}

func TestBlockedPromptAndForcedCall(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	var blocked generated
	g.into(g.do(http.MethodPost, flash+":generateContent", `{"contents":[{"parts":[{"text":"[sandbox:block]"}]}]}`, g.federated()), &blocked)
	if diff := cmp.Diff(map[string]any{"blockReason": "PROHIBITED_CONTENT"}, blocked.PromptFeedback); diff != "" || len(blocked.Candidates) != 0 {
		t.Errorf("%s %+v", diff, blocked)
	}
	var called generated
	g.into(g.do(http.MethodPost, flash+":generateContent", `{"contents":[{"parts":[{"text":"x"}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY"}},
		"tools":[{"functionDeclarations":[{"name":"find","parameters":{"type":"OBJECT","properties":{"n":{"type":"INTEGER"},"q":{"type":"STRING"}},"required":["n","q"]}}]}]}`, g.federated()), &called)
	want := map[string]any{"name": "find", "args": map[string]any{"n": float64(1), "q": "q"}}
	if diff := cmp.Diff(want, called.Candidates[0].Content.Parts[0].FunctionCall); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStreams(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	want := helloText + "\n\n[sandbox: called by " + principal + "]"
	sse := g.do(http.MethodPost, flash+":streamGenerateContent?alt=sse", hello, g.federated())
	if kind := sse.Header().Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("Content-Type %q", kind)
	}
	var events []generated
	for event := range strings.SplitSeq(strings.TrimSuffix(sse.Body.String(), "\r\n\r\n"), "\r\n\r\n") {
		var one generated
		if err := json.Unmarshal([]byte(strings.TrimPrefix(event, "data: ")), &one); err != nil {
			t.Fatalf("%v in %q", err, event)
		}
		events = append(events, one)
	}
	checkStream(t, want, events)

	var array []generated
	rec := g.do(http.MethodPost, flash+":streamGenerateContent", hello, g.federated())
	g.into(rec, &array)
	checkStream(t, want, array)
	if !strings.Contains(rec.Body.String(), "}\r\n,\r\n{") {
		t.Errorf("the array is not framed as Google's: %s", rec.Body)
	}
}

// checkStream wants several pieces that make up the text, and the end of the story in the last one only.
func checkStream(t *testing.T, want string, pieces []generated) {
	t.Helper()
	if len(pieces) < 3 {
		t.Fatalf("%d pieces", len(pieces))
	}
	var b strings.Builder
	for i, p := range pieces {
		b.WriteString(p.text())
		last := i == len(pieces)-1
		if (p.Candidates[0].FinishReason == "STOP") != last || (p.UsageMetadata.TotalTokenCount > 0) != last {
			t.Errorf("piece %d: %+v", i, p)
		}
	}
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestVertexFault(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	g.world.SetFault("vertex", world.Fault{Status: 429})
	got := g.refusal(g.do(http.MethodPost, flash+":generateContent", hello, g.federated()))
	want := refusal{429, "RESOURCE_EXHAUSTED", "", "Resource exhausted. Please try again later. Please refer to https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
