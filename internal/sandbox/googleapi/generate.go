package googleapi

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/answer"
)

// blockMarker in a prompt makes the model refuse it, so that the shape of a blocked prompt can be tried.
const blockMarker = "[sandbox:block]"

type content struct {
	Role  string `json:"role,omitempty"`
	Parts []part `json:"parts,omitempty"`
}

type part struct {
	Text         string          `json:"text,omitempty"`
	InlineData   json.RawMessage `json:"inlineData,omitempty"`
	FileData     json.RawMessage `json:"fileData,omitempty"`
	FunctionCall *functionCall   `json:"functionCall,omitempty"`
	Response     json.RawMessage `json:"functionResponse,omitempty"`
}

type generateRequest struct {
	Contents          []content
	SystemInstruction content
	GenerationConfig  generationConfig
	Tools             []tool
	ToolConfig        struct{ FunctionCallingConfig callingConfig }
}

type generationConfig struct {
	Temperature      json.Number
	TopP             json.Number
	CandidateCount   json.Number
	MaxOutputTokens  json.Number
	StopSequences    []string
	ResponseMIMEType string `json:"responseMimeType"`
}

type candidate struct {
	Index        int      `json:"index,omitempty"`
	Content      *content `json:"content,omitempty"`
	FinishReason string   `json:"finishReason,omitempty"`
	AvgLogprobs  float64  `json:"avgLogprobs,omitempty"`
}

type usage struct {
	Prompt     int             `json:"promptTokenCount,omitempty"`
	Candidates int             `json:"candidatesTokenCount,omitempty"`
	Total      int             `json:"totalTokenCount,omitempty"`
	Traffic    string          `json:"trafficType,omitempty"`
	PromptBy   []modalityCount `json:"promptTokensDetails,omitempty"`
	AnswerBy   []modalityCount `json:"candidatesTokensDetails,omitempty"`
}

type modalityCount struct {
	Modality string `json:"modality"`
	Tokens   int    `json:"tokenCount"`
}

type generateResponse struct {
	Candidates   []candidate       `json:"candidates,omitempty"`
	Feedback     map[string]string `json:"promptFeedback,omitempty"`
	Usage        usage             `json:"usageMetadata"`
	ModelVersion string            `json:"modelVersion,omitempty"`
	CreateTime   string            `json:"createTime,omitempty"`
	ResponseID   string            `json:"responseId,omitempty"`
}

// generateContent answers in one piece.
func (a *API) generateContent(c *vertexCall) ([]any, *problem) {
	req, p := parseGenerate(c)
	if p != nil {
		return nil, p
	}
	return []any{a.generate(c, req)}, nil
}

// streamGenerateContent cuts the same answer in pieces: the last one has the finish reason and the counts.
func (a *API) streamGenerateContent(c *vertexCall) ([]any, *problem) {
	req, p := parseGenerate(c)
	if p != nil {
		return nil, p
	}
	whole := a.generate(c, req)
	if len(whole.Candidates) != 1 || whole.Candidates[0].Content.Parts[0].Text == "" {
		return []any{whole}, nil
	}
	pieces := answer.Pieces(whole.Candidates[0].Content.Parts[0].Text)
	out := make([]any, len(pieces))
	for i, text := range pieces {
		chunk := whole
		last := i == len(pieces)-1
		cand := candidate{Content: &content{Role: "model", Parts: []part{{Text: text}}}}
		if last {
			cand.FinishReason = whole.Candidates[0].FinishReason
		} else {
			chunk.Usage = usage{Traffic: whole.Usage.Traffic}
		}
		chunk.Candidates = []candidate{cand}
		out[i] = chunk
	}
	return out, nil
}

const learnMore = " Learn more: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini"

