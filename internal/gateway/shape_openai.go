package gateway

import (
	"strconv"
	"sync"

	"github.com/landbridge/landbridge/internal/gateway/dialect"
	"github.com/landbridge/landbridge/internal/splice"
)

// openai is the shape of an endpoint's OpenAI form (platform.openai.com/docs/api-reference/chat), with Google's own
// members under extra_body.google.
var openai = shape{
	speaks:  dialect.OpenAI,
	request: sync.OnceValue(func() *node { return fields(openaiRequest()) }),
	answer:  sync.OnceValue(openaiAnswer),
	limit:   "max_completion_tokens", limitToo: "max_tokens",
	safety: []string{"extra_body", "google", "safety_settings"},
	block:  func(b *blocked) []byte { return openaiStopped("chat.completion", "message", b) },
	cut:    func(_ *texts, b *blocked) []byte { return openaiStopped("chat.completion", "message", b) },
	ending: func(_ *texts, b *blocked) []ownEvent {
		return []ownEvent{{data: openaiStopped("chat.completion.chunk", "delta", b)}, {data: []byte("[DONE]")}}
	},
	rest: func(key flowKey, text string) ownEvent {
		out := append([]byte(nil), `{"object":"chat.completion.chunk","choices":[{"index":`...)
		out = append(strconv.AppendInt(out, int64(key.candidate), 10), `,"delta":{`...)
		switch key.kind {
		case answerJSON:
			out = append(strconv.AppendInt(append(out, `"tool_calls":[{"index":`...), int64(key.tool), 10), `,"function":{"arguments":`...)
			out = append(splice.AppendQuote(out, text), "}}]"...)
		case answerThought:
			out = splice.AppendQuote(append(out, `"reasoning_content":`...), text)
		default:
			out = splice.AppendQuote(append(out, `"content":`...), text)
		}
		return ownEvent{data: append(out, `},"finish_reason":null}]}`...)}
	},
}

func openaiStopped(object, in string, b *blocked) []byte {
	out := append([]byte(`{"object":"`+object+`","choices":[{"index":0,"`+in+`":{"role":"assistant","refusal":`), splice.AppendQuote(nil, b.message)...)
	return append(out, `},"finish_reason":"content_filter"}]}`...)
}

func openaiRequest() map[string]field {
	table := map[string]field{
		"model":                                      modelName,
		"stream":                                     streamFlag,
		"max_tokens":                                 maxOutput,
		"max_completion_tokens":                      maxOutput,
		"n":                                          answersWanted,
		"**":                                         userText, // what is not known is text: there are many servers of this form
		"tool_choice":                                opaque,
		"response_format.type":                       opaque,
		"response_format.json_schema.name":           opaque,
		"messages.*.role":                            roleName,
		"messages.*.content":                         userText,
		"messages.*.content.*.**":                    userText,
		"messages.*.tool_call_id":                    opaque,
		"messages.*.tool_calls.*.id":                 opaque,
		"messages.*.tool_calls.*.type":               opaque,
		"messages.*.tool_calls.*.function.name":      opaque,
		"messages.*.content.*.type":                  opaque,
		"messages.*.reasoning_content":               saidText,
		"messages.*.refusal":                         saidText,
		"messages.*.content.*.image_url":             mediaURL,
		"tools.*.type":                               toolType,
		"tools.*.?":                                  builtInTool, // Google's, beside functions
		"tools.*.custom.name":                        functionName,
		"tools.*.custom.description":                 systemText,
		"tools.*.function.name":                      functionName,
		"tools.*.function.description":               systemText,
		"tools.*.function.parameters.**":             wordsOfTool,
		"functions.*.name":                           functionName,
		"functions.*.description":                    systemText,
		"functions.*.parameters.**":                  wordsOfTool,
		"web_search_options":                         builtInTool,
		"response_format.json_schema.schema":         schemaText,
		"response_format.json_schema.schema.**":      wordsOfTool,
		"messages.*.tool_calls.*.function.arguments": saidText,
		"messages.*.function_call.arguments":         saidText,
		"messages.*.content.*.image_url.url":         mediaURL,
		"messages.*.content.*.image_url.detail":      opaque,
		"messages.*.content.*.video_url.url":         mediaURL,
		"messages.*.content.*.input_audio.format":    mediaType,
		"messages.*.content.*.input_audio.data":      opaque,
		"messages.*.content.*.file.file_data":        mediaURL,
		"messages.*.content.*.file.file_id":          mediaURL,
	}
	for _, extra := range []string{"extra_body.google.", "google."} {
		table[extra+"tools"] = builtInTool
		table[extra+"cachedContent"] = cachedName // and cached_content
		table[extra+"safetySettings"] = safety
	}
	return table
}

func openaiAnswer() *node {
	table := map[string]field{
		"choices.*.index":                           answerIndex,
		"choices.*.finish_reason":                   answerFinish,
		"choices.*.logprobs":                        answerPlaces,
		"choices.*.text":                            answerText,
		"choices.*.delta.tool_calls.*.index":        answerIndex,
		"choices.*.message.annotations":             answerPlaces,
		"usage.prompt_tokens":                       usageInput,
		"usage.completion_tokens":                   usageOutput,
		"usage.prompt_tokens_details.cached_tokens": usageCached,
		"error.code":                                errorCode,
	}
	for _, in := range []string{"choices.*.message.", "choices.*.delta."} {
		table[in+"content"] = answerText
		table[in+"reasoning_content"] = answerThought
		table[in+"refusal"] = answerValue
		table[in+"tool_calls.*.function.arguments"] = answerJSON
		table[in+"function_call.arguments"] = answerJSON
	}
	return fields(table)
}
