package googleapi

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/answer"
)

// isEmbedding says whether a model makes vectors, by its name.
func isEmbedding(model string) bool { return strings.Contains(model, "embedding") }

// dimensions of a model's vectors when the caller names none.
func dimensions(model string) int {
	if strings.HasPrefix(model, "gemini-embedding") {
		return 3072
	}
	return 768
}

// predictEmbeddings is text embedding in the classic form.
func (a *API) predictEmbeddings(c *vertexCall, instances []any, parameters map[string]any) ([]any, *problem) {
	size := dimensions(c.id)
	if n, ok := parameters["outputDimensionality"].(float64); ok {
		if n < 1 || int(n) > size {
			return nil, invalidArgument(fmt.Sprintf("Unsupported outputDimensionality value: %g.", n))
		}
		size = int(n)
	}
	predictions := make([]any, len(instances))
	for i, instance := range instances {
		fields, _ := instance.(map[string]any)
		text, ok := fields["content"].(string)
		if !ok || text == "" {
			return nil, invalidArgument("The text content is empty.")
		}
		predictions[i] = map[string]any{"embeddings": map[string]any{
			"values":     answer.Vector(text, size),
			"statistics": map[string]any{"truncated": false, "token_count": answer.Tokens(text)},
		}}
	}
	return []any{map[string]any{"predictions": predictions, "metadata": map[string]any{"billableCharacterCount": answer.Billable(strings.Join(leaves(instances), ""))}}}, nil
}

// embedContent is text embedding in the new form.
func (a *API) embedContent(c *vertexCall) ([]any, *problem) {
	if !isEmbedding(c.id) {
		return nil, invalidArgument("Model " + c.id + " is not supported in the embedContent API.")
	}
	var req struct {
		Content              content
		OutputDimensionality json.Number
		EmbedContentConfig   struct{ OutputDimensionality json.Number }
	}
	if err := json.Unmarshal(c.body, &req); err != nil {
		return nil, invalidArgument("Request contains an invalid argument.")
	}
	text := textOf(req.Content)
	if text == "" {
		return nil, invalidArgument("The text content is empty.")
	}
	most := dimensions(c.id)
	size := number(req.OutputDimensionality, number(req.EmbedContentConfig.OutputDimensionality, most))
	if size < 1 || size > most {
		return nil, invalidArgument(fmt.Sprintf("Unsupported outputDimensionality value: %d.", size))
	}
	tokens := answer.Tokens(text)
	return []any{map[string]any{
		"embedding":     map[string]any{"values": answer.Vector(text, size)},
		"usageMetadata": usage{Prompt: tokens, Total: tokens},
	}}, nil
}
