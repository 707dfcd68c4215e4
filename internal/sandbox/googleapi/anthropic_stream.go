package googleapi

import (
	"net/http"

	"github.com/landbridge/landbridge/internal/sandbox/answer"
)

// streamAnthropic sends an answer as named events: each block begins, comes in deltas and ends.
func (a *API) streamAnthropic(rw http.ResponseWriter, r *http.Request, reply map[string]any, said anthropicAnswer, id string) {
	out, size := a.flow(rw, r, "text/event-stream; charset=utf-8"), a.world.Pace().Piece
	send := func(event string, fields map[string]any) {
		fields["type"] = event
		_ = out.send("event: " + event + "\ndata: " + encode(fields) + "\n\n") // a caller that has left hears nothing more
	}
	send("message_start", map[string]any{"message": reply})
	for i, b := range said.content(id) {
		begin, deltas := blockDeltas(b.(map[string]any), size)
		send("content_block_start", map[string]any{"index": i, "content_block": begin})
		if i == 0 {
			send("ping", map[string]any{})
		}
		for _, delta := range deltas {
			send("content_block_delta", map[string]any{"index": i, "delta": delta})
		}
		send("content_block_stop", map[string]any{"index": i})
	}
	send("message_delta", map[string]any{
		"delta": map[string]any{"stop_reason": said.reason, "stop_sequence": orNull(said.stop)},
		"usage": map[string]any{"output_tokens": said.tokens},
	})
	send("message_stop", map[string]any{})
}

// blockDeltas is a block as it begins, empty, and what fills it.
func blockDeltas(block map[string]any, size int) (begin map[string]any, deltas []map[string]any) {
	fill := func(kind, field, text string) {
		for _, piece := range answer.Pieces(text, size) {
			deltas = append(deltas, map[string]any{"type": kind, field: piece})
		}
	}
	switch block["type"] {
	case "thinking":
		fill("thinking_delta", "thinking", block["thinking"].(string))
		deltas = append(deltas, map[string]any{"type": "signature_delta", "signature": block["signature"]})
		return map[string]any{"type": "thinking", "thinking": "", "signature": ""}, deltas
	case "tool_use":
		deltas = append(deltas, map[string]any{"type": "input_json_delta", "partial_json": ""})
		fill("input_json_delta", "partial_json", encode(block["input"]))
		return map[string]any{"type": "tool_use", "id": block["id"], "name": block["name"], "input": map[string]any{}}, deltas
	}
	fill("text_delta", "text", block["text"].(string))
	return map[string]any{"type": "text", "text": ""}, deltas
}
