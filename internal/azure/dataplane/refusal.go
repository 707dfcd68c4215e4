package dataplane

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/wire"
)

// Attempt says what was tried, for the refusal.
type Attempt struct {
	What    string // a verb and a thing: `read "a" in blob://ACCOUNT/CONTAINER/`
	Role    string // the least that would be allowed to
	Account string
	Lease   bridge.Lease
}

// Refusal reads what the service says when it does not do what it was asked. Its code is the service's own where it means the same to
// nobody else.
func Refusal(a Attempt, resp *http.Response) *bridge.Error {
	code, text := heard(resp)
	out := &bridge.Error{
		Kind: bridge.Refused, Hop: bridge.HopStorage, Code: code, Status: resp.StatusCode, Text: "cannot " + a.What + ": " + text,
		Retry: wire.RetryStatus(resp.StatusCode), RetryAfter: wire.RetryAfter(resp.Header),
	}
	switch {
	case code == "AuthorizationFailure":
		out.Kind, out.Code = bridge.Denied, dataset.CodeUnauthorized
		out.Hint = "the account's firewall keeps this network out: az storage account network-rule list --account-name " + a.Account
	case strings.HasPrefix(code, "KeyVault"):
		out.Code = dataset.CodeUnavailable
		out.Hint = "the key of a vault that the account encrypts with must be there, enabled and open to the account"
	case out.Status == http.StatusForbidden:
		out.Kind, out.Code = bridge.Denied, dataset.CodeUnauthorized
		out.Hint = fmt.Sprintf("give %s the role %q on the storage account %s; it takes some minutes", a.Lease.Principal, a.Role, a.Account)
	case out.Status == http.StatusUnauthorized:
		out.Kind, out.Code = bridge.Denied, dataset.CodeUnauthorized
		out.Hint = "the token must be of the tenant that the account belongs to: landbridge doctor"
	case out.Status == http.StatusNotImplemented: // the service has no such answer of its own
		out.Kind, out.Hint = bridge.Unreachable, "what answers at this address is not the storage account "+a.Account+": check its name, and backup.endpoints"
	case out.Retry:
		out.Kind, out.Hint = bridge.Unreachable, "it is the far side's load or fault; the call is repeated later"
	}
	return out
}

// heard is the code and one sentence that is safe to show.
func heard(resp *http.Response) (code, text string) {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10)) // half a refusal is one, too
	var said struct {
		XMLName xml.Name `xml:"Error"`
		Code    string   `xml:"Code"`
		Message string   `xml:"Message"`
	}
	_ = xml.Unmarshal(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), &said) // what is no XML has no message
	if header := resp.Header.Get("x-ms-error-code"); header != "" {
		said.Code = header
	}
	// azure.Said is where foreign words are made fit to be shown; it reads JSON.
	asJSON, err := json.Marshal(map[string]string{"code": said.Code, "message": said.Message})
	if err == nil {
		code, text, _ = azure.Said(asJSON)
	}
	if text == "" {
		text = strings.TrimSpace(fmt.Sprintf("the service answered %d %s", resp.StatusCode, code))
	}
	if code == "" {
		code = fmt.Sprintf("http_%d", resp.StatusCode)
	}
	return code, text
}
