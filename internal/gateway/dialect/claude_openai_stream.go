package dialect

// Stream implements Answerer.
func (a *claudeOpenAI) Stream() Translator {
	return &claudeOpenAIStream{answer: a, chunks: chunks{usage: a.usage}}
}

// claudeOpenAIStream turns events of streamRawPredict into chunks.
type claudeOpenAIStream struct {
	chunks
	answer  *claudeOpenAI
	counted claudeUsage
	calls   int
	spoken  bool         // a text was sent
	open    thoughtBlock // a thought in the making; Type is empty when there is none
	begun   bool         // arguments of the open call
	input   string       // of the open call, as its start gave them: said at its end, if no piece came
	done    bool         // the finish reason is said
	ended   bool
}

// Event implements Translator.
func (s *claudeOpenAIStream) Event(dst []byte, _ string, data []byte) ([]byte, error) {
	if s.ended {
		return dst, nil
	}
	e := new(claudeEvent)
	if lenient(data, e) != nil {
		return dst, foreign()
	}
	if set(e.Error) {
		s.ended = true
		return OpenAI.fail(dst, refusal(instead(data), "")), nil
	}
	if e.Type == "message_start" {
		s.begin(s.answer.head(&e.Message, "chat.completion.chunk"))
		s.counted = e.Message.Usage
		return s.grow(dst, delta{Role: "assistant", Content: new(string)}), nil
	}
	if s.head == nil || s.done {
		return dst, nil // a ping, or what comes after the answer
	}
	switch e.Type {
	case "content_block_start":
		return s.start(dst, &e.Block), nil
	case "content_block_delta":
		return s.piece(dst, e), nil
	case "content_block_stop":
		return s.stop(dst), nil
	case "message_delta":
		return s.finish(dst, e), nil
	}
	return dst, nil
}

func (s *claudeOpenAIStream) grow(dst []byte, d delta) []byte { return s.add(dst, choice{Delta: &d}) }

func (s *claudeOpenAIStream) start(dst []byte, b *answerBlock) []byte {
	s.open, s.begun, s.input = thoughtBlock{}, true, ""
	switch b.Type {
	case "thinking", "redacted_thinking":
		s.open = thoughtBlock{b.Type, b.thought}
	case "text":
		if b.Text != "" {
			s.spoken = true
			return s.grow(dst, delta{Content: &b.Text})
		}
	case "tool_use":
		s.begun, s.input = false, arguments(b.Input)
		d := s.call(calledOf{Name: b.Name})
		if !s.answer.legacy {
			d.ToolCalls[0].ID, d.ToolCalls[0].Type = b.ID, "function"
		}
		s.calls++
		return s.grow(dst, d)
	}
	return dst
}

// call is a delta of the call that is open.
func (s *claudeOpenAIStream) call(c calledOf) delta {
	if s.answer.legacy {
		return delta{said: said{FunctionCall: &c}}
	}
	i := s.calls
	return delta{said: said{ToolCalls: []toolCall{{Index: &i, Function: c}}}}
}

func (s *claudeOpenAIStream) piece(dst []byte, e *claudeEvent) []byte {
	switch e.Delta.Type {
	case "text_delta":
		s.spoken = true
		return s.grow(dst, delta{Content: &e.Delta.Text})
	case "input_json_delta":
		if e.Delta.PartialJSON == "" {
			return dst
		}
		s.begun = true
		return s.arguments(dst, e.Delta.PartialJSON)
	case "thinking_delta":
		text := *orEmpty(s.open.Thinking) + e.Delta.Thinking
		s.open.Thinking = &text
		return s.grow(dst, delta{said: said{Reasoning: e.Delta.Thinking}})
	case "signature_delta":
		signature := *orEmpty(s.open.Signature) + e.Delta.Signature
		s.open.Signature = &signature
	}
	return dst
}

// arguments are a piece of the arguments of the last call that was begun.
func (s *claudeOpenAIStream) arguments(dst []byte, json string) []byte {
	s.calls--
	d := s.call(calledOf{Arguments: json})
	s.calls++
	return s.grow(dst, d)
}

// stop ends a block: a thought is handed out whole, signed; a call without arguments gets its empty ones.
func (s *claudeOpenAIStream) stop(dst []byte) []byte {
	if s.open.Type != "" {
		t := s.open
		s.open = thoughtBlock{}
		return s.grow(dst, delta{said: said{Extra: &extraContent{Anthropic: anthropicContent{Thinking: []thoughtBlock{t}}}}})
	}
	if !s.begun {
		s.begun = true
		return s.arguments(dst, s.input)
	}
	return dst
}

func (s *claudeOpenAIStream) finish(dst []byte, e *claudeEvent) []byte {
	if u := e.Usage; u != nil { // counted from the beginning; what it leaves out stays as it was
		s.counted.Output = u.Output
		s.counted.Input = max(s.counted.Input, u.Input)
		s.counted.CacheRead = max(s.counted.CacheRead, u.CacheRead)
		s.counted.CacheWritten = max(s.counted.CacheWritten, u.CacheWritten)
		s.counted.Details = u.Details
	}
	if e.Delta.StopReason == "" {
		return dst
	}
	s.done = true
	if e.Delta.StopReason == "refusal" && !s.spoken {
		text := claudeRefusal(e.Delta.StopDetails)
		dst = s.grow(dst, delta{Refusal: &text})
	}
	return s.add(dst, choice{Delta: &delta{}, Finish: s.answer.finish(e.Delta.StopReason), Extra: claudeExtra(e.Delta.StopReason)})
}

// End implements Translator.
func (s *claudeOpenAIStream) End(dst []byte) []byte {
	if s.ended {
		return dst
	}
	s.ended = true
	if !s.done {
		return OpenAI.fail(dst, refusal(truncated(), ""))
	}
	return s.end(dst, claudeUsed(&s.counted))
}

// Fail implements Translator.
func (s *claudeOpenAIStream) Fail(dst []byte, err error, callID string) []byte {
	if s.ended {
		return dst
	}
	s.ended = true
	return OpenAI.fail(dst, refusal(err, callID))
}
