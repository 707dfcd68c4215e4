package gateway_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/mask"
)

const (
	claude   = "/v1/projects/demo/locations/europe-west4/publishers/anthropic/models/claude-sonnet-4@20250514:"
	endpoint = "/v1/projects/demo/locations/europe-west4/endpoints/4711:"
	openapi  = "/v1beta1/projects/demo/locations/europe-west4/endpoints/openapi/chat/completions"
)

// Every text of every shape is masked, in both spellings; ids, signatures and base64 are not touched.
func TestEveryTextIsMasked(t *testing.T) {
	t.Parallel()
	const at, is = "a@b.test", "EMAIL_ADDRESS_"
	for _, one := range []struct {
		name, path, body string
		secrets          int // values that must be gone
	}{
		{"contents", native + "generateContent", `{"contents":[{"role":"user","parts":[{"text":"%s"},{"functionCall":{"name":"f","id":"a@b.kept","args":{"x":{"y":["%s"]}}}},{"functionResponse":{"name":"f","response":{"z":"%s"}}},{"executableCode":{"language":"PYTHON","code":"%s"}},{"codeExecutionResult":{"output":"%s"}},{"thoughtSignature":"a@b.kept"}]}]}`, 5},
		{"snake case", native + "generateContent", `{"system_instruction":{"parts":[{"text":"%s"}]},"contents":[{"parts":[{"function_call":{"args":{"x":"%s"}}},{"function_response":{"response":{"y":"%s"}}},{"code_execution_result":{"output":"%s"}},{"thought_signature":"a@b.kept"}]}]}`, 4},
		{"tools", native + "generateContent", `{"tools":[{"functionDeclarations":[{"name":"f","description":"%s","parameters":{"properties":{"x":{"type":"STRING","description":"%s"}}}}]}],"contents":[]}`, 2},
		{"media", native + "generateContent", `{"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"a@b.kept"}},{"fileData":{"mimeType":"image/png","fileUri":"gs://x/a@b.kept"}}]}]}`, 0},
		{"countTokens", native + "countTokens", `{"contents":[{"parts":[{"text":"%s"}]}]}`, 1},
		{"embedContent", native + "embedContent", `{"content":{"parts":[{"text":"%s"}]},"title":"%s"}`, 2},
		{"claude", claude + "rawPredict", `{"system":"%s","metadata":{"user_id":"%s"},"messages":[{"role":"user","content":"%s"},{"role":"user","content":[{"type":"text","text":"%s"},{"type":"tool_result","tool_use_id":"a@b.kept","content":"%s"},{"type":"tool_result","content":[{"type":"text","text":"%s"}]},{"type":"document","source":{"type":"text","media_type":"text/plain","data":"%s"}}]},{"role":"assistant","content":[{"type":"tool_use","id":"a@b.kept","name":"f","input":{"x":"%s"}},{"type":"thinking","thinking":"%s","signature":"a@b.kept"}]}],"tools":[{"name":"f","description":"%s","input_schema":{"properties":{"x":{"description":"%s"}}}}]}`, 11},
		{"openai", openapi, `{"model":"google/gemini-2.5-flash","messages":[{"role":"system","content":"%s"},{"role":"user","content":[{"type":"text","text":"%s"}]},{"role":"assistant","tool_calls":[{"id":"a@b.kept","type":"function","function":{"name":"f","arguments":"{\"x\":\"%s\"}"}}]},{"role":"tool","tool_call_id":"a@b.kept","content":"%s"}],"tools":[{"type":"function","function":{"name":"f","description":"%s"}}]}`, 5},
		{"a schema", native + "generateContent", `{"generationConfig":{"stopSequences":["%s"],"responseSchema":{"type":"OBJECT","required":["x"],"properties":{"x":{"type":"STRING","description":"%s","enum":["%s"],"example":"%s"}}}},"tools":[{"functionDeclarations":[{"name":"f","parameters":{"properties":{"x":{"default":"%s"}}}}]}],"contents":[]}`, 5},
		{"instances to count", native + "countTokens", `{"contents":[],"instances":[{"prompt":"%s"}]}`, 1},
		{"a document of one word", claude + "rawPredict", `{"messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"` + strings.Repeat("X", 80) + `%s"}}]}]}`, 1},
		{"another server's form", endpoint + "rawPredict", `{"inputs":"%s","messages":[{"role":"user","content":"x","note":"%s"}],"documents":[{"text":"%s"}],"prompt":["%s"],"suffix":"%s"}`, 5},
		{"openai's other texts", openapi, `{"model":"google/gemini-2.5-flash","messages":[{"role":"user","name":"%s","content":"x"}],"prediction":{"type":"content","content":"%s"},"metadata":{"x":"%s"},"stop":["%s"],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"description":"%s"}}}}`, 5},
		{"predict", strings.Replace(native, "gemini-2.5-flash", "text-embedding-005", 1) + "predict", `{"instances":[{"content":"%s","task_type":"X"},{"content":"%s"}]}`, 2},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			values := make([]any, one.secrets)
			for i := range values {
				values[i] = fmt.Sprintf("x%d%s", i, at)
			}
			far := farSide(t, says("application/json", `{}`))
			d := open(t, far, guarded(&gateway.Guard{Masker: masker(t, mask.Options{}), PredictPaths: [][]string{{"instances", "*", "content"}}}))
			if status, body, _ := d.post(t, one.path, fmt.Sprintf(one.body, values...)); status != 200 {
				t.Fatalf("%d %s", status, body)
			}
			_, asked, _ := far.asked()
			if strings.Contains(asked, at) || strings.Count(asked, is) != one.secrets {
				t.Errorf("sent %s", asked)
			}
			if strings.Count(asked, "a@b.kept") != strings.Count(one.body, "a@b.kept") {
				t.Errorf("an id was masked: %s", asked)
			}
		})
	}
}

