package dialect

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// chat is OpenAI's POST /v1/chat/completions (platform.openai.com/docs/api-reference/chat/create), as its SDKs write it.
// Fields that Gemini has no word for and that change nothing in the answer's meaning are named to be passed over.
type chat struct {
	Model    string    `json:"model"`
	Messages []message `json:"messages"`
	Stream   bool      `json:"stream"`

	Tools         []chatTool   `json:"tools"`
	ToolChoice    toolChoice   `json:"tool_choice"`
	ParallelCalls *bool        `json:"parallel_tool_calls"`
	Functions     []function   `json:"functions"`     // before tools
	FunctionCall  toolChoice   `json:"function_call"` // before tool_choice
	WebSearch     *webSearch   `json:"web_search_options"`
	Format        *format      `json:"response_format"`
	Modalities    []string     `json:"modalities"`
	Stop          stringOrList `json:"stop"`

	Temperature      *float64 `json:"temperature"`
	TopP             *float64 `json:"top_p"`
	TopK             *int     `json:"top_k"` // not OpenAI's, yet what many clients send
	N                *int     `json:"n"`
	MaxTokens        *int     `json:"max_tokens"`
	MaxCompletion    *int     `json:"max_completion_tokens"`
	Seed             *int64   `json:"seed"`
	PresencePenalty  *float64 `json:"presence_penalty"`
	FrequencyPenalty *float64 `json:"frequency_penalty"`
	Logprobs         bool     `json:"logprobs"`
	TopLogprobs      *int     `json:"top_logprobs"`
	ReasoningEffort  string   `json:"reasoning_effort"`

	User          string            `json:"user"`
	Metadata      map[string]string `json:"metadata"`
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
	Google    *googleExtra `json:"google"` // where the SDKs put extra_body={"google": …}
	ExtraBody *struct {
		Google *googleExtra `json:"google"`
	} `json:"extra_body"`

	LogitBias  map[string]float64 `json:"logit_bias"`
	Audio      jsontext.Value     `json:"audio"`
	Moderation jsontext.Value     `json:"moderation"`
	passedOver
	Unknown jsontext.Value `json:",embed"`
}

// passedOver are hints for OpenAI's own machinery: caching, billing, abuse, speed and style.
type passedOver struct {
	Store                jsontext.Value `json:"store"`
	ServiceTier          jsontext.Value `json:"service_tier"`
	PromptCacheKey       jsontext.Value `json:"prompt_cache_key"`
	PromptCacheOptions   jsontext.Value `json:"prompt_cache_options"`
	PromptCacheRetention jsontext.Value `json:"prompt_cache_retention"`
	SafetyIdentifier     jsontext.Value `json:"safety_identifier"`
	Prediction           jsontext.Value `json:"prediction"`
	Verbosity            jsontext.Value `json:"verbosity"`
}

// googleExtra is what Google's own OpenAI form takes beside OpenAI's fields
// (docs.cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview).
type googleExtra struct {
	SafetySettings jsontext.Value `json:"safety_settings"`
	ThinkingConfig jsontext.Value `json:"thinking_config"`
	CachedContent  string         `json:"cached_content"`
	ThoughtTag     string         `json:"thought_tag_marker"`
	Unknown        jsontext.Value `json:",embed"`
}

type message struct {
	Role         string        `json:"role"`
	Content      contents      `json:"content"`
	Name         string        `json:"name"` // of the function, in role function
	Refusal      string        `json:"refusal"`
	ToolCalls    []toolCall    `json:"tool_calls"`
	FunctionCall *calledOf     `json:"function_call"`
	ToolCallID   string        `json:"tool_call_id"`
	Extra        *extraContent `json:"extra_content"`
}

// contents is a message's content: a text, parts, or null.
type contents struct {
	Text  *string
	Parts []contentPart
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (c *contents) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == '[' {
		return json.UnmarshalDecode(d, &c.Parts)
	}
	return json.UnmarshalDecode(d, &c.Text)
}

