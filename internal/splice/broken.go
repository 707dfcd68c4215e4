package splice

import (
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/landbridge/landbridge/internal/bridge"
)

// syntax is what is wrong with a JSON text, and where. It has no cause: the decoder's own words quote the text.
func syntax(code, text string, offset int) error {
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopDoor, Code: code,
		Text: fmt.Sprintf("%s, at byte %d", text, offset),
		Hint: "send one JSON value (RFC 8259) in UTF-8, each name once in an object",
	}
}

// broken says in our own words why the decoder stopped.
func (r *rewriter) broken(err error) error {
	if err == nil {
		return nil
	}
	offset := len(r.src)
	if wrong, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		offset = min(int(wrong.ByteOffset), len(r.src))
	}
	here := r.src[offset:]
	switch first, size := utf8.DecodeRune(here); {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return syntax("json_truncated", "the JSON text ends too early", len(r.src))
	case errors.Is(err, jsontext.ErrDuplicateName):
		return syntax("json_duplicate_name", "an object has the same name twice", offset)
	case first == utf8.RuneError && size == 1:
		return syntax("json_invalid_utf8", "the JSON text is not UTF-8", offset)
	case len(here) > 2 && here[0] == '\\' && here[1] == 'u':
		return syntax("json_invalid_escape", "an escape in a JSON string stands for no character, or for half of one", offset)
	default:
		return syntax("json_invalid", "the text is not JSON", offset)
	}
}

// notText is our own mistake: a changed text that is not UTF-8 any more.
func notText(err error) error {
	return &bridge.Error{Kind: bridge.Fault, Code: "json_text_invalid", Text: "a changed text is not UTF-8", Cause: err}
}
