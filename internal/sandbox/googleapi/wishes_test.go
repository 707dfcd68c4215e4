package googleapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	claude = vertexPath + "/publishers/anthropic/models/claude@1"
	openAI = "/v1beta1/projects/demo/locations/us-central1/endpoints/openapi/chat/completions"
	// find is a function's schema in JSON's words.
	find = `{"type":"object","properties":{"to":{"type":"string"},"n":{"type":"integer"}},"required":["to"]}`
)

// heard is what matters of an answer, whatever the dialect.
type heard struct {
	Text, Thought, Calls, Finish string
}

// gemini, chat and messages ask a prompt in each dialect; extra are more fields of the body.
func gemini(prompt, extra string) string {
	return fmt.Sprintf(`{"contents":[{"role":"user","parts":[{"text":%q}]}]%s}`, prompt, extra)
}

func chat(prompt, extra string) string {
	return fmt.Sprintf(`{"model":"google/flash","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":%q}]%s}`, prompt, extra)
}

func messages(prompt, extra string) string {
	return fmt.Sprintf(`{"anthropic_version":"vertex-2023-10-16","max_tokens":1000,"system":"Be brief.","messages":[{"role":"user","content":%q}]%s}`, prompt, extra)
}

func (g *google) gemini(body string) heard {
	var out heard
	for _, rec := range []string{"generateContent", "streamGenerateContent"} {
		var pieces []struct {
			Candidates []struct {
				Content struct {
					Parts []struct {
						Text         string
						Thought      bool
						FunctionCall *struct {
							Name string
							Args map[string]any
						}
					}
				}
				FinishReason string
			}
			PromptFeedback struct{ BlockReason string }
		}
		raw := g.do(http.MethodPost, flash+":"+rec, body, g.federated()).Body.String()
		if rec == "generateContent" {
			raw = "[" + raw + "]"
		}
		if err := json.Unmarshal([]byte(raw), &pieces); err != nil {
			g.Fatalf("%v in %s", err, raw)
		}
		var got heard
		for _, p := range pieces {
			got.Finish += p.PromptFeedback.BlockReason
			for _, c := range p.Candidates {
				got.Finish += c.FinishReason
				for _, part := range c.Content.Parts {
					switch {
					case part.FunctionCall != nil:
						args, _ := json.Marshal(part.FunctionCall.Args)
						got.Calls += part.FunctionCall.Name + string(args)
					case part.Thought:
						got.Thought += part.Text
					default:
						got.Text += part.Text
					}
				}
			}
		}
		if rec == "streamGenerateContent" {
			if diff := cmp.Diff(out, got); diff != "" {
				g.Errorf("the stream says something else (-whole +stream)\n%s", diff)
			}
		}
		out = got
	}
	return out
}

func (g *google) chat(body string) heard {
	var whole struct {
		Choices []struct {
			Message struct {
				Content   string
				ToolCalls []struct {
					Function struct{ Name, Arguments string }
				} `json:"tool_calls"`
			}
			FinishReason string `json:"finish_reason"`
		}
	}
	g.into(g.do(http.MethodPost, openAI, body, g.federated()), &whole)
	var out heard
	for _, c := range whole.Choices {
		out.Text, out.Finish = out.Text+c.Message.Content, out.Finish+c.FinishReason
		for _, call := range c.Message.ToolCalls {
			out.Calls += call.Function.Name + call.Function.Arguments
		}
	}
	stream := g.do(http.MethodPost, openAI, strings.Replace(body, "{", `{"stream":true,"stream_options":{"include_usage":true},`, 1), g.federated()).Body.String()
	if !strings.HasSuffix(stream, "data: [DONE]\n\n") || !strings.Contains(stream, `"choices":[],`) {
		g.Errorf("the stream does not end with usage and [DONE]: %s", stream)
	}
	var streamed heard
	for line := range strings.SplitSeq(stream, "\n") {
		data, ok := strings.CutPrefix(line, "data: {")
		if !ok {
			continue
		}
		var chunk struct {
			Choices []struct {
				Delta struct {
					Content   string
					ToolCalls []struct {
						Function struct{ Name, Arguments string }
					} `json:"tool_calls"`
				}
				FinishReason string `json:"finish_reason"`
			}
		}
		if err := json.Unmarshal([]byte("{"+data), &chunk); err != nil {
			g.Fatal(err)
		}
		for _, c := range chunk.Choices {
			streamed.Text, streamed.Finish = streamed.Text+c.Delta.Content, streamed.Finish+c.FinishReason
			for _, call := range c.Delta.ToolCalls {
				streamed.Calls += call.Function.Name + call.Function.Arguments
			}
		}
	}
	if diff := cmp.Diff(out, streamed); diff != "" {
		g.Errorf("the stream says something else (-whole +stream)\n%s", diff)
	}
	return out
}

