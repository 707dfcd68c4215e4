package mask

import (
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

// literal is the type of what looks like one of this session's tokens and stood in the caller's own text. It gets a token
// of its own, so that it comes back as it was and never as another's value.
const literal = ""

// maxForeign bounds what a session remembers of codes in the caller's texts.
const maxForeign = 1 << 16

// meet looks for codes in a text of the prompt, before anything in it is masked. own says that one of ours is among them;
// the others will not be given out any more.
func (s *Session) meet(text string) (own bool, err error) {
	for i := 1; i < len(text); i++ {
		if !codeDigit(text[i]) || !codeLetter(upper(text[i-1])) || i > 1 && '0' <= text[i-2] && text[i-2] <= '9' {
			continue
		}
		var into [maxCode]byte
		code, _ := s.readCode(text[i-1:], &into)
		switch {
		case code == nil:
		case s.vault.coded(code) != nil:
			own = true
		case len(s.foreign) == maxForeign:
			return false, &bridge.Error{
				Kind: bridge.Refused, Hop: bridge.HopDoor, Code: "personal_data_codes",
				Text: "the request holds too many words that look like codes of tokens", Hint: "split the request",
			}
		default:
			if s.foreign == nil {
				s.foreign = map[string]bool{}
			}
			s.foreign[string(code)] = true
		}
	}
	return own, nil
}

// find returns what is to be replaced in a text, in order and without overlaps: of what the detectors and more find, what
// keep wants. With tokens, the session's own tokens too, of the type literal.
func (s *Session) find(text string, more []prompt.Finding, tokens bool, keep func(prompt.Finding) bool) []prompt.Finding {
	if s.found == nil {
		s.found = make([]prompt.Finding, 0, 16)
	}
	found := s.found[:0]
	for _, d := range s.m.o.Detectors {
		found = d.Find(text, found)
	}
	found = append(found, more...)
	kept := found[:0]
	for _, f := range found {
		f.Start, f.End = max(f.Start, 0), min(f.End, len(text))
		if f.Start >= f.End || f.Type == literal {
			continue
		}
		if f = whole(text, f); keep(f) {
			kept = append(kept, f)
		}
	}
	if tokens && mayHoldCode(text) {
		kept = s.literals(text, kept)
	}
	s.found = kept[:0]
	return s.m.settle(text, kept)
}

// whole widens a finding that begins or ends inside of a character.
func whole(text string, f prompt.Finding) prompt.Finding {
	for range utf8.UTFMax - 1 {
		if f.Start > 0 && !utf8.RuneStart(text[f.Start]) {
			f.Start--
		}
		if f.End < len(text) && !utf8.RuneStart(text[f.End]) {
			f.End++
		}
	}
	return f
}

// literals appends where the session's own tokens stand. Nothing outweighs them.
func (s *Session) literals(text string, found []prompt.Finding) []prompt.Finding {
	for i := 0; i < len(text); i++ {
		if !s.vault.begins(text[i]) {
			continue
		}
		if t, end, _ := s.token(text, i); t != nil {
			found = append(found, prompt.Finding{Start: i, End: end, Type: literal, Score: 2})
			i = end - 1
		}
	}
	return found
}

// hold remembers what the prompt held.
func (s *Session) hold(value string) {
	if s.m.o.AnswersAction != "" {
		s.held.add(s.texts.keep(value, "", nil))
	}
}
