package dialect

import (
	"errors"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Stream implements Answerer.
func (a *geminiOpenAI) Stream() Translator {
	return &geminiOpenAIStream{answer: a, chunks: chunks{usage: a.usage}}
}

// geminiOpenAIStream turns events of streamGenerateContent into chunks.
type geminiOpenAIStream struct {
	chunks
	answer  *geminiOpenAI
	choices []*streamed
	counted *geminiUsage
	ended   bool // by an error, or by the block of the prompt
}

// streamed is a choice in the making.
type streamed struct {
	writer
	index int
	begun bool // its role is said
	done  bool // its finish reason is said
}

// Event implements Translator.
func (s *geminiOpenAIStream) Event(dst []byte, _ string, data []byte) ([]byte, error) {
	if s.ended {
		return dst, nil
	}
	g, err := readGenerated(data)
	if e, ok := errors.AsType[*bridge.Error](err); ok && e.Code != codeForeign {
		s.ended = true
		return OpenAI.fail(dst, refusal(e, "")), nil
	}
	if err != nil {
		return dst, err
	}
	if s.head == nil {
		s.begin(s.answer.head(g, "chat.completion.chunk"))
	}
	if g.Usage != nil {
		s.counted = g.Usage
	}
	for i := range g.Candidates {
		dst = s.candidate(dst, &g.Candidates[i])
	}
	if len(g.Candidates) == 0 && g.Feedback != nil && g.Feedback.BlockReason != "" {
		dst = s.block(dst, g)
	}
	return dst, nil
}

// choice finds the state of a candidate.
func (s *geminiOpenAIStream) choice(index int) *streamed {
	for _, c := range s.choices {
		if c.index == index {
			return c
		}
	}
	c := &streamed{writer: writer{answer: s.answer}, index: index}
	s.choices = append(s.choices, c)
	return c
}

func (s *geminiOpenAIStream) candidate(dst []byte, c *candidate) []byte {
	state := s.choice(c.Index)
	if state.done {
		return dst
	}
	d := state.parts(c)
	d.Annotations = annotations(c, &state.said)
	if c.FinishReason != "" {
		state.close(&d)
	}
	dst = s.role(dst, state)
	if grown(&d) || c.Logprobs != nil {
		dst = s.add(dst, choice{Index: c.Index, Delta: &d, Logprobs: logprobsOf(c.Logprobs)})
	}
	if c.FinishReason == "" {
		return dst
	}
	state.done = true
	finish := state.finish(c.FinishReason)
	if *finish == "content_filter" && state.said.size == 0 {
		text := refusalText(c.FinishReason, c.FinishMessage)
		dst = s.add(dst, choice{Index: c.Index, Delta: &delta{Refusal: &text}})
	}
	return s.add(dst, choice{Index: c.Index, Delta: &delta{}, Finish: finish, Extra: finishExtra(c)})
}

// role says whose message it is, once.
func (s *geminiOpenAIStream) role(dst []byte, c *streamed) []byte {
	if c.begun {
		return dst
	}
	c.begun = true
	return s.add(dst, choice{Index: c.index, Delta: &delta{Role: "assistant", Content: new(string)}})
}

// block ends a stream whose prompt was blocked.
func (s *geminiOpenAIStream) block(dst []byte, g *generated) []byte {
	state := s.choice(0)
	state.done = true
	b := blocked(g)
	dst = s.role(dst, state)
	dst = s.add(dst, choice{Delta: &delta{Refusal: b.Message.Refusal}})
	return s.add(dst, choice{Delta: &delta{}, Finish: b.Finish, Extra: b.Extra})
}

func grown(d *delta) bool {
	return d.Content != nil || d.Reasoning != "" || len(d.ToolCalls) > 0 || d.FunctionCall != nil ||
		len(d.Images) > 0 || len(d.Annotations) > 0 || d.Extra != nil
}

// End implements Translator. A stream that ends before its candidates do was cut, and says so.
func (s *geminiOpenAIStream) End(dst []byte) []byte {
	if s.ended {
		return dst
	}
	s.ended = true
	cut := len(s.choices) == 0
	for _, c := range s.choices {
		cut = cut || !c.done
	}
	if cut {
		return OpenAI.fail(dst, refusal(truncated(), ""))
	}
	return s.end(dst, openaiUsage(s.counted))
}

// Fail implements Translator.
func (s *geminiOpenAIStream) Fail(dst []byte, err error, callID string) []byte {
	if s.ended {
		return dst
	}
	s.ended = true
	return OpenAI.fail(dst, refusal(err, callID))
}

// truncated is the error for a stream that ended without a finish reason.
func truncated() *bridge.Error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "stream_truncated", Status: 502, Retry: true,
		Text: "Vertex AI's stream ended before the answer did", Hint: "ask again",
	}
}
