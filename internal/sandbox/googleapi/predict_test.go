package googleapi_test

import (
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPredict(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	var got struct {
		Predictions                                              []struct{ Content string }
		DeployedModelID, Model, ModelDisplayName, ModelVersionID string
	}
	g.into(g.do(http.MethodPost, endpoint+":predict", `{"instances":[{"content":"Summarize this report in 5 bullet points"},"hello bridge",{"a":{"b":["hello bridge"]}}]}`, g.serviceAccount(account)), &got)
	signed := "\n\n[sandbox: called by " + account + "]"
	if n := strings.Count(got.Predictions[0].Content, "* "); n != 5 {
		t.Errorf("%d bullet points in %q", n, got.Predictions[0].Content)
	}
	for _, p := range got.Predictions[1:] {
		if diff := cmp.Diff(helloText+signed, p.Content); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if got.Model != "projects/1234567890/locations/us-central1/models/77" || got.DeployedModelID == "" {
		t.Errorf("%+v", got)
	}
}

func TestEmbeddings(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	const model = vertexPath + "/publishers/google/models/text-embedding"
	var classic struct {
		Predictions []struct {
			Embeddings struct {
				Values     []float64
				Statistics struct {
					Truncated  bool
					TokenCount int `json:"token_count"`
				}
			}
		}
	}
	g.into(g.do(http.MethodPost, model+":predict", `{"instances":[{"content":"hello bridge","task_type":"RETRIEVAL_QUERY"}],"parameters":{"outputDimensionality":8}}`, g.federated()), &classic)
	var modern struct {
		Embedding struct{ Values []float64 }
	}
	g.into(g.do(http.MethodPost, model+":embedContent", `{"content":{"parts":[{"text":"hello bridge"}]},"outputDimensionality":8}`, g.federated()), &modern)
	if diff := cmp.Diff(classic.Predictions[0].Embeddings.Values, modern.Embedding.Values); diff != "" {
		t.Errorf("the two forms differ:\n%s", diff)
	}
	length := 0.0
	for _, v := range modern.Embedding.Values {
		length += v * v
	}
	if len(modern.Embedding.Values) != 8 || math.Abs(length-1) > 1e-9 || classic.Predictions[0].Embeddings.Statistics.TokenCount != 3 {
		t.Errorf("%+v", classic)
	}
	got := g.refusal(g.do(http.MethodPost, flash+":embedContent", `{"content":{"parts":[{"text":"x"}]}}`, g.federated()))
	if got.Message != "Model flash is not supported in the embedContent API." {
		t.Errorf("%+v", got)
	}
}

func TestCountTokens(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	var got struct{ TotalTokens, TotalBillableCharacters int }
	g.into(g.do(http.MethodPost, flash+":countTokens", hello, g.federated()), &got)
	if got.TotalTokens != 3 || got.TotalBillableCharacters != 11 {
		t.Errorf("%+v", got)
	}
}

func TestAnthropic(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	const claude = vertexPath + "/publishers/anthropic/models/claude@1"
	const body = `{"anthropic_version":"vertex-2023-10-16","max_tokens":100,"messages":[{"role":"user","content":[{"type":"text","text":"hello bridge"}]}]}`
	var got struct {
		Type, Role, Model string
		StopReason        string `json:"stop_reason"`
		Content           []struct{ Type, Text string }
		Usage             struct {
			In int `json:"input_tokens"`
		}
	}
	g.into(g.do(http.MethodPost, claude+":rawPredict", body, g.federated()), &got)
	if got.Type != "message" || got.StopReason != "end_turn" || !strings.HasPrefix(got.Content[0].Text, helloText) || got.Usage.In != 3 {
		t.Errorf("%+v", got)
	}
	if got := g.do(http.MethodPost, claude+":rawPredict", strings.Replace(body, "vertex-2023-10-16", "2026-10-21", 1), g.federated()); got.Code != 200 {
		t.Errorf("the version that Anthropic's clients send: %d %s", got.Code, got.Body)
	}
	stream := g.do(http.MethodPost, claude+":streamRawPredict", strings.Replace(body, `{`, `{"stream":true,`, 1), g.federated()).Body.String()
	var events []string
	for line := range strings.SplitSeq(stream, "\n") {
		if name, ok := strings.CutPrefix(line, "event: "); ok && (len(events) == 0 || events[len(events)-1] != name) {
			events = append(events, name)
		}
	}
	if diff := cmp.Diff([]string{"message_start", "content_block_start", "ping", "content_block_delta", "content_block_stop", "message_delta", "message_stop"}, events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	for text, bad := range map[string]string{
		"anthropic_version: Field required":          strings.Replace(body, "anthropic_version", "version", 1),
		"anthropic_version: Input should be":         strings.Replace(body, "vertex-2023-10-16", "2023-06-01", 1),
		"max_tokens: Field required":                 strings.Replace(body, "max_tokens", "tokens", 1),
		"model: Extra inputs are not permitted":      strings.Replace(body, `{`, `{"model":"x",`, 1),
		"messages: at least one message is required": `{"anthropic_version":"vertex-2023-10-16","max_tokens":1,"messages":[]}`,
		"The request body is not valid JSON":         `{`,
	} {
		if got := g.do(http.MethodPost, claude+":rawPredict", bad, g.federated()); got.Code != 400 || !strings.Contains(got.Body.String(), text) || !strings.Contains(got.Body.String(), "invalid_request_error") {
			t.Errorf("%s: %d %s", text, got.Code, got.Body)
		}
	}
}

func TestRawEndpoint(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	var got struct {
		Content     string
		Predictions []struct{ Content string }
	}
	g.into(g.do(http.MethodPost, endpoint+":rawPredict", `{"inputs":"hello bridge"}`, g.federated()), &got)
	g.into(g.do(http.MethodPost, endpoint+":rawPredict", `{"instances":["hello bridge"]}`, g.federated()), &got)
	if !strings.HasPrefix(got.Content, helloText) || !strings.HasPrefix(got.Predictions[0].Content, helloText) {
		t.Errorf("%+v", got)
	}
}

func TestModels(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	var list struct{ PublisherModels []struct{ Name string } }
	g.into(g.do(http.MethodGet, "/v1beta1/publishers/google/models", "", g.federated()), &list)
	if len(list.PublisherModels) != 2 {
		t.Errorf("%+v", list)
	}
	var one struct{ Name string }
	g.into(g.do(http.MethodGet, "/v1/publishers/google/models/flash", "", g.federated()), &one)
	if one.Name != "publishers/google/models/flash" {
		t.Errorf("%+v", one)
	}
	if got := g.refusal(g.do(http.MethodGet, "/v1/publishers/google/models/gone", "", g.federated())); got.Message != "Publisher Model `publishers/google/models/gone` is not found." {
		t.Errorf("%+v", got)
	}
}
