package google_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
)

const (
	generatePath = "/v1/projects/prod/locations/europe-west4/publishers/google/models/gemini-2.5-flash:generateContent"
	predictPath  = "/v1/projects/prod/locations/europe-west4/endpoints/42:predict"
)

func vertex(t *testing.T, f *far) *google.Vertex {
	t.Helper()
	v, err := google.NewVertex(google.VertexOptions{Wire: client(), Clock: clock, Endpoint: f.URL, QuotaProject: "billing"})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var (
	leaseOf = func(p string) bridge.Lease {
		return bridge.Lease{Token: bridge.NewSecret("ya29.secret-account"), Principal: bridge.Principal(p)}
	}
	prompt = google.Prompt{Project: "prod", Location: "europe-west4", Model: "gemini-2.5-flash", Text: "hello"}
)

func TestGenerateContent(t *testing.T) {
	t.Parallel()
	f := newFar(t, map[string]reply{generatePath: {status: 200, body: `{"candidates":[{"content":{"role":"model","parts":[{"text":"hi "},{"text":"there"}]},"finishReason":"STOP"}],"usageMetadata":{"totalTokenCount":7},"modelVersion":"gemini-2.5-flash"}`}})
	got, err := vertex(t, f).GenerateContent(t.Context(), leaseOf(account), prompt)
	if err != nil {
		t.Fatal(err)
	}
	if got.Text != "hi there" || got.Tokens != 7 || got.Finish != "STOP" || got.Step.Who != account || got.Step.Hop != bridge.HopVertex {
		t.Errorf("%+v", got)
	}
	call := f.calls()[0]
	if call.Header.Get("Authorization") != "Bearer ya29.secret-account" || call.Header.Get("X-Goog-User-Project") != "billing" {
		t.Errorf("%v", call.Header)
	}
	wantJSON(t, call.Body, `{"contents":[{"role":"user","parts":[{"text":"hello"}]}]}`)
}

func TestPredict(t *testing.T) {
	t.Parallel()
	f := newFar(t, map[string]reply{predictPath: {status: 200, body: `{"predictions":[{"content":"five bullets"}]}`}})
	instance := json.RawMessage(`{"content":"Summarize this report in 5 bullet points"}`)
	got, err := vertex(t, f).Predict(t.Context(), leaseOf(account), "projects/prod/locations/europe-west4/endpoints/42", []json.RawMessage{instance})
	if err != nil || len(got.Predictions) != 1 || string(got.Predictions[0]) != `{"content":"five bullets"}` {
		t.Fatalf("%+v %v", got, err)
	}
	wantJSON(t, f.calls()[0].Body, `{"instances":[{"content":"Summarize this report in 5 bullet points"}]}`)
}

func TestVertexHost(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"global": "aiplatform.googleapis.com", "us": "aiplatform.us.rep.googleapis.com", "eu": "aiplatform.eu.rep.googleapis.com",
		"europe-west4": "europe-west4-aiplatform.googleapis.com",
	} {
		if got := google.VertexHost(location, google.DefaultUniverse); got != want {
			t.Errorf("%s: %s", location, got)
		}
	}
	if got := google.VertexHost("u-1", "example.cloud"); got != "u-1-aiplatform.example.cloud" {
		t.Error(got)
	}
}

