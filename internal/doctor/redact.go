package doctor

import (
	"regexp"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
)

// hidden stands where a secret was.
const hidden = "[redacted]"

// secretForm recognises one kind of secret. With a group named secret only that much is taken out.
type secretForm struct {
	re   *regexp.Regexp
	keep func(match string) bool // nil: never
}

// tokenRun is a run of characters of a token; a terminal may have broken it at the end of a long line.
const tokenRun = `(?:[A-Za-z0-9_\-.~+/=%]|\\?\r?\n[ \t]*)`

// names of fields, headers, variables and parameters whose value is a secret.
const secretNames = `(?:client[_-]?secret|client[_-]?assertion|subject[_-]?token|access[_-]?token|refresh[_-]?token|id[_-]?token|auth[_-]?token|` +
	`accessToken|idToken|refreshToken|private[_-]?key|password|passwd|passphrase|api[_-]?key|account[_-]?key|shared[_-]?access[_-]?(?:key|signature)|` +
	`(?:x-)?identity[_-]header|msi[_-]secret|x-ms-token-aad-[a-z-]+|azure_client_certificate_password|connection_?string|assertion|secret|sig|x-goog-iam-authorization-token|cookie|set-cookie)`

// secretForms are tried in this order: whole blocks first, then tokens by their look, then values by their name.
var secretForms = sync.OnceValue(func() []secretForm {
	return []secretForm{
		{re: regexp.MustCompile(`(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)`)},
		{re: regexp.MustCompile(`ey[JI][A-Za-z0-9_\-]{6,}` + tokenRun + `*`)},
		{re: regexp.MustCompile(`ya29\.` + tokenRun + `+`)},
		{re: regexp.MustCompile(`\b1//[0-9A-Za-z_\-]{2}` + tokenRun + `+`)},
		{re: regexp.MustCompile(`\b(?:AIza[0-9A-Za-z_\-]{30,}|GOCSPX-[0-9A-Za-z_\-]+|AKIA[0-9A-Z]{12,})`)},
		{re: regexp.MustCompile(`[0-9A-Za-z_~.\-]{3}[0-9]Q~[0-9A-Za-z_~.\-]{20,}`)},
		{re: regexp.MustCompile(`\b[01]\.A[A-Za-z0-9_\-]{20,}` + tokenRun + `*`)},
		{re: regexp.MustCompile(`(?i)\bESTS[A-Za-z]*=[^\s;"']+`)},
		{re: regexp.MustCompile(`\b[A-Z]{0,2}AQABAA` + tokenRun + `{16,}`)},
		{re: regexp.MustCompile(`(?i)\bauthorization\\?["']?\s*[:=]\s*\\?["']?(?:(?:bearer|basic|digest|negotiate|sharedkey)\s+)?(?P<secret>[^\s"',;\\}]+)`), keep: harmless},
		{re: regexp.MustCompile(`(?i)\b(?:bearer|basic)\s+(?P<secret>[A-Za-z0-9._~+/=\-]{8,})`), keep: word},
		{re: regexp.MustCompile(`(?i)(?:\b|_)` + secretNames + `\\?["']?\s*(?:[:=]|=>)\s*(?:\\?["'](?P<secret>(?:[^"'\\]|\\[^"'])+)|(?P<secret2>[^\s"',;&}\\]+))`), keep: harmless},
		{re: regexp.MustCompile(`[A-Za-z0-9_+\-]{80,}={0,2}`)},
	}
})

// Redact takes every secret out of a text: tokens and assertions, keys, client secrets, headers that prove somebody,
// signatures of shared-access addresses. What it takes out it takes wholly; it may take out more.
func Redact(text string) string {
	for _, form := range secretForms() {
		text = form.redact(text)
	}
	return text
}

func (f *secretForm) redact(text string) string {
	names := f.re.SubexpNames()
	var out strings.Builder
	last := 0
	for _, at := range f.re.FindAllStringSubmatchIndex(text, -1) {
		from, to := at[0], at[1]
		for i, name := range names {
			if strings.HasPrefix(name, "secret") && at[2*i] >= 0 {
				from, to = at[2*i], at[2*i+1]
			}
		}
		if f.keep != nil && f.keep(text[from:to]) {
			continue
		}
		out.WriteString(text[last:from])
		out.WriteString(hidden)
		last = to
	}
	if last == 0 {
		return text
	}
	out.WriteString(text[last:])
	return out.String()
}

// harmless is a value that tells nothing: what is redacted already, or the name of a thing in a sentence.
func harmless(value string) bool {
	switch strings.ToLower(value) {
	case "", "null", "none", "true", "false", "undefined", "bearer", "basic", hidden:
		return true
	}
	return strings.HasPrefix(value, hidden)
}

var plainWord = bridge.FormOf(`^(?:[A-Z]?[a-z]+|[A-Z]+)[.,]?$|^realm=`)

// word is one that follows "bearer" or "basic" in a sentence: "Missing Basic Authorization header".
func word(value string) bool {
	return len(value) < 16 && plainWord().MatchString(value) || strings.HasPrefix(value, "realm=")
}
