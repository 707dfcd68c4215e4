package googleapi

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/answer"
)

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
	Code         json.RawMessage `json:"executableCode,omitempty"`
	CodeResult   json.RawMessage `json:"codeExecutionResult,omitempty"`
	Thought      bool            `json:"thought,omitempty"`
	Signature    string          `json:"thoughtSignature,omitempty"`
}

// empty says whether a part holds nothing that a model could read.
func (p *part) empty() bool {
	return p.Text == "" && p.FunctionCall == nil &&
		p.InlineData == nil && p.FileData == nil && p.Response == nil && p.Code == nil && p.CodeResult == nil
}

type generateRequest struct {
	Contents          []content
	SystemInstruction content
	GenerationConfig  generationConfig
	Tools             []tool
	ToolConfig        struct{ FunctionCallingConfig callingConfig }
	SafetySettings    []safetySetting
	CachedContent     string
	cached            int // tokens of it
}

type generationConfig struct {
	Temperature      json.Number
	TopP             json.Number
	CandidateCount   json.Number
	MaxOutputTokens  json.Number
	StopSequences    []string
	ResponseMIMEType string `json:"responseMimeType"`
	ResponseSchema   map[string]any
	// ResponseJSONSchema is the same in JSON's own words.
	ResponseJSONSchema map[string]any `json:"responseJsonSchema"`
	ThinkingConfig     struct{ IncludeThoughts bool }
}

type candidate struct {
	Index        int            `json:"index,omitempty"`
	Content      *content       `json:"content,omitempty"`
	FinishReason string         `json:"finishReason,omitempty"`
	AvgLogprobs  float64        `json:"avgLogprobs,omitempty"`
	Ratings      []safetyRating `json:"safetyRatings,omitempty"`
}

type usage struct {
	Prompt     int             `json:"promptTokenCount,omitempty"`
	Candidates int             `json:"candidatesTokenCount,omitempty"`
	Thoughts   int             `json:"thoughtsTokenCount,omitempty"`
	Cached     int             `json:"cachedContentTokenCount,omitempty"`
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
	req, p := a.parseGenerate(c)
	if p != nil {
		return nil, p
	}
	return []any{a.generate(c, req)}, nil
}

const learnMore = " Learn more: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini"

func (a *API) parseGenerate(c *vertexCall) (*generateRequest, *problem) {
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
			if part.empty() {
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
	if req.CachedContent != "" {
		var p *problem
		if req.cached, p = a.cached(c, req.CachedContent); p != nil {
			return nil, p
		}
	}
	return &req, nil
}

func (a *API) generate(c *vertexCall, req *generateRequest) generateResponse {
	t := req.turn(callerLine(c.grant))
	now := a.world.Now().UTC()
	sum := sha256.Sum256([]byte(t.prompt + now.String()))
	tokens := answer.Tokens(t.prompt+t.system) + req.cached
	out := generateResponse{
		ModelVersion: c.id,
		CreateTime:   now.Format("2006-01-02T15:04:05.000000Z"),
		ResponseID:   base64.RawURLEncoding.EncodeToString(sum[:16]),
		Usage:        usage{Prompt: tokens, Total: tokens, Cached: req.cached, Traffic: "ON_DEMAND", PromptBy: []modalityCount{{"TEXT", tokens}}},
	}
	marks := answer.Marks(t.prompt)
	if out.Feedback = feedback(marks); out.Feedback != nil {
		return out
	}
	for i := range number(req.GenerationConfig.CandidateCount, 1) {
		said := req.candidate(t, marks, i)
		for _, p := range said.Content.Parts {
			if p.Thought {
				out.Usage.Thoughts += p.tokens()
			} else {
				out.Usage.Candidates += p.tokens()
			}
		}
		out.Candidates = append(out.Candidates, said)
	}
	out.Usage.Total += out.Usage.Candidates + out.Usage.Thoughts
	out.Usage.AnswerBy = []modalityCount{{"TEXT", out.Usage.Candidates}}
	return out
}

// candidate is one answer of the model: its thoughts if they are wanted, calls or text, and why it ended.
func (req *generateRequest) candidate(t *turn, marks map[string]string, nth int) candidate {
	out := candidate{Index: nth, FinishReason: "STOP", AvgLogprobs: -0.05 * float64(nth+1), Content: &content{Role: "model"}}
	var blocked bool
	if out.Ratings, blocked = rate(marks, req.SafetySettings); blocked {
		out.FinishReason = "SAFETY"
		return out
	}
	signature := ""
	if _, marked := marks["think"]; marked || req.GenerationConfig.ThinkingConfig.IncludeThoughts {
		signature = base64.StdEncoding.EncodeToString([]byte("sandbox-thought"))
		out.Content.Parts = append(out.Content.Parts, part{Text: "I have been asked: " + t.prompt, Thought: true})
	}
	calls := t.calls()
	for i, call := range calls {
		p := part{FunctionCall: &functionCall{Name: call.Name, Args: call.Args}}
		if i == 0 {
			p.Signature = signature
		}
		out.Content.Parts = append(out.Content.Parts, p)
	}
	if len(calls) == 0 {
		text := t.text()
		if nth > 0 && !t.json {
			if _, echo := answer.Echo(t.prompt, t.system); !echo {
				text = fmt.Sprintf("(%d) %s", nth+1, text)
			}
		}
		text, _, short := limited(text, req.GenerationConfig.StopSequences, number(req.GenerationConfig.MaxOutputTokens, 0))
		if short {
			out.FinishReason = "MAX_TOKENS"
		}
		out.Content.Parts = append(out.Content.Parts, part{Text: text, Signature: signature})
	}
	if reason := marks["finish"]; reason != "" {
		out.FinishReason = reason
	}
	return out
}

// tokens are what a part counts for.
func (p *part) tokens() int {
	if p.FunctionCall != nil {
		return answer.Tokens(encode(p.FunctionCall))
	}
	return answer.Tokens(p.Text)
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
