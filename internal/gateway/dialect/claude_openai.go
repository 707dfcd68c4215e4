package dialect

import "github.com/go-json-experiment/json/jsontext"

// claudeOpenAI answers a chat that a Claude model was asked.
type claudeOpenAI struct {
	options Options
	model   string // as the caller named it
	usage   bool   // the stream ends with one more event that holds the usage
	legacy  bool   // functions, not tools: the call is function_call
}

// Whole implements Answerer.
func (a *claudeOpenAI) Whole(body []byte, _ ...[]byte) ([]byte, error) {
	answer := new(claudeAnswer)
	if err := lenient(body, answer); err != nil || set(answer.Error) {
		return nil, instead(body)
	}
	out := a.head(answer, "chat.completion")
	m := &reply{Role: "assistant"}
	for i := range answer.Content {
		a.block(m, &answer.Content[i])
	}
	if m.Content == nil && len(m.ToolCalls) == 0 && m.FunctionCall == nil {
		m.Content = new(string)
	}
	c := choice{Message: m, Finish: a.finish(answer.StopReason), Extra: claudeExtra(answer.StopReason)}
	if answer.StopReason == "refusal" && *orEmpty(m.Content) == "" {
		text := claudeRefusal(answer.StopDetails)
		m.Content, m.Refusal = nil, &text
	}
	out.Choices = []choice{c}
	out.Usage = claudeUsed(&answer.Usage)
	return out.append(make([]byte, 0, len(body)+256)), nil
}

func (a *claudeOpenAI) head(answer *claudeAnswer, object string) *completion {
	id := answer.ID
	if id == "" {
		id = a.options.ID()
	}
	return &completion{ID: "chatcmpl-" + id, Object: object, Created: a.options.Clock().Unix(), Model: a.model, Fingerprint: answer.Model, Choices: []choice{}}
}

// block adds one block of a whole answer to the message.
func (a *claudeOpenAI) block(m *reply, b *answerBlock) {
	switch b.Type {
	case "text":
		text := *orEmpty(m.Content) + b.Text
		m.Content = &text
	case "thinking", "redacted_thinking":
		m.Reasoning += *orEmpty(b.Thinking)
		if m.Extra == nil {
			m.Extra = new(extraContent)
		}
		m.Extra.Anthropic.Thinking = append(m.Extra.Anthropic.Thinking, thoughtBlock{b.Type, b.thought})
	case "tool_use":
		called := calledOf{b.Name, arguments(b.Input)}
		if a.legacy {
			m.FunctionCall = &called
			return
		}
		m.ToolCalls = append(m.ToolCalls, toolCall{ID: b.ID, Type: "function", Function: called})
	}
}

// arguments are a call's, as the JSON text that OpenAI's clients read.
func arguments(v jsontext.Value) string {
	if !set(v) {
		return "{}"
	}
	return string(v)
}

// finish is the stop reason in OpenAI's words.
func (a *claudeOpenAI) finish(claude string) *string {
	f := "stop"
	switch claude {
	case "max_tokens", "model_context_window_exceeded":
		f = "length"
	case "tool_use":
		f = "tool_calls"
		if a.legacy {
			f = "function_call"
		}
	case "refusal":
		f = "content_filter"
	}
	return &f
}

// claudeExtra carries Claude's stop reason where OpenAI's word says less.
func claudeExtra(claude string) *extraContent {
	switch claude {
	case "pause_turn", "model_context_window_exceeded", "stop_sequence":
		return &extraContent{Anthropic: anthropicContent{StopReason: claude}}
	}
	return nil
}

// claudeRefusal is what a caller reads where Claude refused.
func claudeRefusal(why stopDetails) string {
	if why.Explanation != "" {
		return why.Explanation
	}
	return "The model refused to answer."
}

// claudeUsed counts as OpenAI does: what came from the cache or went into it is input.
func claudeUsed(u *claudeUsage) jsontext.Value {
	out := usage{Prompt: u.Input + u.CacheWritten + u.CacheRead, Completion: u.Output}
	out.Total = out.Prompt + out.Completion
	out.PromptDetails.Cached = u.CacheRead
	out.CompletionDetails.Reasoning = u.Details.Thinking
	return out.append(make([]byte, 0, 256))
}
