package dialect

import "github.com/go-json-experiment/json/jsontext"

// Stream implements Answerer.
func (a *geminiAnthropic) Stream() Translator {
	return &geminiAnthropicStream{blocks: blocks{answer: a}, open: -1}
}

// geminiAnthropicStream turns events of streamGenerateContent into Anthropic's.
type geminiAnthropicStream struct {
	blocks
	begun bool
	open  int // index of the block that is open, -1 for none
	usage *geminiUsage
	stop  string // stop reason, once it is known
	why   *refused
	ended bool
}

// messageEvent is the union of Anthropic's events (docs.anthropic.com/en/docs/build-with-claude/streaming).
type messageEvent struct {
	Type    string         `json:"type"`
	Index   *int           `json:"index,omitzero"`
	Message *messageAnswer `json:"message,omitzero"`
	Block   jsontext.Value `json:"content_block,omitzero"`
	Delta   any            `json:"delta,omitzero"`
	Usage   *messagesUsage `json:"usage,omitzero"`
}

type blockDelta struct {
	Type     string  `json:"type"`
	Text     *string `json:"text,omitzero"`
	Thinking *string `json:"thinking,omitzero"`
	JSON     *string `json:"partial_json,omitzero"`
}

type messageDelta struct {
	StopReason   string   `json:"stop_reason"`
	StopSequence *string  `json:"stop_sequence"`
	StopDetails  *refused `json:"stop_details,omitzero"`
}

// Event implements Translator.
func (s *geminiAnthropicStream) Event(dst []byte, _ string, data []byte) ([]byte, error) {
	if s.ended {
		return dst, nil
	}
	g, err := readGenerated(data)
	if err != nil {
		s.ended = true
		return Anthropic.fail(dst, refusal(err, "")), nil
	}
	if g.Usage != nil {
		s.usage = g.Usage
	}
	if !s.begun {
		s.begun = true
		head := s.answer.head(g)
		head.Usage.Output = 0
		dst = s.event(dst, messageEvent{Type: "message_start", Message: head})
	}
	if s.stop != "" {
		return dst, nil
	}
	if f := g.Feedback; len(g.Candidates) == 0 && f != nil && f.BlockReason != "" {
		s.stop, s.why = "refusal", &refused{Type: "refusal", Explanation: refusalText(f.BlockReason, f.Message)}
	}
	if len(g.Candidates) == 0 {
		return dst, nil
	}
	c := &g.Candidates[0]
	for i := range c.Content.Parts {
		before := len(s.list)
		grown := s.part(&c.Content.Parts[i])
		if len(s.list) > before {
			dst = s.start(s.close(dst), &grown)
		}
		dst = s.delta(dst, &grown)
	}
	if c.FinishReason != "" {
		s.stop, s.why = stopReason(c.FinishReason, c.FinishMessage, s.calls > 0)
	}
	return dst, nil
}

func (s *geminiAnthropicStream) event(dst []byte, e messageEvent) []byte {
	return frame(dst, e.Type, marshal(e))
}

// start opens a block, empty. What it holds comes in deltas.
func (s *geminiAnthropicStream) start(dst []byte, b *block) []byte {
	s.open = len(s.list) - 1
	empty := jsontext.Value(`{"type":"text","text":""}`)
	switch b.Type {
	case "thinking":
		empty = jsontext.Value(`{"type":"thinking","thinking":"","signature":""}`)
	case "tool_use":
		empty = marshal(block{Type: b.Type, ID: b.ID, Name: b.Name, Input: jsontext.Value("{}")})
	}
	return s.event(dst, messageEvent{Type: "content_block_start", Index: &s.open, Block: empty})
}

func (s *geminiAnthropicStream) delta(dst []byte, grown *block) []byte {
	var d blockDelta
	switch grown.Type {
	case "text":
		d = blockDelta{Type: "text_delta", Text: &grown.Text}
	case "thinking":
		d = blockDelta{Type: "thinking_delta", Thinking: grown.Thinking}
	case "tool_use":
		input := string(grown.Input)
		d = blockDelta{Type: "input_json_delta", JSON: &input}
	default:
		return dst
	}
	// What is said need not be kept: the block's kind is enough to know whether the next part belongs to it.
	s.list[s.open] = block{Type: grown.Type, thought: thought{Thinking: new(string)}}
	return s.event(dst, messageEvent{Type: "content_block_delta", Index: &s.open, Delta: d})
}

func (s *geminiAnthropicStream) close(dst []byte) []byte {
	if s.open < 0 {
		return dst
	}
	dst = s.event(dst, messageEvent{Type: "content_block_stop", Index: &s.open})
	s.open = -1
	return dst
}

// End implements Translator. A stream that ends before its answer does was cut, and says so.
func (s *geminiAnthropicStream) End(dst []byte) []byte {
	if s.ended {
		return dst
	}
	s.ended = true
	if s.stop == "" {
		return Anthropic.fail(dst, refusal(truncated(), ""))
	}
	used := messagesUsed(s.usage)
	dst = s.event(s.close(dst), messageEvent{Type: "message_delta", Delta: messageDelta{StopReason: s.stop, StopDetails: s.why}, Usage: &used})
	return s.event(dst, messageEvent{Type: "message_stop"})
}

// Fail implements Translator.
func (s *geminiAnthropicStream) Fail(dst []byte, err error, callID string) []byte {
	if s.ended {
		return dst
	}
	s.ended = true
	return Anthropic.fail(dst, refusal(err, callID))
}
