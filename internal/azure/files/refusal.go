package files

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/wire"
)

// codeNoShare is of a share, or a snapshot of it, that is not there.
const codeNoShare = "share_not_found"

func usage(code, format string, args ...any) *bridge.Error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopStorage, Code: code, Text: fmt.Sprintf(format, args...)}
}

// about is a refusal of ours about one object.
func (s *Share) about(code, name, format string, args ...any) *bridge.Error {
	return &bridge.Error{Kind: bridge.Refused, Hop: bridge.HopStorage, Code: code, Text: fmt.Sprintf("%q in %s ", name, s.place) + fmt.Sprintf(format, args...)}
}

// unreadable is of an answer that is none of the service's.
func (s *Share) unreadable(resp *http.Response, cause error) error {
	if e, ok := errors.AsType[*bridge.Error](cause); ok { // the wire's own
		return e
	}
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopStorage, Code: "bad_answer", Status: resp.StatusCode, Retry: true, Cause: cause,
		Text: s.base.Host + " gave an answer that cannot be read", Hint: "check that the address is the service's own and not a proxy's",
	}
}

// refusal reads what the service says when it does not do what it was asked.
func (s *Share) refusal(k call, resp *http.Response, lease bridge.Lease) *bridge.Error {
	code, text := heard(resp)
	what := fmt.Sprintf("cannot %s %q in %s", k.what, strings.TrimPrefix(k.path, s.place.Prefix), s.place)
	if k.shares {
		what = "cannot list the snapshots of " + s.place.String()
	}
	out := &bridge.Error{
		Kind: bridge.Refused, Hop: bridge.HopStorage, Code: code, Status: resp.StatusCode, Text: what + ": " + text,
		Retry: wire.RetryStatus(resp.StatusCode), RetryAfter: wire.RetryAfter(resp.Header),
	}
	s.judge(out, k, lease)
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

// judge gives a refusal the code on which callers act, and the next step.
func (s *Share) judge(out *bridge.Error, k call, lease bridge.Lease) {
	switch {
	case out.Code == "AuthorizationFailure":
		out.Kind, out.Code = bridge.Denied, dataset.CodeUnauthorized
		out.Hint = "the account's firewall keeps this network out: az storage account network-rule list --account-name " + s.place.Account
	case out.Status == http.StatusForbidden:
		out.Kind, out.Code = bridge.Denied, dataset.CodeUnauthorized
		out.Hint = fmt.Sprintf("give %s the role %q on the storage account %s; it takes some minutes", lease.Principal, role(k), s.place.Account)
	case out.Status == http.StatusUnauthorized:
		out.Kind, out.Code = bridge.Denied, dataset.CodeUnauthorized
		out.Hint = "the token must be of the tenant that the account belongs to: landbridge doctor"
	case out.Code == "ShareNotFound":
		out.Kind, out.Code = bridge.Usage, codeNoShare
		out.Hint = "check the names; see what there is: az storage share-rm list --include-snapshots --storage-account " + s.place.Account
	case out.Status == http.StatusNotFound, out.Code == "ResourceTypeMismatch":
		out.Code = dataset.CodeNotFound
	case out.Code == "SharingViolation" || out.Code == "FileLockConflict":
		out.Code = dataset.CodeUnavailable
		out.Hint = "an SMB client holds the file open for itself; read a snapshot of the share"
	case out.Retry:
		out.Kind, out.Hint = bridge.Unreachable, "it is the far side's load or fault; the call is repeated later"
	}
}

// role is the least one that would be allowed to. Shares are managed, files are data.
func role(k call) string {
	if k.shares {
		return "Reader"
	}
	return "Storage File Data Privileged Reader"
}

// codeOf is the code of an error of ours.
func codeOf(err error) string {
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e.Code
	}
	return ""
}

// disordered is of a listing that is XML and none of Azure Files.
func (s *Share) disordered(directory string, cause error) error {
	return &bridge.Error{
		Kind: bridge.Fault, Hop: bridge.HopStorage, Code: "bad_answer", Cause: cause,
		Text: fmt.Sprintf("%s lists names or properties in %q of %s that no share has", s.base.Host, directory, s.place),
	}
}
