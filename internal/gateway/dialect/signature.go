package dialect

import (
	"encoding/base64"
	"strings"
)

// signed is what stands between a call's own id and the thought signature that it carries. Gemini wants a call's
// signature back with the call. Google's own OpenAI form puts it into extra_content, yet some clients drop fields that
// OpenAI does not have (the tool runner of its Node SDK does); the id every client hands back.
const signed = "_sig_"

// withSignature is the id of a call, carrying its signature in the alphabet that ids have.
func withSignature(id, signature string) string {
	raw, err := base64.StdEncoding.DecodeString(signature)
	if err != nil || len(raw) == 0 || strings.Contains(id, signed) {
		return id
	}
	return id + signed + base64.RawURLEncoding.EncodeToString(raw)
}

// callID takes an id apart again. What is no signature stays in the id.
func callID(carrying string) (id, signature string) {
	id, rest, ok := strings.Cut(carrying, signed)
	raw, err := base64.RawURLEncoding.DecodeString(rest)
	if !ok || err != nil || len(raw) == 0 {
		return carrying, ""
	}
	return id, base64.StdEncoding.EncodeToString(raw)
}