func parseGenerate(c *vertexCall) (*generateRequest, *problem) {
	if c.publisher != "" && c.publisher != "google" || isEmbedding(c.id) {
		return nil, invalidArgument("Model " + c.id + " is not supported in the generateContent API." + learnMore)
	}
	var req generateRequest
	if err := json.Unmarshal(c.body, &req); err != nil {
		return nil, invalidArgument("Request contains an invalid argument.")
	}
	if len(req.Contents) == 0 {
		return nil, invalidArgument("Unable to submit request because at least one contents field is required." + learnMore)
	}
	for _, content := range req.Contents {
		if content.Role != "" && content.Role != "user" && content.Role != "model" && content.Role != "function" {
			return nil, invalidArgument("Please use a valid role: user, model.")
		}
		if len(content.Parts) == 0 {
			return nil, invalidArgument("Unable to submit request because it must include at least one parts field, which describes the prompt input." + learnMore)
		}
		for _, part := range content.Parts {
			if part.Text == "" && part.InlineData == nil && part.FileData == nil && part.FunctionCall == nil && part.Response == nil {
				return nil, invalidArgument("Unable to submit request because it must have a text parameter. Add a text parameter and try again." + learnMore)
			}
		}
	}
	if t, err := req.GenerationConfig.Temperature.Float64(); err == nil && (t < 0 || t > 2) {
		return nil, invalidArgument(fmt.Sprintf("Unable to submit request because it has a temperature value of %g but the supported range is from 0 (inclusive) to 2.0001 (exclusive). Update the value and try again.", t))
	}
	if n := number(req.GenerationConfig.CandidateCount, 1); n < 1 || n > 8 {
		return nil, invalidArgument(fmt.Sprintf("Unable to submit request because it has a candidateCount value of %d but the supported range is from 1 (inclusive) to 9 (exclusive). Update the value and try again.", n))
	}
	return &req, nil
}

func (a *API) generate(c *vertexCall, req *generateRequest) generateResponse {
	prompt := promptOf(req)
	now := a.world.Now().UTC()
	sum := sha256.Sum256([]byte(prompt + now.String()))
	tokens := answer.Tokens(prompt + textOf(req.SystemInstruction))
	out := generateResponse{
		ModelVersion: c.id,
		CreateTime:   now.Format("2006-01-02T15:04:05.000000Z"),
		ResponseID:   base64.RawURLEncoding.EncodeToString(sum[:16]),
		Usage:        usage{Prompt: tokens, Total: tokens, Traffic: "ON_DEMAND", PromptBy: []modalityCount{{"TEXT", tokens}}},
	}
	if strings.Contains(prompt, blockMarker) {
		out.Feedback = map[string]string{"blockReason": "PROHIBITED_CONTENT"}
		return out
	}
	if call := req.mustCall(); call != nil {
		out.Candidates = []candidate{{Content: &content{Role: "model", Parts: []part{{FunctionCall: call}}}, FinishReason: "STOP"}}
		return out
	}
	for i := range number(req.GenerationConfig.CandidateCount, 1) {
		text, reason := a.write(c, req, prompt, i)
		n := answer.Tokens(text)
		out.Usage.Candidates += n
		out.Candidates = append(out.Candidates, candidate{
			Index: i, FinishReason: reason, AvgLogprobs: -0.05 * float64(i+1),
			Content: &content{Role: "model", Parts: []part{{Text: text}}},
		})
	}
	out.Usage.Total = tokens + out.Usage.Candidates
	out.Usage.AnswerBy = []modalityCount{{"TEXT", out.Usage.Candidates}}
	return out
}

// write is the text of one candidate and why it ended.
func (a *API) write(c *vertexCall, req *generateRequest, prompt string, nth int) (text, reason string) {
	config := req.GenerationConfig
	if config.ResponseMIMEType == "application/json" {
		encoded, _ := json.Marshal(map[string]string{"answer": answer.To(prompt), "caller": callerLine(c.grant)})
		text = string(encoded)
	} else {
		text = answer.To(prompt)
		if nth > 0 {
			text = fmt.Sprintf("(%d) %s", nth+1, text)
		}
		text += "\n\n[sandbox: called by " + callerLine(c.grant) + "]"
	}
	for _, stop := range config.StopSequences {
		if before, _, found := strings.Cut(text, stop); found && stop != "" {
			text = before
		}
	}
	if limit := number(config.MaxOutputTokens, 0); limit > 0 {
		if cut, shortened := answer.Cut(text, limit); shortened {
			return cut, "MAX_TOKENS"
		}
	}
	return text, "STOP"
}

// promptOf is the text of the caller's last turn; a model sees the others too, but what it answers is that.
func promptOf(req *generateRequest) string {
	for i := len(req.Contents) - 1; i >= 0; i-- {
		if req.Contents[i].Role != "model" {
			return textOf(req.Contents[i])
		}
	}
	return textOf(req.Contents[len(req.Contents)-1])
}

func textOf(c content) string {
	var texts []string
	for _, p := range c.Parts {
		if p.Text != "" {
			texts = append(texts, p.Text)
		}
	}
	return strings.Join(texts, "\n")
}

func number(n json.Number, otherwise int) int {
	f, err := n.Float64()
	if err != nil {
		return otherwise
	}
	return int(f)
}
