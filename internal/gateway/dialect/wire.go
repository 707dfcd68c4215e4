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

// deepest is how deep a body may nest. What is kept raw of it is written a little deeper again, so the limit is far from
// the one of the encoder.
const deepest = 200

// unmarshal reads JSON into typed fields: duplicate keys and invalid UTF-8 are errors (RFC 7493), unknown fields are
// passed over where the type has no place for them.
func unmarshal(src []byte, into any) error {
	if at := tooDeep(src); at >= 0 {
		return invalid("body", "the body nests deeper than "+strconv.Itoa(deepest)+" at byte "+strconv.Itoa(at), "")
	}
	return json.Unmarshal(src, into)
}

// isObject says whether a text is one JSON object that may be kept raw.
func isObject(text string) bool {
	v := jsontext.Value(text)
	return v.Kind() == '{' && tooDeep(v) < 0 && v.IsValid()
}

// tooDeep is where src nests deeper than it may, or -1. It needs no valid JSON.
func tooDeep(src []byte) int {
	depth := 0
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '{', '[':
			if depth++; depth > deepest {
				return i
			}
		case '}', ']':
			depth--
		case '"':
			i += inString(src[i+1:])
		}
	}
	return -1
}

// inString is how many bytes follow a quote up to and with the one that closes it.
func inString(rest []byte) int {
	for at := 0; ; {
		quote := bytes.IndexByte(rest[at:], '"')
		if quote < 0 {
			return len(rest)
		}
		at += quote
		escapes := 0
		for at-escapes > 0 && rest[at-escapes-1] == '\\' {
			escapes++
		}
		at++
		if escapes%2 == 0 {
			return at
		}
	}
}

// marshal writes values of our own types, which cannot fail. Text is written as it is: no escapes for HTML.
func marshal(v any) []byte {
	out, err := json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	if err != nil {
		panic("dialect: a value of its own types is no JSON: " + err.Error())
	}
	return out
}

// appendJSON is marshal to the end of dst.
func appendJSON(dst []byte, v any) []byte { return append(dst, marshal(v)...) }

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
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok && errors.Is(err, jsontext.ErrDuplicateName) {
		return invalid(field(e.JSONPointer), "this key is there twice", "")
	}
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return invalid(field(e.JSONPointer), "the body is no valid JSON at byte "+strconv.FormatInt(e.ByteOffset, 10), "send one JSON object in UTF-8")
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
		b.WriteString(shown(token))
	}
	if b.Len() == 0 {
		return "body"
	}
	return b.String()
}

// shown is a key as an error may name it: a caller can put anything there, a person's name too.
func shown(key string) string {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
	}
	if key == "" || len(key) > 64 || strings.ContainsFunc(key, odd) {
		return "(key)"
	}
	return key
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