func TestVertexRefusals(t *testing.T) {
	t.Parallel()
	info := func(reason string) string {
		return `[{"reason":"` + reason + `","metadata":{"consumer":"projects/prod"}}]`
	}
	denied := "Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/projects/prod/locations/europe-west4/publishers/google/models/gemini-2.5-flash' (or it may not exist)."
	for _, tc := range []struct {
		name, text, hint, who string
		reply                 reply
		kind                  bridge.Kind
	}{
		{
			"direct", "vertex ai refused the call: UNAUTHENTICATED: Request had invalid authentication credentials.",
			"this API does not take federated tokens: impersonate a service account; or the token is dead", member,
			rpcError(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", ""), bridge.Denied,
		},
		{
			"dead", "vertex ai refused the call: UNAUTHENTICATED: Request had invalid authentication credentials.",
			"the token is dead, or an assertion was sent in its place: Google's access tokens start with ya29", account,
			rpcError(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", ""), bridge.Denied,
		},
		{
			"role", "vertex ai refused the call: PERMISSION_DENIED: " + denied,
			"check that prod is the right project, then: gcloud projects add-iam-policy-binding prod --role=roles/aiplatform.user --member=serviceAccount:" + account + "; a new binding takes up to 7 minutes", account,
			rpcError(403, "PERMISSION_DENIED", denied, info("IAM_PERMISSION_DENIED")), bridge.Denied,
		},
		{
			"role of a principal", "vertex ai refused the call: PERMISSION_DENIED: " + denied,
			"check that prod is the right project, then: gcloud projects add-iam-policy-binding prod --role=roles/aiplatform.user --member=" + member + "; a new binding takes up to 7 minutes", member,
			rpcError(403, "PERMISSION_DENIED", denied, info("IAM_PERMISSION_DENIED")), bridge.Denied,
		},
		{
			"API off", "vertex ai refused the call: PERMISSION_DENIED: Vertex AI API has not been used in project prod before or it is disabled.",
			"gcloud services enable aiplatform.googleapis.com --project=prod", account,
			rpcError(403, "PERMISSION_DENIED", "Vertex AI API has not been used in project prod before or it is disabled.", info("SERVICE_DISABLED")), bridge.Denied,
		},
		{
			"billing", "vertex ai refused the call: PERMISSION_DENIED: This API method requires billing to be enabled.",
			"gcloud billing projects describe prod, then link a billing account", account,
			rpcError(403, "PERMISSION_DENIED", "This API method requires billing to be enabled.", info("BILLING_DISABLED")), bridge.Denied,
		},
		{
			"scope", "vertex ai refused the call: PERMISSION_DENIED: Request had insufficient authentication scopes.",
			"ask for the scope https://www.googleapis.com/auth/cloud-platform", account,
			rpcError(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.", info("ACCESS_TOKEN_SCOPE_INSUFFICIENT")), bridge.Denied,
		},
		{
			"model", "vertex ai refused the call: NOT_FOUND: Publisher Model `x` was not found or your project does not have access to it.",
			"the model is retired, misspelt, or not in europe-west4: try location global or us-central1", account,
			rpcError(404, "NOT_FOUND", "Publisher Model `x` was not found or your project does not have access to it.", ""), bridge.Denied,
		},
		{
			"quota", "vertex ai answered 429: RESOURCE_EXHAUSTED: Resource exhausted. Please try again later.",
			"the shared quota of the model is spent: wait, use another location (global has the most), or buy provisioned throughput", account,
			rpcError(429, "RESOURCE_EXHAUSTED", "Resource exhausted. Please try again later.", ""), bridge.Unreachable,
		},
		{
			"list form", "vertex ai answered 503: UNAVAILABLE: The service is currently unavailable.", "", account,
			reply{status: 503, body: `[{"error":{"code":503,"message":"The service is currently unavailable.","status":"UNAVAILABLE"}}]`},
			bridge.Unreachable,
		},
		{
			"blocked", "vertex ai blocked the prompt: PROHIBITED_CONTENT", "change the prompt, or the project's safety settings", account,
			reply{status: 200, body: `{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}`},
			bridge.Denied,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t, map[string]reply{generatePath: tc.reply})
			_, err := vertex(t, f).GenerateContent(t.Context(), leaseOf(tc.who), prompt)
			e := refused(t, err, tc.text)
			if e.Kind != tc.kind || e.Hop != bridge.HopVertex || e.Retry != (tc.kind == bridge.Unreachable) || e.Hint != tc.hint {
				t.Errorf("%v %v retry %v\nhint %s\nwant %s", e.Kind, e.Hop, e.Retry, e.Hint, tc.hint)
			}
		})
	}
}

func TestVertexCallsOnlyVertex(t *testing.T) {
	t.Parallel()
	f := newFar(t, nil)
	v := vertex(t, f)
	for _, tc := range []struct {
		text  string
		wrong func(*google.Prompt)
	}{
		{`"evil.test/" is not a location of vertex ai`, func(p *google.Prompt) { p.Location = "evil.test/" }},
		{`"a/../b" is not a project id or number`, func(p *google.Prompt) { p.Project = "a/../b" }},
		{`"x/../y" is not the id of a model`, func(p *google.Prompt) { p.Model = "x/../y" }},
	} {
		p := prompt
		tc.wrong(&p)
		_, err := v.GenerateContent(t.Context(), leaseOf(account), p)
		refused(t, err, tc.text)
	}
	_, err := v.Predict(t.Context(), leaseOf(account), "projects/p/locations/l/endpoints/e/../x", nil)
	refused(t, err, `"projects/p/locations/l/endpoints/e/../x" is not the name of an endpoint`)
	if n := len(f.calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
	_, err = v.GenerateContent(t.Context(), leaseOf(account), prompt)
	if e := refused(t, err, strings.Replace("HOST answered 501 with an empty body", "HOST", f.Listener.Addr().String(), 1)); e.Retry {
		t.Error("501 is retried")
	}
}
