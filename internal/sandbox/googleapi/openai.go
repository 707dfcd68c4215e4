package googleapi

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/answer"
)

// openapi is the endpoint at which Google's own models speak OpenAI's Chat Completions.
const openapi = "openapi"

type openAIRequest struct {
	Model         string
	Messages      []openAIMessage
	Stream        bool
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
	N              int
	MaxTokens      int             `json:"max_tokens"`
	MaxCompletion  int             `json:"max_completion_tokens"`
	Stop           json.RawMessage // one or a list
	Tools          []struct{ Function openAIFunction }
	ToolChoice     json.RawMessage `json:"tool_choice"`
	ResponseFormat struct {
		Type       string
		JSONSchema struct{ Schema map[string]any } `json:"json_schema"`
	} `json:"response_format"`
}

type openAIMessage struct {
	Role       string
	Content    any
	ToolCallID string `json:"tool_call_id"`
}

type openAIFunction struct {
	Name       string
	Parameters map[string]any
}

// serveOpenAI is POST endpoints/{openapi|E}/chat/completions. Its refusals come in a list, as those of every method whose
// answer is a stream.
func (a *API) serveOpenAI(rw http.ResponseWriter, r *http.Request, version, resource string) {
	t, ok := parseTarget(resource)
	if !ok || t.publisher != "" || r.Method != http.MethodPost {
		unknown(r).write(rw)
		return
	}
	c, p := a.admitVertex(r, version, "ChatCompletions", t)
	var req openAIRequest
	if p == nil {
		rw.Header().Set(CallerHeader, callerLine(c.grant))
		req, p = readOpenAI(r, c)
	}
	if p != nil {
		writeJSON(rw, p.Code, []any{map[string]any{"error": p}})
		return
	}
	if req.Stream {
		a.streamOpenAI(rw, r, c, &req)
		return
	}
	var choices []any
	spent := 0
	for i := range max(req.N, 1) {
		said := req.choice(callerLine(c.grant))
		spent += said.tokens
		choices = append(choices, map[string]any{"index": i, "message": said.message(), "finish_reason": said.reason, "logprobs": nil})
	}
	reply := a.openAIReply(&req, "chat.completion")
	reply["choices"], reply["usage"] = choices, req.usage(spent)
	compact(rw, reply)
}

func readOpenAI(r *http.Request, c *vertexCall) (openAIRequest, *problem) {
	var req openAIRequest
	body, p := readBody(r)
	if p != nil {
		return req, p
	}
	if json.Unmarshal(body, &req) != nil {
		return req, invalidArgument("Request contains an invalid argument.")
	}
	publisher, model, _ := strings.Cut(req.Model, "/")
	switch {
	case c.id == openapi && model == "":
		return req, invalidArgument("Malformed publisher model `" + req.Model + "` in request: expected PUBLISHER/MODEL.")
	case c.id == openapi && !hasModel(c.project, publisher, model):
		return req, modelNotFound("projects/" + c.target.project + "/locations/" + c.location + "/publishers/" + publisher + "/models/" + model)
	case len(req.Messages) == 0:
		return req, invalidArgument("Unable to submit request because at least one contents field is required." + learnMore)
	}
	return req, nil
}

// openAIChoice is one answer in OpenAI's terms.
type openAIChoice struct {
	text   string
	calls  []answer.Call
	reason string
	tokens int
}

func (req *openAIRequest) choice(caller string) openAIChoice {
	t := req.turn(caller)
	marks := answer.Marks(t.prompt)
	if _, blocked := marks["block"]; blocked || marks["finish"] == "SAFETY" {
		return openAIChoice{reason: "content_filter"}
	}
	if calls := t.calls(); len(calls) > 0 {
		return openAIChoice{calls: calls, reason: "tool_calls", tokens: answer.Tokens(encode(calls))}
	}
	var stops []string
	if one := ""; json.Unmarshal(req.Stop, &one) == nil {
		stops = []string{one}
	} else {
		_ = json.Unmarshal(req.Stop, &stops)
	}
	text, _, short := limited(t.text(), stops, max(req.MaxTokens, req.MaxCompletion))
	out := openAIChoice{text: text, reason: "stop", tokens: answer.Tokens(text)}
	if short {
		out.reason = "length"
	}
	return out
}

