package dialect

import "github.com/go-json-experiment/json/jsontext"

// claudeAsk is the body of rawPredict for a Claude model: Anthropic's POST /v1/messages without the model
// (docs.anthropic.com/en/api/messages).
type claudeAsk struct {
	Version       string            `json:"anthropic_version"`
	MaxTokens     int               `json:"max_tokens"`
	System        []block           `json:"system,omitempty"`
	Messages      []claudeMessage   `json:"messages"`
	Stream        bool              `json:"stream,omitzero"`
	Tools         []claudeTool      `json:"tools,omitempty"`
	ToolChoice    *claudeToolChoice `json:"tool_choice,omitzero"`
	Temperature   *float64          `json:"temperature,omitzero"`
	TopP          *float64          `json:"top_p,omitzero"`
	TopK          *int              `json:"top_k,omitzero"`
	StopSequences []string          `json:"stop_sequences,omitempty"`
	Thinking      *claudeThinking   `json:"thinking,omitzero"`
	Output        *outputConfig     `json:"output_config,omitzero"`
	Metadata      *claudeMetadata   `json:"metadata,omitzero"`
}

type claudeMessage struct {
	Role    string  `json:"role"`
	Content []block `json:"content"`
}

// block is one content block, in requests and answers.
type block struct {
	Type      string         `json:"type"` // text, image, document, tool_use, tool_result, thinking, redacted_thinking
	Text      string         `json:"text,omitzero"`
	Source    *mediaSource   `json:"source,omitzero"`
	ID        string         `json:"id,omitzero"`
	Name      string         `json:"name,omitzero"`
	Input     jsontext.Value `json:"input,omitzero"`
	ToolUseID string         `json:"tool_use_id,omitzero"`
	Content   []block        `json:"content,omitempty"`
	thought
}

// thought is a thought of Claude's, signed, or a redacted one.
type thought struct {
	Thinking  *string `json:"thinking,omitzero"`
	Signature *string `json:"signature,omitzero"`
	Data      string  `json:"data,omitzero"` // of redacted_thinking
}

type mediaSource struct {
	Type      string `json:"type"` // base64 or url
	MediaType string `json:"media_type,omitzero"`
	Data      string `json:"data,omitzero"`
	URL       string `json:"url,omitzero"`
}

type claudeTool struct {
	Name        string         `json:"name"`
	Description string         `json:"description,omitzero"`
	Schema      jsontext.Value `json:"input_schema"`
	Strict      bool           `json:"strict,omitzero"`
}

type claudeToolChoice struct {
	Type            string `json:"type"` // auto, any, tool, none
	Name            string `json:"name,omitzero"`
	DisableParallel bool   `json:"disable_parallel_tool_use,omitzero"`
}

type claudeThinking struct {
	Type   string `json:"type"` // enabled, adaptive, disabled
	Budget int    `json:"budget_tokens,omitzero"`
}

type outputConfig struct {
	Effort string        `json:"effort,omitzero"`
	Format *outputFormat `json:"format,omitzero"`
}

type outputFormat struct {
	Type   string         `json:"type"` // json_schema
	Schema jsontext.Value `json:"schema"`
}

type claudeMetadata struct {
	UserID string `json:"user_id"`
}

// claudeAnswer is a whole answer, and the "message" of the event message_start.
type claudeAnswer struct {
	Type        string         `json:"type"` // message, error
	ID          string         `json:"id"`
	Model       string         `json:"model"`
	Content     []answerBlock  `json:"content"`
	StopReason  string         `json:"stop_reason"`
	StopDetails stopDetails    `json:"stop_details"`
	Usage       claudeUsage    `json:"usage"`
	Error       jsontext.Value `json:"error"`
}

// answerBlock is a block of an answer.
type answerBlock struct {
	Type  string         `json:"type"`
	Text  string         `json:"text"`
	ID    string         `json:"id"`
	Name  string         `json:"name"`
	Input jsontext.Value `json:"input"`
	thought
}

type stopDetails struct {
	Explanation string `json:"explanation"`
}

type claudeUsage struct {
	Input        int `json:"input_tokens"`
	CacheWritten int `json:"cache_creation_input_tokens"`
	CacheRead    int `json:"cache_read_input_tokens"`
	Output       int `json:"output_tokens"`
	Details      struct {
		Thinking int `json:"thinking_tokens"`
	} `json:"output_tokens_details"`
}

// claudeEvent is the union of the events of a streamed answer (docs.anthropic.com/en/docs/build-with-claude/streaming).
type claudeEvent struct {
	Type    string       `json:"type"`
	Index   int          `json:"index"`
	Message claudeAnswer `json:"message"`
	Block   answerBlock  `json:"content_block"`
	Delta   struct {
		Type        string      `json:"type"`
		Text        string      `json:"text"`
		PartialJSON string      `json:"partial_json"`
		Thinking    string      `json:"thinking"`
		Signature   string      `json:"signature"`
		StopReason  string      `json:"stop_reason"`
		StopDetails stopDetails `json:"stop_details"`
	} `json:"delta"`
	Usage *claudeUsage   `json:"usage"`
	Error jsontext.Value `json:"error"`
}
