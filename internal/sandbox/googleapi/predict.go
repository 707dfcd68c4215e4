package googleapi

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/answer"
)

// predict is the classic call: an endpoint takes free JSON instances, an embedding model takes texts.
func (a *API) predict(c *vertexCall) ([]any, *problem) {
	var req struct {
		Instances  []any
		Parameters map[string]any
	}
	if err := json.Unmarshal(c.body, &req); err != nil || len(req.Instances) == 0 {
		return nil, invalidArgument("Request contains an invalid argument.")
	}
	switch {
	case c.publisher != "" && isEmbedding(c.id):
		return a.predictEmbeddings(c, req.Instances, req.Parameters)
	case c.publisher != "":
		return nil, &problem{Code: 400, Status: "FAILED_PRECONDITION", Message: "Gemini cannot be accessed through Vertex Predict/RawPredict API. Please follow https://cloud.google.com/vertex-ai/docs/generative-ai/start/quickstarts/quickstart-multimodal for Gemini usage."}
	}
	predictions := make([]any, len(req.Instances))
	for i, instance := range req.Instances {
		predictions[i] = map[string]any{
			"content": answer.To(instanceText(instance)) + "\n\n[sandbox: called by " + callerLine(c.grant) + "]",
		}
	}
	return []any{map[string]any{
		"predictions":      predictions,
		"deployedModelId":  "1" + c.id,
		"model":            "projects/" + c.project.Number + "/locations/" + c.location + "/models/" + c.id,
		"modelDisplayName": "sandbox-" + c.id,
		"modelVersionId":   "1",
	}}, nil
}

// instanceText is the text of a free JSON instance: its content, prompt or text, else every string in it.
func instanceText(instance any) string {
	switch v := instance.(type) {
	case string:
		return v
	case map[string]any:
		for _, name := range []string{"content", "prompt", "text", "inputs"} {
			if text, ok := v[name].(string); ok {
				return text
			}
		}
	}
	return strings.Join(leaves(instance), "\n")
}

// leaves are all strings of a JSON value, in the order of the names.
func leaves(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, item := range v {
			out = append(out, leaves(item)...)
		}
		return out
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		var out []string
		for _, name := range names {
			out = append(out, leaves(v[name])...)
		}
		return out
	}
	return nil
}

// countTokens counts what generateContent would count.
func (a *API) countTokens(c *vertexCall) ([]any, *problem) {
	var req struct {
		generateRequest
		Instances []any
	}
	if err := json.Unmarshal(c.body, &req); err != nil {
		return nil, invalidArgument("Request contains an invalid argument.")
	}
	texts := []string{textOf(req.SystemInstruction)}
	for _, content := range req.Contents {
		texts = append(texts, textOf(content))
	}
	for _, instance := range req.Instances {
		texts = append(texts, instanceText(instance))
	}
	text := strings.Join(texts, "")
	if text == "" {
		return nil, invalidArgument("Unable to submit request because at least one contents field is required." + learnMore)
	}
	tokens := answer.Tokens(text)
	return []any{map[string]any{
		"totalTokens": tokens, "totalBillableCharacters": answer.Billable(text),
		"promptTokensDetails": []modalityCount{{"TEXT", tokens}},
	}}, nil
}
