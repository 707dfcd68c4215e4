package gateway

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/splice"
)

// isTextual says whether media of a MIME type are text, which the guard reads like any other.
func isTextual(mime string) bool {
	mime, _, _ = strings.Cut(strings.ToLower(mime), ";")
	mime = strings.TrimSpace(mime)
	switch mime {
	case "application/json", "application/xml", "application/yaml", "application/javascript", "application/x-javascript", "application/rtf":
		return true
	}
	return strings.HasPrefix(mime, "text/") || strings.HasSuffix(mime, "+json") || strings.HasSuffix(mime, "+xml")
}

// written is how a text stands in a string of the body: as it is, or in base64, of some alphabet and behind the head of a
// data URL (RFC 2397).
type written struct {
	head   string
	base64 *base64.Encoding
}

// write is the way back.
func (w written) write(text string) string {
	if w.base64 == nil {
		return text
	}
	return w.head + w.base64.EncodeToString([]byte(text))
}

// textIn finds the text in a string of a body, and how it is written; ok is false where there is none for the guard.
func textIn(at *splice.Path, is field, raw string, plain map[string]bool) (text string, as written, ok bool, err error) {
	switch is {
	case sourceData:
		if len(plain) == 0 || !plain[around(at)] {
			return "", as, false, nil
		}
	case wordsOfTool:
		if wordOfSchema(at) && isWord(raw) {
			return "", as, false, nil
		}
	case mediaBody:
		text, as, err = decoded(raw)
		return text, as, err == nil, err
	case mediaURL:
		head, data, _ := strings.Cut(raw, ",")
		before, ok := strings.CutSuffix(head, ";base64")
		if ok {
			text, as, err = decoded(data)
		} else if text, err = url.PathUnescape(data); err != nil {
			err = badData()
		}
		if as.head = before + ";base64,"; as.base64 == nil {
			as.base64 = base64.StdEncoding
		}
		return text, as, err == nil, err
	}
	return raw, as, true, nil
}

// decoded takes base64 off, in any alphabet that is taken for one.
func decoded(data string) (string, written, error) {
	for _, alphabet := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if text, err := alphabet.DecodeString(data); err == nil {
			return string(text), written{base64: alphabet}, nil
		}
	}
	return "", written{}, badData()
}

func badData() error {
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "body_form", Status: http.StatusBadRequest, Text: "inline data of the request is not base64",
	}
}

// wordOfSchema says whether a string of a schema is one of its own words, or the name of a property.
func wordOfSchema(at *splice.Path) bool {
	key := at.Last()
	if n := at.Depth(); at.Index(n-1) >= 0 && n > 1 {
		key = at.Name(n - 2)
	}
	switch key {
	case "type", "format", "$ref", "$schema", "required", "propertyOrdering", "property_ordering":
		return true
	}
	return false
}

// isWord says whether a text is one word, and short.
func isWord(text string) bool {
	return len(text) <= 64 && strings.IndexFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("_-$#/:.", r)
	}) < 0
}
