package gateway

import "sync"

// predict is the shape of predict and its like: instances and predictions are free JSON, whose texts stand where the
// guard's profile says.
var predict = shape{
	request: sync.OnceValue(func() *node { return fields(predictRequest) }),
	answer: sync.OnceValue(func() *node {
		return fields(map[string]field{
			"predictions.**": answerValue, "predictions.*": answerValue, "outputs.**": answerValue, "explanations.**": answerValue,
			"predictions.*.embeddings.statistics.token_count": usageOfOne, "error.code": errorCode,
			"metadata.tokenMetadata.inputTokenCount.totalTokens":  usageInput,
			"metadata.tokenMetadata.outputTokenCount.totalTokens": usageOutput,
		})
	}),
	guess: true, free: predictRequest,
	block: gemini.block, cut: gemini.cut, ending: gemini.ending, rest: gemini.rest,
}

var predictRequest = map[string]field{"labels.?": label, "parameters.maxOutputTokens": maxOutput, "parameters.candidateCount": answersWanted, "parameters.sampleCount": answersWanted}

// rawPredict is the shape of models whose body goes to them as it is: most speak OpenAI's chat.
var rawPredict = shape{
	speaks:  openai.speaks,
	request: openai.request, answer: openai.answer, limit: "max_tokens", limitToo: "max_completion_tokens",
	guess: true, free: openaiRequest(),
	block: openai.block, cut: openai.cut, ending: openai.ending, rest: openai.rest,
}