// token is the first that a session gives to the one value of these tests.
func token(t *testing.T) string {
	t.Helper()
	s := masker(t, mask.Options{}).Session("")
	out, err := s.Mask("me@b.test")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAnswersAreUnmaskedInEveryShape(t *testing.T) {
	t.Parallel()
	k := token(t)
	for _, one := range []struct{ name, path, body, kind, answer, want string }{
		{
			"function call", native + "generateContent", `{"contents":[{"parts":[{"text":"me@b.test"}]}]}`, "application/json",
			`{"candidates":[{"citationMetadata":{"citations":[]},"content":{"parts":[{"functionCall":{"name":"f","args":{"to":"K"}},"thoughtSignature":"K"}]},"finishReason":"STOP"}]}`,
			`{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"to":"me@b.test"}},"thoughtSignature":"K"}]},"finishReason":"STOP"}]}`,
		},
		{
			"claude", claude + "rawPredict", `{"messages":[{"role":"user","content":"me@b.test"}]}`, "application/json",
			`{"type":"message","content":[{"type":"text","text":"to K!"},{"type":"tool_use","id":"1","input":{"to":"K"}}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":4}}`,
			`{"type":"message","content":[{"type":"text","text":"to me@b.test!"},{"type":"tool_use","id":"1","input":{"to":"me@b.test"}}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":4}}`,
		},
		{
			"openai", openapi, `{"model":"google/gemini-2.5-flash","messages":[{"role":"user","content":"me@b.test"}]}`, "application/json",
			`{"choices":[{"index":0,"message":{"content":"K","tool_calls":[{"function":{"arguments":"{\"to\":\"K\"}"}}]},"finish_reason":"stop"}]}`,
			`{"choices":[{"index":0,"message":{"content":"me@b.test","tool_calls":[{"function":{"arguments":"{\"to\":\"me@b.test\"}"}}]},"finish_reason":"stop"}]}`,
		},
		{
			"claude's stream", claude + "streamRawPredict", `{"stream":true,"messages":[{"role":"user","content":"me@b.test"}]}`, "text/event-stream",
			event("message_start", `{"type":"message_start","message":{"usage":{"input_tokens":3,"output_tokens":1}}}`) +
				event("content_block_delta", `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"to `+k[:4]+`"}}`) +
				event("content_block_stop", `{"type":"content_block_stop","index":0}`) +
				event("content_block_delta", `{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"to\":\"`+k[:5]+`"}}`) +
				event("content_block_delta", `{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"`+k[5:]+`\"}"}}`) +
				event("content_block_stop", `{"type":"content_block_stop","index":1}`) +
				event("message_stop", `{"type":"message_stop"}`),
			event("message_start", `{"type":"message_start","message":{"usage":{"input_tokens":3,"output_tokens":1}}}`) +
				event("content_block_delta", `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"to "}}`) +
				event("content_block_delta", `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"`+k[:4]+`"}}`) +
				event("content_block_stop", `{"type":"content_block_stop","index":0}`) +
				event("content_block_delta", `{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"to\":\""}}`) +
				event("content_block_delta", `{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"me@b.test\"}"}}`) +
				event("content_block_stop", `{"type":"content_block_stop","index":1}`) +
				event("message_stop", `{"type":"message_stop"}`),
		},
		{
			"openai's stream", openapi, `{"model":"google/gemini-2.5-flash","stream":true,"messages":[{"role":"user","content":"me@b.test"}]}`, "text/event-stream",
			event("", `{"choices":[{"index":0,"delta":{"content":"`+k[:6]+`"},"finish_reason":null}]}`) +
				event("", `{"choices":[{"index":0,"delta":{"content":"`+k[6:]+`"},"finish_reason":null}]}`) +
				event("", `{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`) + event("", "[DONE]"),
			event("", `{"choices":[{"index":0,"delta":{"content":""},"finish_reason":null}]}`) +
				event("", `{"choices":[{"index":0,"delta":{"content":"me@b.test"},"finish_reason":null}]}`) +
				event("", `{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`) + event("", "[DONE]"),
		},
		{
			"thought and text are apart", native + "streamGenerateContent?alt=sse", `{"contents":[{"parts":[{"text":"me@b.test"}]}]}`, "text/event-stream",
			event("", `{"candidates":[{"content":{"parts":[{"thought":true,"text":"think `+k[:5]+`"}]}}]}`) +
				event("", `{"candidates":[{"content":{"parts":[{"text":"`+k[5:]+`"}]},"finishReason":"STOP"}]}`),
			event("", `{"candidates":[{"content":{"parts":[{"thought":true,"text":"think "}]}}]}`) +
				event("", `{"candidates":[{"index":0,"content":{"role":"model","parts":[{"thought":true,"text":"`+k[:5]+`"}]}}]}`) +
				event("", `{"candidates":[{"content":{"parts":[{"text":"`+k[5:]+`"}]},"finishReason":"STOP"}]}`),
		},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			in := func(s string) string {
				return strings.ReplaceAll(strings.ReplaceAll(s, `"thoughtSignature":"K"`, `"thoughtSignature":"+"`), "K", k)
			}
			d := open(t, farSide(t, says(one.kind, in(one.answer))), guarded(&gateway.Guard{Masker: masker(t, mask.Options{})}))
			want := strings.ReplaceAll(one.want, `"thoughtSignature":"K"`, `"thoughtSignature":"+"`)
			if status, body, _ := d.post(t, one.path, one.body); status != 200 || body != want {
				t.Errorf("%d\n%s\nwant\n%s", status, body, want)
			}
		})
	}
}

