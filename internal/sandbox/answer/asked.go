package answer

import (
	"regexp"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

var (
	echoAsked   = bridge.FormOf(`(?is)\b(?:repeat|echo|say exactly)\b[^:\n]{0,60}:[ \n]?(.+)$`)
	systemAsked = bridge.FormOf(`(?i)\b(?:repeat|echo|print|reveal)\b[^.\n]{0,30}\b(?:system (?:prompt|instructions?|message)|instructions)\b`)
	mark        = bridge.FormOf(`\[sandbox:([a-z]+)(?:=([A-Za-z0-9_:]+))?\]`)
)

// Echo is what a prompt asks to hear again, to the letter: what follows "Repeat …:", "Echo …:" or "Say exactly …:", or the
// system instruction when it is that which is to be repeated. False when it asks for no such thing.
func Echo(prompt, system string) (string, bool) {
	if m := echoAsked().FindStringSubmatch(prompt); m != nil {
		return m[1], true
	}
	if system != "" && systemAsked().MatchString(prompt) {
		return system, true
	}
	return "", false
}

// Marks are the [sandbox:NAME=VALUE] of a prompt, by which the model is told to misbehave; a mark without a value has "".
func Marks(prompt string) map[string]string {
	out := map[string]string{}
	for _, m := range mark().FindAllStringSubmatch(prompt, -1) {
		out[m[1]] = m[2]
	}
	return out
}

// Value is what a prompt gives for a name: name=VALUE, name: VALUE, name="VALUE WITH SPACES". False when it gives nothing.
func Value(prompt, name string) (string, bool) {
	if name == "" {
		return "", false
	}
	form, err := regexp.Compile(`(?i)(?:^|[^\pL\pN_])` + regexp.QuoteMeta(name) + `\s*[=:]\s*(?:"([^"]*)"|([^\s,;"]+))`)
	if err != nil { // too long a name
		return "", false
	}
	m := form.FindStringSubmatch(prompt)
	switch {
	case m == nil:
		return "", false
	case m[2] != "":
		return strings.TrimRight(m[2], "."), true
	}
	return m[1], true
}
