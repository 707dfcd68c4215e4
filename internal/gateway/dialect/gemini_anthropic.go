package dialect

import "github.com/go-json-experiment/json/jsontext"

// geminiAnthropic answers Anthropic Messages that a Gemini model was asked.
type geminiAnthropic struct {
	options Options
	model   string // as the caller named it
	oneCall bool   // disable_parallel_tool_use: the first call of a turn is all
}

// messageAnswer is Anthropic's message, as it answers it (docs.anthropic.com/en/api/messages).
type messageAnswer struct {
	ID           string        `json:"id"`
	Type         string        `json:"type"` // message
	Role         string        `json:"role"` // assistant
	Model        string        `json:"model"`
	Content      []block       `json:"content"`
	StopReason   *string       `json:"stop_reason"`
	StopSequence *string       `json:"stop_sequence"`
	StopDetails  *refused      `json:"stop_details,omitzero"`
	Usage        messagesUsage `json:"usage"`
}

type refused struct {
	Type        string  `json:"type"` // refusal
	Category    *string `json:"category"`
	Explanation string  `json:"explanation"`
}

type messagesUsage struct {
	Input        int `json:"input_tokens"`
	CacheWritten int `json:"cache_creation_input_tokens"`
	CacheRead    int `json:"cache_read_input_tokens"`
	Output       int `json:"output_tokens"`
}

// Whole implements Answerer.
func (a *geminiAnthropic) Whole(body []byte, _ ...[]byte) ([]byte, error) {
	g, err := readGenerated(body)
	if err != nil {
		return nil, err
	}
	m := a.head(g)
	w := blocks{answer: a}
	stop := "end_turn"
	if len(g.Candidates) > 0 {
		c := &g.Candidates[0]
		for i := range c.Content.Parts {
			w.part(&c.Content.Parts[i])
		}
		m.Content = append(m.Content, w.list...)
		stop, m.StopDetails = stopReason(c.FinishReason, c.FinishMessage, w.calls > 0)
	} else if f := g.Feedback; f != nil && f.BlockReason != "" {
		stop, m.StopDetails = "refusal", &refused{Type: "refusal", Explanation: refusalText(f.BlockReason, f.Message)}
	}
	m.StopReason = &stop
	return marshal(m), nil
}

func (a *geminiAnthropic) head(g *generated) *messageAnswer {
	id := g.ResponseID
	if id == "" {
		id = a.options.ID()
	}
	return &messageAnswer{ID: "msg_" + id, Type: "message", Role: "assistant", Model: a.model, Content: []block{}, Usage: messagesUsed(g.Usage)}
}

// messagesUsed counts as Anthropic does: what came from the cache stands apart.
func messagesUsed(u *geminiUsage) messagesUsage {
	if u == nil {
		return messagesUsage{}
	}
	return messagesUsage{Input: max(0, u.Prompt+u.ToolUse-u.Cached), CacheRead: u.Cached, Output: u.output()}
}

// stopReason is Anthropic's word for Gemini's finish reason.
func stopReason(gemini, message string, called bool) (string, *refused) {
	switch finishReason(gemini, called) {
	case "length":
		return "max_tokens", nil
	case "content_filter":
		return "refusal", &refused{Type: "refusal", Explanation: refusalText(gemini, message)}
	case "tool_calls":
		return "tool_use", nil
	default:
		return "end_turn", nil
	}
}

// blocks gathers the parts of a candidate into content blocks: neighbours of one kind are one block.
type blocks struct {
	answer *geminiAnthropic
	list   []block
	calls  int
}

// part maps one part, and returns what the last block has grown by; its Type is empty when there is nothing to say.
func (w *blocks) part(p *part) (grown block) {
	switch {
	case p.FunctionCall != nil:
		if w.answer.oneCall && w.calls > 0 {
			return block{}
		}
		w.calls++
		grown = w.answer.toolUse(p)
		w.list = append(w.list, grown)
		return grown
	case p.Thought:
		grown = block{Type: "thinking", thought: thought{Thinking: orEmpty(p.Text), Signature: new(string)}}
	case p.InlineData != nil:
		grown = block{Type: "text", Text: "![](data:" + p.InlineData.MimeType + ";base64," + p.InlineData.Data + ")"}
	case p.FileData != nil:
		grown = block{Type: "text", Text: "![](" + p.FileData.FileURI + ")"}
	default:
		grown = block{Type: "text", Text: textOf(p)}
	}
	if grown.Text == "" && *orEmpty(grown.Thinking) == "" {
		return block{}
	}
	if n := len(w.list); n > 0 && w.list[n-1].Type == grown.Type {
		last := &w.list[n-1]
		last.Text += grown.Text
		if grown.Thinking != nil {
			text := *last.Thinking + *grown.Thinking
			last.Thinking = &text
		}
		return grown
	}
	w.list = append(w.list, grown)
	return grown
}

func (a *geminiAnthropic) toolUse(p *part) block {
	id := p.FunctionCall.ID
	if id == "" {
		id = "toolu_" + a.options.ID()
	}
	return block{Type: "tool_use", ID: withSignature(id, p.ThoughtSignature), Name: p.FunctionCall.Name, Input: jsontext.Value(arguments(p.FunctionCall.Args))}
}

// geminiCounted answers count_tokens by Gemini's countTokens.
type geminiCounted struct{ noAnswerStream }

// Whole implements Answerer.
func (geminiCounted) Whole(body []byte, _ ...[]byte) ([]byte, error) {
	var counted struct {
		Total *int `json:"totalTokens"`
	}
	if lenient(body, &counted) != nil || counted.Total == nil {
		return nil, instead(body)
	}
	return marshal(struct {
		Tokens int `json:"input_tokens"`
	}{*counted.Total}), nil
}
