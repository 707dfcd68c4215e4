package dialect

import (
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/landbridge/landbridge/internal/bridge"
)

// generated is the answer of generateContent, and one event of streamGenerateContent
// (docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/GenerateContentResponse).
type generated struct {
	Candidates []candidate `json:"candidates"`
	Feedback   *struct {
		BlockReason string `json:"blockReason"`
		Message     string `json:"blockReasonMessage"`
	} `json:"promptFeedback"`
	Usage        *geminiUsage   `json:"usageMetadata"`
	ModelVersion string         `json:"modelVersion"`
	CreateTime   string         `json:"createTime"` // RFC 3339
	ResponseID   string         `json:"responseId"`
	Error        jsontext.Value `json:"error"` // in a stream: google.rpc.Status
}

type candidate struct {
	Index         int             `json:"index"`
	Content       content         `json:"content"`
	FinishReason  string          `json:"finishReason"`
	FinishMessage string          `json:"finishMessage"`
	Logprobs      *logprobsResult `json:"logprobsResult"`
	Citations     struct {
		Citations []citation `json:"citations"`
	} `json:"citationMetadata"`
	Grounding *grounding `json:"groundingMetadata"`
}

// citation counts bytes of the candidate's text.
type citation struct {
	Start int    `json:"startIndex"`
	End   int    `json:"endIndex"`
	URI   string `json:"uri"`
	Title string `json:"title"`
}

type grounding struct {
	Chunks []struct {
		Web       source `json:"web"`
		Retrieved source `json:"retrievedContext"`
		Maps      source `json:"maps"`
	} `json:"groundingChunks"`
	Supports []struct {
		Segment struct {
			Start int `json:"startIndex"`
			End   int `json:"endIndex"`
		} `json:"segment"`
		Chunks []int `json:"groundingChunkIndices"`
	} `json:"groundingSupports"`
}

type source struct {
	URI   string `json:"uri"`
	Title string `json:"title"`
}

type logprobsResult struct {
	Top []struct {
		Candidates []tokenLogprob `json:"candidates"`
	} `json:"topCandidates"`
	Chosen []tokenLogprob `json:"chosenCandidates"`
}

type tokenLogprob struct {
	Token   string         `json:"token"`
	Logprob jsontext.Value `json:"logProbability"` // a number, or "-Infinity"
}

type geminiUsage struct {
	Prompt           int              `json:"promptTokenCount"`
	Candidates       int              `json:"candidatesTokenCount"`
	Thoughts         int              `json:"thoughtsTokenCount"`
	ToolUse          int              `json:"toolUsePromptTokenCount"`
	Cached           int              `json:"cachedContentTokenCount"`
	Total            int              `json:"totalTokenCount"`
	PromptDetails    []modalityTokens `json:"promptTokensDetails"`
	CandidateDetails []modalityTokens `json:"candidatesTokensDetails"`
}

type modalityTokens struct {
	Modality string `json:"modality"` // TEXT, IMAGE, VIDEO, AUDIO, DOCUMENT
	Tokens   int    `json:"tokenCount"`
}

// output is what the model has made, its thoughts among it.
func (u *geminiUsage) output() int { return u.Candidates + u.Thoughts }

// readGenerated reads an answer or an event. What Vertex AI says in place of one is an error: of its own, where it is
// one, in the words that it used.
func readGenerated(data []byte) (*generated, error) {
	g := new(generated)
	if err := lenient(data, g); err != nil || set(g.Error) {
		return nil, instead(data)
	}
	return g, nil
}

// instead is the error for what stands in an answer's place.
func instead(data []byte) *bridge.Error {
	if e := reported(data); e != nil {
		return e
	}
	return foreign()
}

// lenient reads what a model has written: it may hold what no client may send, if it is not too deep to be written again.
func lenient(data []byte, into any) error {
	if tooDeep(data) >= 0 {
		return foreign()
	}
	return json.Unmarshal(data, into, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
}

// codeForeign is the code of an answer that is none of Vertex AI's.
const codeForeign = "bad_answer"

// foreign is the error for an answer in nobody's dialect.
func foreign() *bridge.Error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: codeForeign, Status: 502,
		Text: "Vertex AI's answer cannot be read", Hint: "ask again; if it stays so, look at the gateway's log for the call",
	}
}

// number is v, or what JSON has no number for: the least that OpenAI writes for an unlikely token.
func number(v jsontext.Value) float64 {
	if n, err := strconv.ParseFloat(string(v), 64); err == nil {
		return max(n, -9999)
	}
	return -9999
}
