package dialect

import "github.com/go-json-experiment/json/jsontext"

// completion is OpenAI's answer to a chat, whole (object chat.completion) or one event of it (chat.completion.chunk).
type completion struct {
	ID          string         `json:"id"`
	Object      string         `json:"object"`
	Created     int64          `json:"created"` // seconds since 1970
	Model       string         `json:"model"`
	Fingerprint string         `json:"system_fingerprint,omitzero"` // the model's version
	Choices     []choice       `json:"choices"`
	Usage       jsontext.Value `json:"usage,omitzero"` // of type usage; null in events before the one that has it
}

type choice struct {
	Index    int           `json:"index"`
	Message  *reply        `json:"message,omitzero"`
	Delta    *delta        `json:"delta,omitzero"`
	Logprobs *logprobs     `json:"logprobs"`
	Finish   *string       `json:"finish_reason"`
	Extra    *extraContent `json:"extra_content,omitzero"`
}

// reply is a whole message. Its content is null where there is none.
type reply struct {
	Role    string  `json:"role"`
	Content *string `json:"content"`
	Refusal *string `json:"refusal"`
	said
}

// delta is what a message has grown by.
type delta struct {
	Role    string  `json:"role,omitzero"`
	Content *string `json:"content,omitzero"`
	Refusal *string `json:"refusal,omitzero"`
	said
}

// said is what whole messages and deltas write alike. Reasoning is no field of OpenAI's own: it is what open models'
// servers write and clients read.
type said struct {
	Reasoning    string        `json:"reasoning_content,omitzero"`
	ToolCalls    []toolCall    `json:"tool_calls,omitempty"`
	FunctionCall *calledOf     `json:"function_call,omitzero"`
	Images       []imagePart   `json:"images,omitempty"`
	Annotations  []annotation  `json:"annotations,omitempty"`
	Extra        *extraContent `json:"extra_content,omitzero"`
}

// imagePart is a picture that the model has made, as a data URL.
type imagePart struct {
	Index int      `json:"index"`
	Type  string   `json:"type"` // image_url
	URL   imageURL `json:"image_url"`
}

type annotation struct {
	Type     string      `json:"type"` // url_citation
	Citation urlCitation `json:"url_citation"`
}

// urlCitation counts characters of the message's content.
type urlCitation struct {
	Start int    `json:"start_index"`
	End   int    `json:"end_index"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

type logprobs struct {
	Content []chosenToken `json:"content"`
	Refusal *struct{}     `json:"refusal"` // null: a refusal has none
}

type chosenToken struct {
	candidateToken
	Top []candidateToken `json:"top_logprobs"`
}

type candidateToken struct {
	Token   string  `json:"token"`
	Logprob float64 `json:"logprob"`
	Bytes   []int   `json:"bytes"` // of UTF-8
}

type usage struct {
	Prompt            int               `json:"prompt_tokens"`
	Completion        int               `json:"completion_tokens"`
	Total             int               `json:"total_tokens"`
	PromptDetails     promptDetails     `json:"prompt_tokens_details"`
	CompletionDetails completionDetails `json:"completion_tokens_details"`
}

type promptDetails struct {
	Cached int `json:"cached_tokens"`
	Audio  int `json:"audio_tokens"`
	Image  int `json:"image_tokens,omitzero"`
	Text   int `json:"text_tokens,omitzero"`
}

type completionDetails struct {
	Reasoning int `json:"reasoning_tokens"`
	Audio     int `json:"audio_tokens"`
	Image     int `json:"image_tokens,omitzero"`
	Text      int `json:"text_tokens,omitzero"`
}
