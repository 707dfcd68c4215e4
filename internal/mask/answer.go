package mask

import (
	"strings"

	"github.com/landbridge/landbridge/internal/prompt"
)

// Answer returns a whole answer as the caller may see it: without the personal data that the prompt did not hold, and with
// the values that its tokens stand for. A *bridge.Error of kind Refused is as Mask's.
func (s *Session) Answer(text string) (string, error) { return s.AnswerIn(Plain, text) }

// AnswerIn is Answer in another form.
func (s *Session) AnswerIn(form Form, text string) (string, error) {
	out, err := splice(text, s.strange(text), s.hide)
	if err != nil {
		return "", err
	}
	return s.UnmaskIn(form, out), nil
}

// strange finds the personal data in a piece of an answer that the prompt did not hold. The session's own tokens are
// found too, so that nothing else is found inside of them.
func (s *Session) strange(text string) []prompt.Finding {
	if s.m.o.AnswersAction == "" {
		return nil
	}
	return s.find(text, nil, len(s.vault.tokens) > 0, func(f prompt.Finding) bool {
		return s.m.action(f.Type) != Keep && s.m.wanted(text, f) && !s.held.has(text[f.Start:f.End])
	})
}

// hide writes what stands for a value of an answer.
func (s *Session) hide(out *strings.Builder, value, kind string) error {
	if kind == literal {
		out.WriteString(value)
		return nil
	}
	if s.answered == nil {
		s.answered = Counts{}
	}
	s.answered[kind]++
	return s.write(out, s.m.o.AnswersAction, value, kind)
}
