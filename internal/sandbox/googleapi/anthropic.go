package googleapi

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/answer"
)

// countTokens is the model that counts for all of Anthropic's; the body names the one that is meant.
const countTokens = "count-tokens"

// anthropicVersions are those of the API: what Anthropic documents for Vertex AI, and what version 2 of its clients sends.
var anthropicVersions = [...]string{"vertex-2023-10-16", "2026-10-21"}

type anthropicRequest struct {
	Version   string             `json:"anthropic_version"`
	Model     string             `json:"model"` // with countTokens only
	MaxTokens *int               `json:"max_tokens"`
	Stream    bool               `json:"stream"`
	System    any                `json:"system"` // a string or blocks
	Messages  []anthropicMessage `json:"messages"`
	Stops     []string           `json:"stop_sequences"`
	Thinking  struct{ Type string }
	Tools     []struct {
		Name        string
		InputSchema map[string]any `json:"input_schema"`
	}
	ToolChoice struct{ Type, Name string } `json:"tool_choice"`
}

type anthropicMessage struct {
	Role    string `json:"role"`
	Content any    `json:"content"`
}

// serveAnthropic is Anthropic's Messages API as Vertex carries it: the model is in the path, the version in the body.
func (a *API) serveAnthropic(rw http.ResponseWriter, r *http.Request, c *vertexCall, body []byte, stream bool) {
	req, refusal := parseAnthropic(body, c.id == countTokens)
	switch {
	case refusal != "":
		anthropicRefuse(rw, refusal)
		return
	case c.id == countTokens:
		compact(rw, map[string]any{"input_tokens": req.tokens()})
		return
	}
	said := req.say(callerLine(c.grant))
	sum := sha256.Sum256(body)
	id := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15])
	reply := map[string]any{
		"id": "msg_vrtx_" + id, "type": "message", "role": "assistant", "model": strings.ReplaceAll(c.id, "@", "-"),
		"stop_reason": nil, "stop_sequence": nil, "content": []any{},
	}
	if !stream && !req.Stream {
		reply["content"], reply["stop_reason"], reply["stop_sequence"] = said.content(id), said.reason, orNull(said.stop)
		reply["usage"] = map[string]any{"input_tokens": req.tokens(), "output_tokens": said.tokens}
		compact(rw, reply)
		return
	}
	reply["usage"] = map[string]any{"input_tokens": req.tokens(), "output_tokens": 1}
	a.streamAnthropic(rw, r, reply, said, id)
}

// anthropicAnswer is what the model said, before it is put into blocks.
type anthropicAnswer struct {
	thought, text string
	calls         []answer.Call
	reason, stop  string
	tokens        int
}

func (req *anthropicRequest) say(caller string) anthropicAnswer {
	t := req.turn(caller)
	var out anthropicAnswer
	if req.Thinking.Type == "enabled" {
		out.thought = "I have been asked: " + t.prompt
	}
	if out.calls, out.reason = t.calls(), "tool_use"; len(out.calls) == 0 {
		var short bool
		out.text, out.stop, short = limited(t.text(), req.Stops, *req.MaxTokens)
		switch out.reason = "end_turn"; {
		case short:
			out.reason, out.stop = "max_tokens", ""
		case out.stop != "":
			out.reason = "stop_sequence"
		case answer.Marks(t.prompt)["finish"] == "SAFETY":
			out.text, out.reason = "", "refusal"
		}
	}
	out.tokens = answer.Tokens(out.thought + out.text)
	if len(out.calls) > 0 {
		out.tokens += answer.Tokens(encode(out.calls))
	}
	return out
}

// turn is what the request asks of the model: the last message, and what tools answered in it.
func (req *anthropicRequest) turn(caller string) *turn {
	last := req.Messages[len(req.Messages)-1]
	t := &turn{
		prompt: strings.Join(messageTexts(last.Content), "\n"), system: strings.Join(messageTexts(req.System), "\n"),
		caller: caller, force: req.ToolChoice.Type == "any" || req.ToolChoice.Type == "tool",
	}
	blocks, _ := last.Content.([]any)
	for _, b := range blocks {
		if block, ok := b.(map[string]any); ok && block["type"] == "tool_result" {
			id, _ := block["tool_use_id"].(string)
			t.results = append(t.results, id+" answered: "+strings.Join(messageTexts(block["content"]), "\n"))
		}
	}
	for _, tool := range req.Tools {
		if req.ToolChoice.Type != "none" && (req.ToolChoice.Name == "" || req.ToolChoice.Name == tool.Name) {
			t.functions = append(t.functions, answer.Function{Name: tool.Name, Parameters: tool.InputSchema})
		}
	}
	return t
}

func (req *anthropicRequest) tokens() int {
	n := answer.Tokens(strings.Join(messageTexts(req.System), ""))
	for _, m := range req.Messages {
		n += answer.Tokens(strings.Join(messageTexts(m.Content), ""))
	}
	return n
}

// content is the answer's blocks. id makes those of tools different from answer to answer.
func (s *anthropicAnswer) content(id string) []any {
	out := []any{}
	if s.thought != "" {
		out = append(out, map[string]any{"type": "thinking", "thinking": s.thought, "signature": "c2FuZGJveA=="})
	}
	if s.text != "" {
		out = append(out, map[string]any{"type": "text", "text": s.text})
	}
	for _, call := range s.calls {
		out = append(out, map[string]any{"type": "tool_use", "id": "toolu_vrtx_" + id + "_" + call.Name, "name": call.Name, "input": call.Args})
	}
	return out
}

// parseAnthropic reads a Messages body; the refusal is Anthropic's text.
func parseAnthropic(body []byte, counts bool) (anthropicRequest, string) {
	var req anthropicRequest
	switch {
	case json.Unmarshal(body, &req) != nil:
		return req, "The request body is not valid JSON"
	case counts && req.Model == "":
		return req, "model: Field required"
	case !counts && req.Version == "":
		return req, "anthropic_version: Field required"
	case req.Version != "" && !slices.Contains(anthropicVersions[:], req.Version):
		return req, "anthropic_version: Input should be 'vertex-2023-10-16'"
	case !counts && req.Model != "":
		return req, "model: Extra inputs are not permitted"
	case !counts && req.MaxTokens == nil:
		return req, "max_tokens: Field required"
	case !counts && *req.MaxTokens < 1:
		return req, "max_tokens: must be greater than or equal to 1"
	case len(req.Messages) == 0:
		return req, "messages: at least one message is required"
	}
	if slices.ContainsFunc(req.Messages, func(m anthropicMessage) bool { return m.Role != "user" && m.Role != "assistant" }) {
		return req, `messages: Unexpected role. Allowed roles are "user" or "assistant"`
	}
	return req, ""
}

func anthropicRefuse(rw http.ResponseWriter, text string) {
	writeJSON(rw, http.StatusBadRequest, map[string]any{
		"type": "error", "error": map[string]any{"type": "invalid_request_error", "message": text},
	})
}

// messageTexts are the texts of a message's content, OpenAI's or Anthropic's: a string, or blocks.
func messageTexts(content any) []string {
	if text, ok := content.(string); ok {
		return []string{text}
	}
	var out []string
	blocks, _ := content.([]any)
	for _, b := range blocks {
		if fields, ok := b.(map[string]any); ok && fields["type"] == "text" {
			text, _ := fields["text"].(string)
			out = append(out, text)
		}
	}
	return out
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
