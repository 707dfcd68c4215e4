package dialect

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/landbridge/landbridge/internal/bridge"
)

// invalidRequest is the code of a request that is wrong in itself.
const invalidRequest = "invalid_request"

// unmarshal reads JSON into typed fields in one pass: duplicate keys and invalid UTF-8 are errors (RFC 7493), unknown
// fields are passed over where the type has no place for them.
func unmarshal(src []byte, into any) error { return json.Unmarshal(src, into) }

// appendJSON writes values of our own types, which cannot fail. Text is written as it is: no escapes for HTML.
func appendJSON(dst []byte, v any) []byte {
	b := bytes.NewBuffer(dst)
	if err := json.MarshalWrite(b, v, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)); err != nil {
		panic("dialect: a value of its own types is no JSON: " + err.Error())
	}
	return b.Bytes()
}

// read is unmarshal for a caller's body: the error names the field as clients write it ("messages[2].role").
func read(src []byte, into any) error {
	err := unmarshal(src, into)
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*json.SemanticError](err); ok {
		return invalid(field(e.JSONPointer), "a value of another type is wanted than "+kind(e.JSONKind), "")
	}
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return invalid(field(e.JSONPointer), "the body is no valid JSON at byte "+strconv.FormatInt(e.ByteOffset, 10), "send one JSON object in UTF-8 without duplicate keys")
	}
	return invalid("body", "the body cannot be read as JSON", "")
}

// field turns a JSON pointer (RFC 6901) into the way in which API references name a field.
func field(p jsontext.Pointer) string {
	var b strings.Builder
	for token := range p.Tokens() {
		if _, err := strconv.ParseUint(token, 10, 32); err == nil {
			b.WriteString("[" + token + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(token)
	}
	if b.Len() == 0 {
		return "body"
	}
	return b.String()
}

func kind(k jsontext.Kind) string {
	switch k {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	default:
		return "this one"
	}
}