func event(name, data string) string {
	if name != "" {
		name = "event: " + name + "\n"
	}
	return name + "data: " + data + "\n\n"
}

// Media that are text are read like any other text, and go on as they came: in base64.
func TestTextInBase64IsMasked(t *testing.T) {
	t.Parallel()
	far := farSide(t, says("application/json", answer))
	d := open(t, far, guarded(&gateway.Guard{Masker: masker(t, mask.Options{}), Injection: gateway.Block, Inspector: hasWord("EVIL"), BlockAsError: true}))
	ask := func(kind, text string) string {
		return fmt.Sprintf(`{"contents":[{"parts":[{"inline_data":{"data":%q,"mimeType":%q}}]}]}`, base64.StdEncoding.EncodeToString([]byte(text)), kind)
	}
	if status, body, _ := d.post(t, native+"generateContent", ask("text/csv; charset=utf-8", "to,me@b.test")); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	if _, asked, _ := far.asked(); asked != ask("text/csv; charset=utf-8", "to,"+token(t)) {
		t.Errorf("sent %s", asked)
	}
	picture := ask("image/png", "me@b.test EVIL")
	if status, body, _ := d.post(t, native+"generateContent", picture); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	if _, asked, _ := far.asked(); asked != picture {
		t.Errorf("sent %s", asked)
	}
	if status, body, _ := d.post(t, native+"generateContent", ask("text/plain", "EVIL")); status != 400 || !strings.Contains(body, "the prompt was blocked") && !strings.Contains(body, "The prompt was blocked") {
		t.Errorf("%d %s", status, body)
	}
	link := func(data string) string {
		return `{"model":"google/gemini-2.5-flash","messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:text/plain;` + data + `"}}]}]}`
	}
	for in, want := range map[string]string{
		"base64,bWVAYi50ZXN0": "base64," + base64.StdEncoding.EncodeToString([]byte(token(t))),
		"x=y,me%40b.test":     "x=y;base64," + base64.StdEncoding.EncodeToString([]byte(token(t))),
	} {
		if status, body, _ := d.post(t, openapi, link(in)); status != 200 {
			t.Errorf("%d %s", status, body)
		}
		if _, asked, _ := far.asked(); asked != link(want) {
			t.Errorf("sent %s", asked)
		}
	}
	broken := `{"contents":[{"parts":[{"inlineData":{"mimeType":"text/plain","data":"<EVIL>"}}]}]}`
	if status, body, _ := d.post(t, native+"generateContent", broken); status != 400 || !strings.Contains(body, "inline data of the request is not base64") {
		t.Errorf("%d %s", status, body)
	}
}

// Whoever is the model in one list is not so in another.
func TestRolesAreOfTheirOwnList(t *testing.T) {
	t.Parallel()
	far := farSide(t, says("application/json", answer))
	d := open(t, far, guarded(&gateway.Guard{Injection: gateway.Block, Inspector: hasWord("EVIL"), BlockAsError: true, PredictPaths: [][]string{{"instances", "*", "content"}}}))
	for _, body := range []string{
		`{"messages":[{"role":"assistant","content":"x"}],"prompt":["EVIL"]}`,
		`{"messages":[{"role":"assistant","content":"x"}],"instances":[{"content":"EVIL"}]}`,
		`{"messages":[{"role":"user","content":"x"}],"inputs":"EVIL"}`,
	} {
		if status, answer, _ := d.post(t, endpoint+"rawPredict", body); status != 400 || far.calls != 0 {
			t.Errorf("%s: %d %s", body, status, answer)
		}
	}
}