// turn is what the request asks of the model: its last message, or the last messages of tools.
func (req *openAIRequest) turn(caller string) *turn {
	t := &turn{caller: caller, json: req.ResponseFormat.Type == "json_object", schema: req.ResponseFormat.JSONSchema.Schema}
	for _, m := range req.Messages {
		text := strings.Join(messageTexts(m.Content), "\n")
		switch m.Role {
		case "system", "developer":
			t.system = text
		case "tool":
			t.results = append(t.results, m.ToolCallID+" answered: "+text)
		case "user":
			t.prompt, t.results = text, nil
		}
	}
	if string(req.ToolChoice) == `"none"` {
		return t
	}
	var chosen struct{ Function openAIFunction }
	_ = json.Unmarshal(req.ToolChoice, &chosen)
	t.force = string(req.ToolChoice) == `"required"` || chosen.Function.Name != ""
	for _, tool := range req.Tools {
		if chosen.Function.Name == "" || chosen.Function.Name == tool.Function.Name {
			t.functions = append(t.functions, answer.Function(tool.Function))
		}
	}
	return t
}

func (req *openAIRequest) usage(spent int) map[string]any {
	asked := 0
	for _, m := range req.Messages {
		asked += answer.Tokens(strings.Join(messageTexts(m.Content), ""))
	}
	return map[string]any{"prompt_tokens": asked, "completion_tokens": spent, "total_tokens": asked + spent}
}

func (c openAIChoice) message() map[string]any {
	out := map[string]any{"role": "assistant", "content": c.text}
	if len(c.calls) > 0 {
		out["content"], out["tool_calls"] = nil, c.toolCalls()
	}
	return out
}

func (c openAIChoice) toolCalls() []any {
	var out []any
	for i, call := range c.calls {
		out = append(out, map[string]any{
			"index": i, "id": "function-call-" + call.Name, "type": "function",
			"function": map[string]any{"name": call.Name, "arguments": encode(call.Args)},
		})
	}
	return out
}

func (a *API) openAIReply(req *openAIRequest, object string) map[string]any {
	now := a.world.Now()
	return map[string]any{"id": now.UTC().Format("2006-01-02|15:04:05.000000"), "object": object, "created": now.Unix(), "model": req.Model, "system_fingerprint": ""}
}

// streamOpenAI sends the same in chunks, and [DONE].
func (a *API) streamOpenAI(rw http.ResponseWriter, r *http.Request, c *vertexCall, req *openAIRequest) {
	out := a.flow(rw, r, "text/event-stream")
	chunk := func(choices []any, used map[string]any) bool {
		reply := a.openAIReply(req, "chat.completion.chunk")
		if reply["choices"] = choices; used != nil {
			reply["usage"] = used
		}
		return out.send("data: " + encode(reply) + "\n\n")
	}
	spent := 0
	for i := range max(req.N, 1) {
		said := req.choice(callerLine(c.grant))
		spent += said.tokens
		deltas := []map[string]any{{"role": "assistant", "content": ""}}
		for _, piece := range answer.Pieces(said.text, a.world.Pace().Piece) {
			deltas = append(deltas, map[string]any{"content": piece})
		}
		for _, call := range said.toolCalls() {
			deltas = append(deltas, map[string]any{"tool_calls": []any{call}})
		}
		for n, delta := range deltas {
			choice := map[string]any{"index": i, "delta": delta, "finish_reason": nil}
			if n == len(deltas)-1 {
				choice["finish_reason"] = said.reason
			}
			if !chunk([]any{choice}, nil) {
				return
			}
		}
	}
	if req.StreamOptions.IncludeUsage {
		chunk([]any{}, req.usage(spent))
	}
	out.send("data: [DONE]\n\n")
}
