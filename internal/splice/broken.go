package splice

import (
	"fmt"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/bridge"
)

// syntax is what is wrong with a JSON text, and where. It quotes nothing of the text.
func syntax(code, text string, offset int) error {
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopDoor, Code: code,
		Text: fmt.Sprintf("%s, at byte %d", text, offset),
		Hint: "send one JSON value (RFC 8259) in UTF-8, each name once in an object",
	}
}

func (s *scanner) truncated() error {
	return syntax("json_truncated", "the JSON text ends too early", len(s.src))
}

// unexpected says that what comes next is none of what may.
func (s *scanner) unexpected() error {
	if s.pos == len(s.src) {
		return s.truncated()
	}
	return syntax("json_invalid", "the text is not JSON", s.pos)
}

// badByte says what is wrong with the byte of a string that comes next.
func (s *scanner) badByte() error {
	if s.src[s.pos] < utf8.RuneSelf {
		return syntax("json_invalid", "a JSON string holds a bare control character", s.pos)
	}
	return syntax("json_invalid_utf8", "the JSON text is not UTF-8", s.pos)
}

// badEscape is for one half of a surrogate pair too: what one reader drops and another replaces is refused (RFC 7493, 2.1).
func badEscape(at int) error {
	return syntax("json_invalid_escape", "an escape in a JSON string stands for no character, or for half of one", at)
}

func duplicate(at int) error {
	return syntax("json_duplicate_name", "an object has the same name twice", at)
}

// ours is a mistake of a visitor.
func ours(code, text string) error {
	return &bridge.Error{Kind: bridge.Fault, Code: code, Text: text}
}
