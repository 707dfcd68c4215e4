package dialect

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// messagesAsk is Anthropic's POST /v1/messages (docs.anthropic.com/en/api/messages) and /v1/messages/count_tokens, as far
// as Gemini has words for it.
type messagesAsk struct {
	Model         string            `json:"model"`
	Stream        bool              `json:"stream"`
	MaxTokens     *int              `json:"max_tokens"`
	System        askContents       `json:"system"`
	Messages      []askMessage      `json:"messages"`
	Tools         []askTool         `json:"tools"`
	ToolChoice    *claudeToolChoice `json:"tool_choice"`
	Temperature   *float64          `json:"temperature"`
	TopP          *float64          `json:"top_p"`
	TopK          *int              `json:"top_k"`
	StopSequences []string          `json:"stop_sequences"`
	Thinking      *claudeThinking   `json:"thinking"`
	Output        outputConfig      `json:"output_config"`
	Metadata      claudeMetadata    `json:"metadata"`
	askPassedOver
	Unknown jsontext.Value `json:",embed"`
}

// askPassedOver are hints for Anthropic's own machinery.
type askPassedOver struct {
	Version      jsontext.Value `json:"anthropic_version"`
	CacheControl jsontext.Value `json:"cache_control"`
	ServiceTier  jsontext.Value `json:"service_tier"`
	InferenceGeo jsontext.Value `json:"inference_geo"`
	Diagnostics  jsontext.Value `json:"diagnostics"`
	Speed        jsontext.Value `json:"speed"`
}

type askMessage struct {
	Role    string      `json:"role"`
	Content askContents `json:"content"`
}

// askContents is a text or blocks.
type askContents []askBlock

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (c *askContents) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() != '"' {
		return json.UnmarshalDecode(d, (*[]askBlock)(c))
	}
	b := askBlock{Type: "text"}
	err := json.UnmarshalDecode(d, &b.Text)
	*c = askContents{b}
	return err
}

type askBlock struct {
	Type      string         `json:"type"`
	Text      string         `json:"text"`
	Source    mediaSource    `json:"source"`
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	Input     jsontext.Value `json:"input"`
	ToolUseID string         `json:"tool_use_id"`
	Content   askContents    `json:"content"`
	IsError   bool           `json:"is_error"`
}

type askTool struct {
	Type        string         `json:"type"` // custom, or one of Anthropic's own
	Name        string         `json:"name"`
	Description string         `json:"description"`
	Schema      jsontext.Value `json:"input_schema"`
	Strict      bool           `json:"strict"`
}
