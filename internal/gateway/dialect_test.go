package gateway_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/mask"
)

func TestOpenAIChat(t *testing.T) {
	t.Parallel()
	k := token(t)
	far := farSide(t, func(w http.ResponseWriter, r *http.Request) {
		said := `{"candidates":[{"content":{"role":"model","parts":[{"text":"to ` + k + `"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2,"totalTokenCount":7}}`
		if strings.Contains(r.URL.Path, "stream") {
			w.Header().Set("Content-Type", "text/event-stream")
			said = "data: " + said + "\r\n\r\n"
		} else {
			w.Header().Set("Content-Type", "application/json")
		}
		_, _ = w.Write([]byte(said))
	})
	d := open(t, far, guarded(&gateway.Guard{Masker: masker(t, mask.Options{})}))
	const ask = `{"model":"google/gemini-2.5-flash","stream":%v,"messages":[{"role":"user","content":"me@b.test"}]}`
	status, body, h := d.post(t, "/v1/chat/completions", fmt.Sprintf(ask, false))
	var got struct {
		Choices []struct {
			Message      struct{ Content string }
			FinishReason string `json:"finish_reason"`
		}
		Usage struct {
			Total int `json:"total_tokens"`
		}
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != 200 || got.Choices[0].Message.Content != "to me@b.test" || got.Choices[0].FinishReason != "stop" || got.Usage.Total != 7 {
		t.Errorf("%d %s", status, body)
	}
	if path, asked, _ := far.asked(); path != native+"generateContent" || !strings.Contains(asked, k) {
		t.Errorf("asked %s with %s", path, asked)
	}
	last := d.book.last(t)
	if last.Call.ID != h.Get("X-Landbridge-Call-Id") || last.Call.Dialect != "openai" || last.Call.Method != "generateContent" || last.Call.Input != 5 || last.Call.Output != 2 {
		t.Errorf("record %+v", last.Call)
	}
	status, body, h = d.post(t, "/openai/v1/chat/completions", fmt.Sprintf(ask, true))
	if status != 200 || h.Get("Content-Type") != "text/event-stream" || !strings.Contains(body, "to me@b.test") || !strings.HasSuffix(body, "data: [DONE]\n\n") {
		t.Errorf("%d %s", status, body)
	}
}

func TestAnthropicMessages(t *testing.T) {
	t.Parallel()
	far := farSide(t, says("application/json", `{"id":"1","type":"message","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":4}}`))
	d := open(t, far)
	status, body, _ := d.do(t, http.MethodPost, "/anthropic/v1/messages", `{"model":"claude-sonnet-4@20250514","max_tokens":10,"messages":[{"role":"user","content":"hello"}]}`, "X-Api-Key", secret, "Anthropic-Version", "2023-06-01")
	if status != 200 || !strings.Contains(body, `"text":"hi"`) {
		t.Errorf("%d %s", status, body)
	}
	path, asked, sent := far.asked()
	if path != claude+"rawPredict" || !strings.Contains(asked, `"anthropic_version":"vertex-2023-10-16"`) || sent.Get("X-Api-Key") != "" {
		t.Errorf("asked %s with %s", path, asked)
	}
	if last := d.book.last(t); last.Call.Input != 3 || last.Call.Output != 4 || last.Call.Model != "anthropic/claude-sonnet-4@20250514" {
		t.Errorf("record %+v", last.Call)
	}
}

// The errors of each dialect have its own form.
func TestRefusalsInEachDialect(t *testing.T) {
	t.Parallel()
	denied := rule()
	denied.Models = []string{"google/other"}
	d := open(t, farSide(t, says("application/json", answer)), func(o *gateway.Options) { o.Policy = rules(t, denied) })
	for path, want := range map[string]string{
		"/v1/chat/completions":     `{"error":{"message":"rule demo allows generateContent of google/other, not google/gemini-2.5-flash`,
		"/v1/messages":             `{"type":"error","error":{"type":"permission_error","message":"rule demo allows rawPredict of google/other, not anthropic/claude-x`,
		native + "generateContent": `{"error":{"code":403,"message":"rule demo allows generateContent of google/other, not google/gemini-2.5-flash`,
	} {
		model := "google/gemini-2.5-flash"
		if path == "/v1/messages" {
			model = "claude-x"
		}
		status, body, _ := d.post(t, path, `{"model":"`+model+`","max_tokens":5,"messages":[{"role":"user","content":"x"}]}`)
		if status != 403 || !strings.HasPrefix(body, want) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestBlocksInEachDialect(t *testing.T) {
	t.Parallel()
	d := open(t, farSide(t, says("application/json", answer)), guarded(&gateway.Guard{Injection: gateway.Block, Inspector: hasWord("EVIL")}))
	for path, want := range map[string]string{
		"/v1/chat/completions": `content_filter`,
		"/v1/messages":         `"stop_reason":"refusal"`,
		openapi:                `"finish_reason":"content_filter"`,
		claude + "rawPredict":  `"stop_reason":"refusal"`,
	} {
		for _, stream := range []bool{false, true} {
			model, to := "google/gemini-2.5-flash", path
			if path == "/v1/messages" {
				model = "claude-x"
			}
			if path == claude+"rawPredict" {
				model = "claude-sonnet-4"
				if stream {
					to = claude + "streamRawPredict"
				}
			}
			status, body, _ := d.post(t, to, fmt.Sprintf(`{"model":%q,"stream":%v,"max_tokens":5,"messages":[{"role":"user","content":"EVIL"}]}`, model, stream))
			if status != 200 || !strings.Contains(body, want) || stream != strings.Contains(body, "data: ") {
				t.Errorf("%s %v: %d %s", path, stream, status, body)
			}
		}
	}
}

func TestModels(t *testing.T) {
	t.Parallel()
	only := rule()
	only.Models = []string{"google/*"}
	d := open(t, farSide(t, says("application/json", answer)), func(o *gateway.Options) {
		o.Policy = rules(t, only)
		o.Models = func() []string { return []string{"google/gemini-2.5-flash", "anthropic/claude-x"} }
	})
	if status, body, _ := d.do(t, http.MethodGet, "/v1/models", "", "Authorization", "Bearer "+secret); status != 200 || !strings.Contains(body, "gemini-2.5-flash") || strings.Contains(body, "claude") {
		t.Errorf("%d %s", status, body)
	}
	if status, body, _ := d.do(t, http.MethodGet, "/v1/models/google/gemini-2.5-flash", "", "Authorization", "Bearer "+secret); status != 200 || !strings.Contains(body, "gemini-2.5-flash") {
		t.Errorf("%d %s", status, body)
	}
	if status, body, _ := d.do(t, http.MethodGet, "/v1/models/anthropic/claude-x", "", "Authorization", "Bearer "+secret); status != 404 {
		t.Errorf("%d %s", status, body)
	}
}
