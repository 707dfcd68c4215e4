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

type anthropicRequest struct {
	Version   string             `json:"anthropic_version"`
	MaxTokens *int               `json:"max_tokens"`
	Stream    bool               `json:"stream"`
	Messages  []anthropicMessage `json:"messages"`
}

type anthropicMessage struct {
	Role    string `json:"role"`
	Content any    `json:"content"`
}

// serveAnthropic is Anthropic's Messages API as Vertex carries it: the model is in the path, the version in the body.
func (a *API) serveAnthropic(rw http.ResponseWriter, r *http.Request, c *vertexCall, body []byte, stream bool) {
	req, refusal := parseAnthropic(body)
	if refusal != "" {
		anthropicRefuse(rw, refusal)
		return
	}
	last := req.Messages[len(req.Messages)-1]
	prompt := strings.Join(anthropicTexts(last.Content), "\n")
	text, reason := answer.To(prompt)+"\n\n[sandbox: called by "+callerLine(c.grant)+"]", "end_turn"
	if cut, shortened := answer.Cut(text, *req.MaxTokens); shortened {
		text, reason = cut, "max_tokens"
	}
	sum := sha256.Sum256(body)
	reply := map[string]any{
		"id":   "msg_vrtx_" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15]),
		"type": "message", "role": "assistant", "model": strings.ReplaceAll(c.id, "@", "-"),
		"stop_reason": nil, "stop_sequence": nil, "content": []any{},
	}
	input := 0
	for _, m := range req.Messages {
		input += answer.Tokens(strings.Join(anthropicTexts(m.Content), ""))
	}
	output := answer.Tokens(text)
	if !stream && !req.Stream {
		reply["content"] = []any{map[string]any{"type": "text", "text": text}}
		reply["stop_reason"] = reason
		reply["usage"] = map[string]any{"input_tokens": input, "output_tokens": output}
		compact(rw, reply)
		return
	}
	reply["usage"] = map[string]any{"input_tokens": input, "output_tokens": 1}
	streamAnthropic(rw, r, reply, text, reason, output)
}

func streamAnthropic(rw http.ResponseWriter, r *http.Request, reply map[string]any, text, reason string, output int) {
	rw.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	flush := http.NewResponseController(rw)
	send := func(event string, fields map[string]any) {
		if r.Context().Err() != nil {
			return
		}
		fields["type"] = event
		data, err := json.Marshal(fields)
		if err != nil { // our own maps always encode
			panic(err)
		}
		_, _ = rw.Write([]byte("event: " + event + "\ndata: " + string(data) + "\n\n"))
		_ = flush.Flush()
	}
	send("message_start", map[string]any{"message": reply})
	send("content_block_start", map[string]any{"index": 0, "content_block": map[string]any{"type": "text", "text": ""}})
	send("ping", map[string]any{})
	for _, piece := range answer.Pieces(text) {
		send("content_block_delta", map[string]any{"index": 0, "delta": map[string]any{"type": "text_delta", "text": piece}})
	}
	send("content_block_stop", map[string]any{"index": 0})
	send("message_delta", map[string]any{"delta": map[string]any{"stop_reason": reason, "stop_sequence": nil}, "usage": map[string]any{"output_tokens": output}})
	send("message_stop", map[string]any{})
}

// parseAnthropic reads a Messages body; the refusal is Anthropic's text.
func parseAnthropic(body []byte) (anthropicRequest, string) {
	var req anthropicRequest
	var fields map[string]json.RawMessage
	switch {
	case json.Unmarshal(body, &req) != nil || json.Unmarshal(body, &fields) != nil:
		return req, "The request body is not valid JSON"
	case req.Version == "":
		return req, "anthropic_version: Field required"
	case req.Version != "vertex-2023-10-16":
		return req, "anthropic_version: Input should be 'vertex-2023-10-16'"
	case fields["model"] != nil:
		return req, "model: Extra inputs are not permitted"
	case req.MaxTokens == nil:
		return req, "max_tokens: Field required"
	case *req.MaxTokens < 1:
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

// anthropicTexts are the texts of a message's content: a string, or blocks.
func anthropicTexts(content any) []string {
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
