package azure

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// answer is what one hop answered, with the names that an error about it needs.
type answer struct {
	*wire.Response
	hop  bridge.Hop
	host string
}

// decode reads the JSON of a good answer.
func (a answer) decode(out any) error {
	if json.Unmarshal(a.Body, out) == nil {
		return nil
	}
	if !json.Valid(a.Body) {
		return a.notJSON()
	}
	return a.bad("with JSON of another shape than it should have")
}

// bad says that a good status came with an answer that cannot be used.
func (a answer) bad(how string) *bridge.Error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: a.hop, Code: "bad_answer", Status: a.Status,
		Text: fmt.Sprintf("%s answered %d %s", a.host, a.Status, how),
		Hint: "check that the address is the service's own and not a proxy's or an emulator's",
	}
}

// notJSON is for the pages of proxies, gateways and captive portals.
func (a answer) notJSON() *bridge.Error {
	kind := "something that is not JSON"
	if looksLikeHTML(a.Response) {
		kind = "HTML"
	}
	out := a.bad(fmt.Sprintf("with %s where JSON was due", kind))
	out.Code = "not_json"
	out.Retry, out.RetryAfter = wire.RetryStatus(a.Status), a.RetryAfter()
	return out
}

func looksLikeHTML(r *wire.Response) bool {
	start := bytes.ToLower(bytes.TrimSpace(r.Body[:min(len(r.Body), 512)]))
	return strings.Contains(r.Header.Get("Content-Type"), "html") || bytes.HasPrefix(start, []byte("<!doctype")) || bytes.HasPrefix(start, []byte("<html"))
}

// refused turns any status but 200 into our error: Denied when the far side said no, Unreachable when it could not say.
func (a answer) refused() (*bridge.Error, said) {
	if a.Status >= 300 && a.Status < 400 {
		out := a.bad("with a redirect, which is never followed")
		out.Code = "redirect_refused"
		return out, said{}
	}
	s, ok := hear(a.Body)
	if !ok && len(bytes.TrimSpace(a.Body)) > 0 {
		return a.notJSON(), said{}
	}
	out := &bridge.Error{
		Kind: bridge.Denied, Hop: a.hop, Code: s.code, Status: a.Status, Text: s.text,
		Retry: wire.RetryStatus(a.Status) || s.code == "temporarily_unavailable", RetryAfter: a.RetryAfter(),
	}
	if out.Code == "" {
		out.Code = "http_" + strconv.Itoa(a.Status)
	}
	if out.Text == "" {
		out.Text = fmt.Sprintf("%s answered %d and gave no reason", a.host, a.Status)
	}
	if out.Retry {
		out.Kind = bridge.Unreachable
		out.Hint = "it is the far side's load or fault; the call is repeated later"
	}
	if a.Status == http.StatusTooManyRequests {
		out.Hint = "too many requests; share one Landbridge per node so that its leases are shared too"
	}
	return out, s
}

// seconds is a number of seconds that some of Azure's endpoints write as a number and some as a text.
type seconds int64

func (s *seconds) UnmarshalJSON(data []byte) error {
	n, err := strconv.ParseInt(strings.Trim(string(data), `"`), 10, 64)
	if err != nil {
		return nil // zero, which every reader refuses with its own words
	}
	*s = seconds(n)
	return nil
}