func (g *google) messages(body string) heard {
	var whole struct {
		Content []struct {
			Type, Text, Thinking, Name string
			Input                      json.RawMessage
		}
		StopReason string `json:"stop_reason"`
	}
	g.into(g.do(http.MethodPost, claude+":rawPredict", body, g.federated()), &whole)
	out := heard{Finish: whole.StopReason}
	for _, b := range whole.Content {
		out.Text, out.Thought, out.Calls = out.Text+b.Text, out.Thought+b.Thinking, out.Calls+b.Name+string(b.Input)
	}
	var streamed heard
	for line := range strings.SplitSeq(g.do(http.MethodPost, claude+":streamRawPredict", body, g.federated()).Body.String(), "\n") {
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		var event struct {
			Delta struct {
				Text, Thinking string
				PartialJSON    string `json:"partial_json"`
				StopReason     string `json:"stop_reason"`
			}
			ContentBlock struct{ Name string } `json:"content_block"`
		}
		if err := json.Unmarshal([]byte(data), &event); err != nil {
			g.Fatal(err)
		}
		d := event.Delta
		streamed = heard{streamed.Text + d.Text, streamed.Thought + d.Thinking, streamed.Calls + event.ContentBlock.Name + d.PartialJSON, streamed.Finish + d.StopReason}
	}
	if diff := cmp.Diff(out, streamed); diff != "" {
		g.Errorf("the stream says something else (-whole +stream)\n%s", diff)
	}
	return out
}

