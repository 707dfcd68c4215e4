package gateway

import (
	"strconv"
	"sync"

	"github.com/landbridge/landbridge/internal/gateway/dialect"
	"github.com/landbridge/landbridge/internal/splice"
)

// anthropic is the shape of Anthropic's Messages, as Claude speaks it on Vertex AI (docs.anthropic.com/en/api/messages).
var anthropic = shape{
	speaks:  dialect.Anthropic,
	request: sync.OnceValue(anthropicRequest),
	answer:  sync.OnceValue(anthropicAnswer),
	limit:   "max_tokens",
	system:  func(text string) (string, []byte) { return "system", splice.AppendQuote(nil, text) },
	block:   func(b *blocked) []byte { return anthropicStopped(&texts{}, b) },
	cut:     anthropicStopped,
	ending:  anthropicEnding,
	rest: func(key flowKey, text string) ownEvent {
		out := strconv.AppendInt([]byte(`{"type":"content_block_delta","index":`), int64(key.candidate), 10)
		switch key.kind {
		case answerJSON:
			out = append(out, `,"delta":{"type":"input_json_delta","partial_json":`...)
		case answerThought:
			out = append(out, `,"delta":{"type":"thinking_delta","thinking":`...)
		default:
			out = append(out, `,"delta":{"type":"text_delta","text":`...)
		}
		return ownEvent{"content_block_delta", append(splice.AppendQuote(out, text), "}}"...)}
	},
}

// anthropicStopped is a message that says in its own words why there is none.
func anthropicStopped(t *texts, b *blocked) []byte {
	out := []byte(`{"id":"msg_landbridge","type":"message","role":"assistant","model":"","content":[{"type":"text","text":`)
	out = append(splice.AppendQuote(out, b.message), `}],"stop_reason":"refusal","stop_sequence":null,"usage":`...)
	return append(anthropicUsage(out, t), '}')
}

func anthropicUsage(out []byte, t *texts) []byte {
	out = strconv.AppendInt(append(out, `{"input_tokens":`...), int64(t.usage.Input), 10)
	return append(strconv.AppendInt(append(out, `,"output_tokens":`...), int64(t.usage.Output), 10), '}')
}

// anthropicEnding closes the block that is open and the message; where none has begun, it begins one.
func anthropicEnding(t *texts, b *blocked) []ownEvent {
	var out []ownEvent
	if len(t.flows) == 0 {
		begin := anthropicUsage([]byte(`{"type":"message_start","message":{"id":"msg_landbridge","type":"message","role":"assistant","model":"","content":[],"stop_reason":null,"stop_sequence":null,"usage":`), t)
		out = append(out, ownEvent{"message_start", append(begin, "}}"...)})
	} else if block := t.flows[len(t.flows)-1].key.candidate; !t.closed(block) {
		stop := strconv.AppendInt([]byte(`{"type":"content_block_stop","index":`), int64(block), 10)
		out = append(out, ownEvent{"content_block_stop", append(stop, '}')})
	}
	last := append([]byte(`{"type":"message_delta","delta":{"stop_reason":"refusal","stop_sequence":null},"usage":`), anthropicUsage(nil, t)...)
	return append(out, ownEvent{"message_delta", append(last, '}')}, ownEvent{"message_stop", []byte(`{"type":"message_stop"}`)})
}

func anthropicRequest() *node {
	table := map[string]field{
		"system": systemText, "system.*.text": systemText,
		"max_tokens": maxOutput, "stream": streamFlag,
		"metadata.user_id": userText, "stop_sequences.*": userText, "model": modelName,
		"messages.*.role": roleName, "messages.*.content": userText,
		"tools.*.type": toolType, "tools.*.name": functionName, "tools.*.description": systemText, "tools.*.input_schema.**": wordsOfTool,
		"mcp_servers": builtInTool, "container": builtInTool,
	}
	for _, block := range []string{"messages.*.content.*", "messages.*.content.*.content.*"} {
		table[block+".**"] = userText
		for _, known := range []string{"type", "id", "tool_use_id", "name", "cache_control", "signature", "data"} {
			table[block+"."+known] = opaque
		}
		table[block+".thinking"] = saidText
		table[block+".input.**"] = saidText
		table[block+".source.**"] = toolText
		table[block+".source.type"] = sourceKind
		table[block+".source.data"] = sourceData
		table[block+".source.file_id"] = mediaURL
		table[block+".source.media_type"] = mediaType
		table[block+".source.url"] = mediaURL
		table[block+".title"] = toolText
		table[block+".context"] = toolText
	}
	table["messages.*.content.*.content"] = toolText
	table["messages.*.content.*.content.*.**"] = toolText
	table["messages.*.content.*.source.content"] = toolText
	return fields(table)
}

func anthropicAnswer() *node {
	return fields(map[string]field{
		"type": eventType, "index": answerIndex, "error.type": errorCode,
		"content.*.text": answerText, "content.*.thinking": answerThought, "content.*.input.**": answerValue, "content.*.citations": answerPlaces,
		"content_block.text": answerText, "content_block.thinking": answerThought, "content_block.input.**": answerValue,
		"delta.text": answerText, "delta.thinking": answerThought, "delta.partial_json": answerJSON, "delta.citation": answerPlaces,
		"stop_reason": answerFinish, "delta.stop_reason": answerFinish,
		"usage.input_tokens": usageInput, "usage.output_tokens": usageOutput, "usage.cache_read_input_tokens": usageCached,
		"message.usage.input_tokens": usageInput, "message.usage.output_tokens": usageOutput, "message.usage.cache_read_input_tokens": usageCached,
	})
}
