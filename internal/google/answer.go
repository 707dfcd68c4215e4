package google

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// answer is what one of Google's services said, and how it is judged.
type answer struct {
	hop     bridge.Hop
	service string // in words, where the hop alone does not say it
	from    string // the host
	resp    *wire.Response
}

// refusal is Google's refusal taken apart: which service speaks is known by the JSON's shape, not by the address, since
// proxies and SDKs nest one in another.
type refusal struct {
	*bridge.Error
	message string            // Google's own words
	reason  string            // of google.rpc.ErrorInfo
	details map[string]string // its metadata
}

// refusal reads an answer that is not a success.
func (a answer) refusal() refusal {
	r := refusal{Error: &bridge.Error{
		Kind: bridge.Denied, Hop: a.hop, Status: a.resp.Status,
		Retry: wire.RetryStatus(a.resp.Status), RetryAfter: a.resp.RetryAfter(),
	}}
	if r.Retry {
		r.Kind = bridge.Unreachable
	}
	var shape struct {
		Error       json.RawMessage `json:"error"`
		Description string          `json:"error_description"`
	}
	body := a.resp.Body
	if trimmed := bytes.TrimSpace(body); len(trimmed) > 1 && trimmed[0] == '[' {
		body = firstOf(trimmed) // streamed calls wrap the error in a list
	}
	if json.Unmarshal(body, &shape) == nil && len(shape.Error) > 0 {
		if a.fromSTS(&r, shape.Error, shape.Description) || a.fromRPC(&r, shape.Error) {
			return r
		}
	}
	a.strange(&r)
	return r
}

// fromSTS reads {"error":"invalid_grant","error_description":"..."}.
func (a answer) fromSTS(r *refusal, raw json.RawMessage, description string) bool {
	var code string
	if json.Unmarshal(raw, &code) != nil || code == "" {
		return false
	}
	r.Hop, r.Code, r.message = bridge.HopSTS, clean(code), clean(description)
	r.say("google sts", "the assertion")
	return true
}

// fromRPC reads {"error":{"code":403,"message":"...","status":"PERMISSION_DENIED","details":[...]}}.
func (a answer) fromRPC(r *refusal, raw json.RawMessage) bool {
	var e struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Status  string `json:"status"`
		Details []struct {
			Reason   string            `json:"reason"`
			Metadata map[string]string `json:"metadata"`
		} `json:"details"`
	}
	if json.Unmarshal(raw, &e) != nil || e.Code == 0 {
		return false
	}
	if r.Hop == bridge.HopSTS && !r.Retry {
		r.Retry = wire.RetryStatus(e.Code)
	}
	r.Code, r.message = clean(e.Status), clean(e.Message)
	if r.Code == "" {
		r.Code = fmt.Sprint(e.Code)
	}
	for _, d := range e.Details {
		if d.Reason != "" {
			r.reason, r.details = d.Reason, d.Metadata
		}
	}
	switch {
	case a.service != "":
		r.say(a.service, "the call")
	case a.hop == bridge.HopSTS:
		r.say("google sts", "the assertion")
	case a.hop == bridge.HopImpersonate:
		r.say("iam credentials", "the call")
	default:
		r.say("vertex ai", "the call")
	}
	return true
}

// say puts Google's words into ours: refused for good, or not answered properly this time.
func (r *refusal) say(who, what string) {
	r.Text = who + " refused " + what + ": " + r.Code
	if r.Retry {
		r.Text = fmt.Sprintf("%s answered %d: %s", who, r.Status, r.Code)
	}
	if r.message != "" {
		r.Text += ": " + r.message
	}
}

// strange is for an answer in no shape of Google's: an HTML page, a redirect, nothing.
func (a answer) strange(r *refusal) {
	r.Kind = bridge.Unreachable
	r.Code = "answer_not_google"
	r.Hint = "something between here and google answered: check HTTPS_PROXY, the firewall and the endpoint in the configuration"
	switch {
	case r.Status >= 300 && r.Status < 400:
		r.Text = fmt.Sprintf("%s answered with a redirect (%d), which is not followed", a.from, r.Status)
	case len(bytes.TrimSpace(a.resp.Body)) == 0:
		r.Text = fmt.Sprintf("%s answered %d with an empty body", a.from, r.Status)
	case a.html():
		r.Text = fmt.Sprintf("%s answered %d with an HTML page instead of JSON", a.from, r.Status)
	default:
		r.Text = fmt.Sprintf("%s answered %d with something that is not an error of google's", a.from, r.Status)
	}
	if r.Retry {
		r.Hint = "if it stays: " + r.Hint
	}
}

// decode reads the body of a success.
func (a answer) decode(into any) error {
	if a.html() {
		return a.unusable("an HTML page instead of JSON")
	}
	if json.Unmarshal(a.resp.Body, into) != nil {
		return a.unusable("something that is not the JSON due")
	}
	return nil
}

// unusable is for a success that is none.
func (a answer) unusable(what string) error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: a.hop, Code: "answer_unusable", Status: a.resp.Status,
		Text: fmt.Sprintf("%s answered %d with %s", a.from, a.resp.Status, what),
		Hint: "something between here and google answered: check HTTPS_PROXY and the endpoint in the configuration",
	}
}

func (a answer) html() bool {
	return strings.Contains(a.resp.Header.Get("Content-Type"), "text/html") || bytes.HasPrefix(bytes.TrimSpace(a.resp.Body), []byte("<"))
}

func firstOf(list []byte) []byte {
	var all []json.RawMessage
	if json.Unmarshal(list, &all) != nil || len(all) == 0 {
		return list
	}
	return all[0]
}

// tokenLike matches what must not be repeated, should an answer echo it: JWTs and Google's access tokens.
var tokenLike = bridge.FormOf(`eyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*)*|ya29\.[A-Za-z0-9._-]+|(?i:bearer)\s+[A-Za-z0-9._~+/=-]{16,}`)

// clean makes somebody else's words fit to print: one line, no control characters, no token, of bounded length.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, tokenLike().ReplaceAllString(s, "[redacted]"))
	s = strings.Join(strings.Fields(s), " ")
	const most = 1000
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}

// Presentable makes Google's words fit to print: one line of bounded length, without control characters and tokens.
func Presentable(s string) string { return clean(s) }

// short is clean for a word that should have been short.
func short(s string) string {
	s = clean(s)
	if len(s) > 80 {
		s = strings.ToValidUTF8(s[:80], "") + "..."
	}
	return s
}

// host is the address in an error: never a path or a query.
func host(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Host
}