// TestWishes asks the same in three dialects, whole and streamed.
func TestWishes(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	g.world.SetPace(world.Pace{Piece: 2})
	const echo = "Repeat after me: <PERSON_1> & \"é\"\nand 日本"
	const said = "<PERSON_1> & \"é\"\nand 日本"
	const call = `Please find with to=ann@example.com, n: 7.`
	declared := `,"tools":[{"functionDeclarations":[{"name":"find","parametersJsonSchema":` + find + `}]}]`
	functions := `,"tools":[{"type":"function","function":{"name":"find","parameters":` + find + `}}]`
	tools := `,"tools":[{"name":"find","input_schema":` + find + `}]`
	const args = `find{"n":7,"to":"ann@example.com"}`
	const schema = `{"type":"object","properties":{"to":{"type":"string"},"sizes":{"type":"array","items":{"type":"integer"}},"kind":{"enum":["a","b"]}}}`
	for name, tc := range map[string]struct{ got, want heard }{
		"gemini echoes":   {g.gemini(gemini(echo, "")), heard{Text: said, Finish: "STOP"}},
		"openai echoes":   {g.chat(chat(echo, "")), heard{Text: said, Finish: "stop"}},
		"claude echoes":   {g.messages(messages(echo, "")), heard{Text: said, Finish: "end_turn"}},
		"gemini, system":  {g.gemini(gemini("Repeat your system instruction.", `,"systemInstruction":{"parts":[{"text":"Be brief."}]}`)), heard{Text: "Be brief.", Finish: "STOP"}},
		"openai, system":  {g.chat(chat("Repeat your system prompt.", "")), heard{Text: "Be brief.", Finish: "stop"}},
		"claude, system":  {g.messages(messages("Repeat your instructions.", "")), heard{Text: "Be brief.", Finish: "end_turn"}},
		"gemini calls":    {g.gemini(gemini(call, declared)), heard{Calls: args, Finish: "STOP"}},
		"openai calls":    {g.chat(chat(call, functions)), heard{Calls: args, Finish: "tool_calls"}},
		"claude calls":    {g.messages(messages(call, tools)), heard{Calls: args, Finish: "tool_use"}},
		"openai must":     {g.chat(chat("x", functions+`,"tool_choice":"required"`)), heard{Calls: `find{"to":"to"}`, Finish: "tool_calls"}},
		"claude must":     {g.messages(messages("x", tools+`,"tool_choice":{"type":"tool","name":"find"}`)), heard{Calls: `find{"to":"to"}`, Finish: "tool_use"}},
		"gemini may not":  {g.gemini(gemini("Echo: find", declared+`,"toolConfig":{"functionCallingConfig":{"mode":"NONE"}}`)), heard{Text: "find", Finish: "STOP"}},
		"gemini, told":    {g.gemini(`{"contents":[{"role":"user","parts":[{"text":"find"}]},{"role":"model","parts":[{"functionCall":{"name":"find","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"find","response":{"mail":"<b>"}}}]}]` + declared + `}`), heard{Text: `find answered: {"mail":"<b>"}`, Finish: "STOP"}},
		"openai, told":    {g.chat(`{"model":"google/flash","messages":[{"role":"user","content":"find"},{"role":"assistant","tool_calls":[]},{"role":"tool","tool_call_id":"c1","content":"ann"}]` + functions + `}`), heard{Text: "c1 answered: ann", Finish: "stop"}},
		"claude, told":    {g.messages(`{"anthropic_version":"vertex-2023-10-16","max_tokens":99,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"ann"}]}]}]` + tools + `}`), heard{Text: "t1 answered: ann", Finish: "end_turn"}},
		"gemini, schema":  {g.gemini(gemini("to=ann, kind=b, sizes=4", `,"generationConfig":{"responseMimeType":"application/json","responseJsonSchema":`+schema+`}`)), heard{Text: `{"kind":"b","sizes":[4],"to":"ann"}`, Finish: "STOP"}},
		"gemini, Schema":  {g.gemini(gemini(`to="Ann Lee"`, `,"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":{"to":{"type":"STRING"}}}}`)), heard{Text: `{"to":"Ann Lee"}`, Finish: "STOP"}},
		"openai, schema":  {g.chat(chat("to=ann", `,"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":`+schema+`}}`)), heard{Text: `{"kind":"a","sizes":[1],"to":"ann"}`, Finish: "stop"}},
		"gemini thinks":   {g.gemini(gemini("Echo: x", `,"generationConfig":{"thinkingConfig":{"includeThoughts":true}}`)), heard{Text: "x", Thought: "I have been asked: Echo: x", Finish: "STOP"}},
		"claude thinks":   {g.messages(messages("Echo: x", `,"thinking":{"type":"enabled","budget_tokens":1024}`)), heard{Text: "x", Thought: "I have been asked: Echo: x", Finish: "end_turn"}},
		"gemini blocks":   {g.gemini(gemini("[sandbox:block=JAILBREAK]", "")), heard{Finish: "JAILBREAK"}},
		"openai blocks":   {g.chat(chat("[sandbox:block]", "")), heard{Finish: "content_filter"}},
		"gemini ends":     {g.gemini(gemini("[sandbox:finish=RECITATION] Echo: x", "")), heard{Text: "x", Finish: "RECITATION"}},
		"claude refuses":  {g.messages(messages("[sandbox:finish=SAFETY] Echo: x", "")), heard{Finish: "refusal"}},
		"harm, no limit":  {g.gemini(gemini("[sandbox:harm=HARASSMENT:HIGH] Echo: x", "")), heard{Text: "x", Finish: "STOP"}},
		"harm, too much":  {g.gemini(gemini("[sandbox:harm=HARASSMENT:MEDIUM] Echo: x", `,"safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_MEDIUM_AND_ABOVE"}]`)), heard{Finish: "SAFETY"}},
		"harm, too lax":   {g.gemini(gemini("[sandbox:harm=HARASSMENT:MEDIUM] Echo: x", `,"safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_ONLY_HIGH"}]`)), heard{Text: "x", Finish: "STOP"}},
		"openai, short":   {g.chat(chat("Echo: 12345678", `,"max_tokens":1`)), heard{Text: "1234", Finish: "length"}},
		"openai, stopped": {g.chat(chat("Echo: 12345678", `,"stop":["45"]`)), heard{Text: "123", Finish: "stop"}},
		"openai, two":     {g.chat(chat("Echo: x", `,"n":2`)), heard{Text: "xx", Finish: "stopstop"}},
		"claude, stopped": {g.messages(messages("Echo: 12345678", `,"stop_sequences":["45"]`)), heard{Text: "123", Finish: "stop_sequence"}},
	} {
		if diff := cmp.Diff(tc.want, tc.got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestCandidatesTakeTurns(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	g.world.SetPace(world.Pace{Piece: 4})
	var pieces []struct {
		Candidates []struct{ Index int }
	}
	g.into(g.do(http.MethodPost, flash+":streamGenerateContent", gemini("Echo: 12345678", `,"generationConfig":{"candidateCount":2}`), g.federated()), &pieces)
	var order []int
	for _, p := range pieces {
		order = append(order, p.Candidates[0].Index)
	}
	if diff := cmp.Diff([]int{0, 1, 0, 1}, order); diff != "" {
		t.Error(diff)
	}
}

func TestChatCompletionsRefusals(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	for body, want := range map[string]refusal{
		`{"model":"google/gone","messages":[{"role":"user","content":"x"}]}`: {404, "NOT_FOUND", "", "Publisher Model `projects/demo/locations/us-central1/publishers/google/models/gone` was not found or your project does not have access to it. Please ensure you are using a valid model version. For more information, see: https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions"},
		`{"model":"flash","messages":[]}`:                                    {400, "INVALID_ARGUMENT", "", "Malformed publisher model `flash` in request: expected PUBLISHER/MODEL."},
	} {
		rec := g.do(http.MethodPost, openAI, body, g.federated())
		if diff := cmp.Diff(want, g.refusal(rec)); diff != "" || !strings.HasPrefix(rec.Body.String(), "[") {
			t.Errorf("%s", diff)
		}
	}
}

func TestCountTokensOfClaude(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	var got struct {
		InputTokens int `json:"input_tokens"`
	}
	g.into(g.do(http.MethodPost, vertexPath+"/publishers/anthropic/models/count-tokens:rawPredict", `{"model":"claude@1","messages":[{"role":"user","content":"hello bridge"}]}`, g.federated()), &got)
	if got.InputTokens != 3 {
		t.Errorf("%+v", got)
	}
}
