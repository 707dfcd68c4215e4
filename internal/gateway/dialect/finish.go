package dialect

// finishReason is OpenAI's word for Gemini's finish reason
// (docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/GenerateContentResponse#FinishReason). OpenAI has no word for a
// model that failed: those say stop, and Gemini's own word stands beside it in extra_content.
func finishReason(gemini string, called bool) string {
	switch gemini {
	case "MAX_TOKENS":
		return "length"
	case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "LANGUAGE",
		"IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "JAILBREAK":
		return "content_filter"
	}
	if called {
		return "tool_calls"
	}
	return "stop"
}

// plain says whether OpenAI's word says all that Gemini's does.
func plain(gemini string) bool { return gemini == "" || gemini == "STOP" || gemini == "MAX_TOKENS" }

// refusalText is what a caller reads where Gemini gave no words for a block.
func refusalText(reason, message string) string {
	if message != "" {
		return message
	}
	return "The answer was blocked by Vertex AI: " + reason + "."
}
