package gateway

import (
	"strconv"
	"sync"

	"github.com/landbridge/landbridge/internal/splice"
)

// gemini is the shape of generateContent and its like
// (docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference).
var gemini = shape{
	request: sync.OnceValue(geminiRequest),
	answer:  sync.OnceValue(geminiAnswer),
	limitIn: "generationConfig", limit: "maxOutputTokens", safety: []string{"safetySettings"},
	system: func(text string) (string, []byte) {
		return "systemInstruction", append(splice.AppendQuote([]byte(`{"parts":[{"text":`), text), "}]}"...)
	},
	block: func(b *blocked) []byte {
		out := append([]byte(`{"promptFeedback":{"blockReason":"`), b.reason...)
		out = splice.AppendQuote(append(out, `","blockReasonMessage":`...), b.message)
		return append(out, `},"usageMetadata":{"promptTokenCount":0,"totalTokenCount":0}}`...)
	},
	cut:    geminiCut,
	ending: func(t *texts, b *blocked) []ownEvent { return []ownEvent{{data: geminiCut(t, b)}} },
	rest: func(key flowKey, text string) ownEvent {
		out := strconv.AppendInt([]byte(`{"candidates":[{"index":`), int64(key.candidate), 10)
		out = append(out, `,"content":{"role":"model","parts":[{`...)
		if key.kind == answerThought {
			out = append(out, `"thought":true,`...)
		}
		return ownEvent{data: append(splice.AppendQuote(append(out, `"text":`...), text), `}]}}]}`...)}
	},
}

func geminiCut(t *texts, b *blocked) []byte {
	out := []byte(`{"candidates":[`)
	for i, index := range t.open() {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendInt(append(out, `{"index":`...), int64(index), 10)
		out = append(append(append(out, `,"finishReason":"`...), b.finish...), `","finishMessage":`...)
		out = append(splice.AppendQuote(out, b.message), '}')
	}
	out = append(out, `],"usageMetadata":`...)
	return append(geminiUsage(out, t), '}')
}

func geminiUsage(out []byte, t *texts) []byte {
	out = strconv.AppendInt(append(out, `{"promptTokenCount":`...), int64(t.usage.Input), 10)
	out = strconv.AppendInt(append(out, `,"candidatesTokenCount":`...), int64(t.usage.Output), 10)
	out = strconv.AppendInt(append(out, `,"totalTokenCount":`...), int64(t.usage.Total()), 10)
	return append(out, '}')
}

func geminiRequest() *node {
	table := map[string]field{
		"systemInstruction.parts.*.**":        systemText,
		"title":                               userText, // of embedContent
		"embedContentConfig.title":            userText,
		"requests.*.title":                    userText,
		"displayName":                         userText, // of cachedContents
		"instances.**":                        userText, // of countTokens
		"model":                               modelName,
		"requests.*.model":                    modelName,
		"tools.*.?":                           builtInTool,
		"tools.*.functionDeclarations.*.name": functionName,
		"tools.*.functionDeclarations.*.description":             systemText,
		"tools.*.functionDeclarations.*.parameters.**":           wordsOfTool,
		"tools.*.functionDeclarations.*.parametersJsonSchema.**": wordsOfTool,
		"tools.*.functionDeclarations.*.response.**":             wordsOfTool,
		"tools.*.functionDeclarations.*.responseJsonSchema.**":   wordsOfTool,
		"safetySettings":                                      safety,
		"cachedContent":                                       cachedName,
		"labels.?":                                            label,
		"generationConfig.maxOutputTokens":                    maxOutput,
		"generationConfig.candidateCount":                     answersWanted,
		"generationConfig.stopSequences.*":                    userText,
		"generationConfig.responseSchema":                     schemaText,
		"generationConfig.responseJsonSchema":                 schemaText,
		"generationConfig.responseSchema.**":                  wordsOfTool,
		"generationConfig.responseJsonSchema.**":              wordsOfTool,
		"generationConfig.routingConfig.manualMode.modelName": modelName,
	}
	for _, content := range []string{"contents.*", "content", "requests.*.content", "systemInstruction"} {
		parts := content + ".parts.*"
		table[content+".role"] = roleName
		if content != "systemInstruction" {
			table[parts+".**"] = userText
		}
		table[parts+".functionCall.**"] = saidText
		table[parts+".functionCall.args.**"] = saidText
		table[parts+".functionResponse.**"] = toolText
		table[parts+".functionResponse.response.**"] = toolText
		table[parts+".executableCode.code"] = saidText
		table[parts+".codeExecutionResult.output"] = toolText
		for _, media := range []string{parts, parts + ".functionResponse.parts.*"} {
			table[media+".inlineData.mimeType"] = mediaType
			table[media+".inlineData.data"] = mediaBody
			table[media+".fileData.mimeType"] = mediaType
			table[media+".fileData.fileUri"] = mediaBody
		}
		for _, known := range []string{
			"thoughtSignature", "videoMetadata", "mediaResolution", "functionCall.name", "functionCall.id", "functionResponse.name",
			"functionResponse.id", "functionResponse.scheduling", "executableCode.language", "codeExecutionResult.outcome",
		} {
			table[parts+"."+known] = opaque
		}
	}
	return fields(table)
}

func geminiAnswer() *node {
	const c, part = "candidates.*", "candidates.*.content.parts.*"
	return fields(map[string]field{
		c + ".index":                               answerIndex,
		c + ".finishReason":                        answerFinish,
		c + ".finishMessage":                       answerValue,
		c + ".citationMetadata":                    answerPlaces,
		c + ".logprobsResult":                      answerPlaces,
		c + ".groundingMetadata.groundingSupports": answerPlaces,
		c + ".groundingMetadata.**":                answerValue,
		part + ".text":                             answerText,
		part + ".thought":                          thoughtFlag,
		part + ".functionCall.args.**":             answerValue,
		part + ".functionCall.partialArgs.*.**":    answerValue,
		part + ".executableCode.code":              answerValue,
		part + ".codeExecutionResult.output":       answerValue,
		"promptFeedback.blockReason":               answerBlock,
		"usageMetadata.promptTokenCount":           usageInput,
		"usageMetadata.candidatesTokenCount":       usageOutput,
		"usageMetadata.thoughtsTokenCount":         usageThoughts,
		"usageMetadata.cachedContentTokenCount":    usageCached,
		"totalTokens":                              usageInput, // of countTokens
		"error.code":                               errorCode,
	})
}
