package mask

import (
	"fmt"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

// Session is one request: what its prompt held, and which token stands for what. It is for one goroutine.
//
// The gateway keeps nothing between requests, and yet a value has the same token in every turn of a conversation: the
// n-th value that a session meets gets the n-th code, so where the caller sends its history again and the texts are
// masked in the order in which they stand in the body, the same values meet the same codes.
type Session struct {
	m     *Masker
	scope string
	vault vault
	next  uint64
	// foreign are the codes that stood in the caller's own texts before one of ours was made: they are not given out.
	foreign map[string]bool
	// held are the values that detectors have found in the prompt, whatever was done with them.
	held     held
	texts    texts
	keys     *keyed
	found    []prompt.Finding
	counts   Counts
	answered Counts
}

// Session begins a request. scope is whose pseudonyms are made: the same value is another one in another scope.
func (m *Masker) Session(scope string) *Session {
	return &Session{m: m, scope: scope, counts: Counts{}}
}

// Mask returns a text of the prompt without its personal data. Texts are to be masked in the order of the body. A type
// that is to be blocked is a *bridge.Error of kind Refused, code personal_data_blocked.
func (s *Session) Mask(text string) (string, error) { return s.MaskWith(text, nil) }

// MaskWith is Mask with more findings than the detectors have: a second opinion.
func (s *Session) MaskWith(text string, more []prompt.Finding) (string, error) {
	own, err := s.meet(text)
	if err != nil {
		return "", err
	}
	found := s.find(text, more, own, func(f prompt.Finding) bool {
		s.hold(text[f.Start:f.End])
		return s.m.action(f.Type) != Keep && s.m.wanted(text, f)
	})
	return splice(text, found, s.replace)
}

// splice returns the text with what replace writes in the place of each finding.
func splice(text string, found []prompt.Finding, replace func(out *strings.Builder, value, kind string) error) (string, error) {
	if len(found) == 0 {
		return text, nil
	}
	var out strings.Builder
	out.Grow(len(text) + 8*len(found))
	done := 0
	for _, f := range found {
		out.WriteString(text[done:f.Start])
		if err := replace(&out, text[f.Start:f.End], f.Type); err != nil {
			return "", err
		}
		done = f.End
	}
	out.WriteString(text[done:])
	return out.String(), nil
}

// replace writes what stands for a value of the prompt.
func (s *Session) replace(out *strings.Builder, value, kind string) error {
	if kind != literal {
		s.counts[kind]++
		if action := s.m.action(kind); action != Token {
			return s.write(out, action, value, kind)
		}
	}
	t, err := s.tokenOf(value, kind)
	out.WriteString(t)
	return err
}

// write writes what stands for a value, by an action that is not to be undone.
func (s *Session) write(out *strings.Builder, action Action, value, kind string) error {
	switch action {
	case Mask:
		out.WriteString("[" + s.m.labels.of(kind).name + "]")
	case Hash:
		if err := s.needKeys(); err != nil {
			return err
		}
		out.WriteString("[" + s.m.labels.of(kind).name + ":" + s.keys.hash(s.scope, kind, value) + "]")
	case Block:
		return blocked(kind)
	}
	return nil
}

func blocked(kind string) error {
	return &bridge.Error{
		Kind: bridge.Refused, Hop: bridge.HopDoor, Code: "personal_data_blocked",
		Text: fmt.Sprintf("the text holds personal data of the type %s, which the guard profile blocks", kind),
		Hint: "leave it out, or have another action for this type set under personal_data of the guard profile",
	}
}

func (s *Session) needKeys() (err error) {
	if s.keys == nil {
		s.keys, err = newKeyed(s.m.o.Keys)
	}
	return err
}

// tokenOf returns the token of a value, a new one when the session has not met it.
func (s *Session) tokenOf(value, kind string) (string, error) {
	if t := s.vault.of(kind, value); t != nil {
		return t.written, nil
	}
	var room [maxCode]byte
	code, err := s.newCode(kind, value, room[:0])
	if err != nil {
		return "", err
	}
	l := s.m.labels.of(kind)
	written := s.texts.keep(l.name, "_", code)
	s.vault.add(token{label: l, kind: kind, value: s.texts.keep(value, "", nil), written: written, code: written[len(l.name)+1:]})
	return written, nil
}

// newCode appends a code that no other value has.
func (s *Session) newCode(kind, value string, into []byte) ([]byte, error) {
	if s.m.o.Stable {
		if err := s.needKeys(); err != nil {
			return nil, err
		}
	}
	for again := 0; ; again++ {
		var code []byte
		if s.m.o.Stable {
			code = s.keys.code(s.scope, kind, value, again, into)
		} else {
			code = conversationCode(s.next, into)
			s.next++
		}
		if s.vault.coded(code) == nil && !s.foreign[string(code)] {
			return code, nil
		}
	}
}

// Counts are what was taken out of the prompt.
func (s *Session) Counts() Counts { return s.counts }

// Summary is Counts as the audit record has it.
func (s *Session) Summary() string { return s.counts.String() }

// AnswerCounts are what was taken out of the answer.
func (s *Session) AnswerCounts() Counts { return s.answered }
