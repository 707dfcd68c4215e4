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

// append writes what marshal would.
func (c *completion) append(dst []byte) []byte {
	o := begin(dst)
	o.text("id", c.ID)
	o.text("object", c.Object)
	o.number("created", c.Created)
	o.text("model", c.Model)
	o.words("system_fingerprint", c.Fingerprint)
	list(&o, "choices", c.Choices, (*choice).append)
	if c.Usage != nil {
		o.raw("usage", string(c.Usage))
	}
	return o.end()
}

type choice struct {
	Index    int           `json:"index"`
	Message  *reply        `json:"message,omitzero"`
	Delta    *delta        `json:"delta,omitzero"`
	Logprobs *logprobs     `json:"logprobs"`
	Finish   *string       `json:"finish_reason"`
	Extra    *extraContent `json:"extra_content,omitzero"`
}

func (c *choice) append(dst []byte) []byte {
	o := begin(dst)
	o.number("index", int64(c.Index))
	if c.Message != nil {
		o.name("message")
		o = c.Message.append(o)
	}
	if c.Delta != nil {
		o.name("delta")
		o = c.Delta.append(o)
	}
	if c.Logprobs != nil {
		o.any("logprobs", c.Logprobs)
	} else {
		o.raw("logprobs", "null")
	}
	o.textOrNull("finish_reason", c.Finish)
	if c.Extra != nil {
		o.any("extra_content", c.Extra)
	}
	return o.end()
}

// reply is a whole message. Its content is null where there is none.
type reply struct {
	Role    string  `json:"role"`
	Content *string `json:"content"`
	Refusal *string `json:"refusal"`
	said
}

func (r *reply) append(dst []byte) []byte {
	o := begin(dst)
	o.text("role", r.Role)
	o.textOrNull("content", r.Content)
	o.textOrNull("refusal", r.Refusal)
	r.said.append(&o)
	return o.end()
}

// delta is what a message has grown by.
type delta struct {
	Role    string  `json:"role,omitzero"`
	Content *string `json:"content,omitzero"`
	Refusal *string `json:"refusal,omitzero"`
	said
}

func (d *delta) append(dst []byte) []byte {
	o := begin(dst)
	o.words("role", d.Role)
	if d.Content != nil {
		o.text("content", *d.Content)
	}
	if d.Refusal != nil {
		o.text("refusal", *d.Refusal)
	}
	d.said.append(&o)
	return o.end()
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

func (s *said) append(o *jsonObject) {
	o.words("reasoning_content", s.Reasoning)
	if len(s.ToolCalls) > 0 {
		o.any("tool_calls", s.ToolCalls)
	}
	if s.FunctionCall != nil {
		o.any("function_call", s.FunctionCall)
	}
	if len(s.Images) > 0 {
		o.any("images", s.Images)
	}
	if len(s.Annotations) > 0 {
		o.any("annotations", s.Annotations)
	}
	if s.Extra != nil {
		o.any("extra_content", s.Extra)
	}
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

func (u *usage) append(dst []byte) []byte {
	o := begin(dst)
	o.number("prompt_tokens", int64(u.Prompt))
	o.number("completion_tokens", int64(u.Completion))
	o.number("total_tokens", int64(u.Total))
	o.name("prompt_tokens_details")
	in := begin(o)
	in.number("cached_tokens", int64(u.PromptDetails.Cached))
	in.number("audio_tokens", int64(u.PromptDetails.Audio))
	in.count("image_tokens", u.PromptDetails.Image)
	in.count("text_tokens", u.PromptDetails.Text)
	o = in.end()
	o.name("completion_tokens_details")
	out := begin(o)
	out.number("reasoning_tokens", int64(u.CompletionDetails.Reasoning))
	out.number("audio_tokens", int64(u.CompletionDetails.Audio))
	out.count("image_tokens", u.CompletionDetails.Image)
	out.count("text_tokens", u.CompletionDetails.Text)
	o = out.end()
	return o.end()
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