type contentPart struct {
	Type     string   `json:"type"`
	Text     string   `json:"text"`
	Refusal  string   `json:"refusal"`
	ImageURL imageURL `json:"image_url"`
	VideoURL imageURL `json:"video_url"` // vLLM's word, which clients of open models use
	Audio    struct {
		Data   string `json:"data"`
		Format string `json:"format"`
	} `json:"input_audio"`
	File struct {
		Data string `json:"file_data"`
		ID   string `json:"file_id"`
		Name string `json:"filename"`
	} `json:"file"`
}

type imageURL struct {
	URL string `json:"url"`
}

type toolCall struct {
	Index    *int          `json:"index,omitzero"` // in streams only
	ID       string        `json:"id,omitzero"`
	Type     string        `json:"type,omitzero"`
	Function calledOf      `json:"function"`
	Extra    *extraContent `json:"extra_content,omitzero"`
}

type calledOf struct {
	Name      string `json:"name,omitzero"` // not in later pieces of a stream
	Arguments string `json:"arguments"`     // JSON
}

// extraContent is the member of OpenAI's objects in which Google's own OpenAI form carries what a model wants back in
// the next turn. Clients hand it back untouched.
type extraContent struct {
	Google    googleContent    `json:"google,omitzero"`
	Anthropic anthropicContent `json:"anthropic,omitzero"`
}

// anthropicContent holds Claude's thoughts, which it wants back, signed, before the results of its calls.
type anthropicContent struct {
	Thinking   []thoughtBlock `json:"thinking_blocks,omitempty"`
	StopReason string         `json:"stop_reason,omitzero"` // Claude's word, where OpenAI's says less
}

type googleContent struct {
	ThoughtSignature string `json:"thought_signature,omitzero"`
	FinishReason     string `json:"finish_reason,omitzero"`  // Gemini's word, where OpenAI's says less
	FinishMessage    string `json:"finish_message,omitzero"` // of Gemini
}

type thoughtBlock struct {
	Type string `json:"type"` // thinking or redacted_thinking
	thought
}

func (e *extraContent) signature() string {
	if e == nil {
		return ""
	}
	return e.Google.ThoughtSignature
}

type chatTool struct {
	Type     string    `json:"type"`
	Function *function `json:"function"`
}

type function struct {
	Name        string         `json:"name"`
	Description string         `json:"description"`
	Parameters  jsontext.Value `json:"parameters"`
	Strict      bool           `json:"strict"`
}

// toolChoice is a word, or an object that names tools.
type toolChoice struct {
	Mode    string // auto, none, required; empty when absent
	Named   string // one function
	Allowed []string
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (t *toolChoice) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() != '{' {
		return json.UnmarshalDecode(d, &t.Mode)
	}
	var o struct {
		Type     string `json:"type"`
		Name     string `json:"name"` // of function_call
		Function struct {
			Name string `json:"name"`
		} `json:"function"`
		AllowedTools struct {
			Mode  string     `json:"mode"`
			Tools []chatTool `json:"tools"`
		} `json:"allowed_tools"`
	}
	if err := json.UnmarshalDecode(d, &o); err != nil {
		return err
	}
	switch o.Type {
	case "", "function":
		t.Mode, t.Named = "required", o.Function.Name+o.Name
		if t.Named == "" {
			return invalid("tool_choice.function.name", "no function is named", "")
		}
		t.Allowed = []string{t.Named}
	case "allowed_tools":
		t.Mode, t.Allowed = o.AllowedTools.Mode, []string{}
		for _, tool := range o.AllowedTools.Tools {
			if tool.Function != nil {
				t.Allowed = append(t.Allowed, tool.Function.Name)
			}
		}
	default:
		return invalid("tool_choice.type", "only function and allowed_tools are known here", "")
	}
	return nil
}

type webSearch struct {
	Location jsontext.Value `json:"user_location"`
}

type format struct {
	Type   string `json:"type"`
	Schema *struct {
		Name        string         `json:"name"`
		Description string         `json:"description"`
		Schema      jsontext.Value `json:"schema"`
	} `json:"json_schema"`
}

// stringOrList is one string or several.
type stringOrList []string

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (s *stringOrList) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() != '"' {
		return json.UnmarshalDecode(d, (*[]string)(s))
	}
	var one string
	err := json.UnmarshalDecode(d, &one)
	*s = stringOrList{one}
	return err
}
