package blob

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

const (
	codeNoContainer = "container_not_found"
	codeSnapshots   = "snapshots_present" // of a blob that is not deleted because its snapshots would be
)

func usage(code, format string, args ...any) *bridge.Error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopStorage, Code: code, Text: fmt.Sprintf(format, args...)}
}

// about is an error of ours about one object.
func (c *Container) about(kind bridge.Kind, code, name, format string, args ...any) *bridge.Error {
	return &bridge.Error{Kind: kind, Hop: bridge.HopStorage, Code: code, Text: fmt.Sprintf("%q in %s ", name, c.place) + fmt.Sprintf(format, args...)}
}

// refusal reads what the service says when it does not do what it was asked.
func (c *Container) refusal(k call, resp *http.Response, lease bridge.Lease) *bridge.Error {
	code, text := heard(resp)
	out := &bridge.Error{
		Kind: bridge.Refused, Hop: bridge.HopStorage, Code: code, Status: resp.StatusCode,
		Text:  c.what(k) + ": " + text,
		Retry: wire.RetryStatus(resp.StatusCode), RetryAfter: wire.RetryAfter(resp.Header),
	}
	c.judge(out, k, code, lease)
	return out
}

// what names the call.
func (c *Container) what(k call) string {
	verb := map[string]string{http.MethodGet: "read", http.MethodHead: "look at", http.MethodPut: "write", http.MethodDelete: "delete"}[k.method]
	switch {
	case k.name == "" && k.method == http.MethodGet:
		return "cannot list " + c.place.String()
	case k.name == "":
		return fmt.Sprintf("cannot %s the container of %s", verb, c.place)
	}
	return fmt.Sprintf("cannot %s %q in %s", verb, k.name, c.place)
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
		text = fmt.Sprintf("the service answered %d", resp.StatusCode)
		if code != "" {
			text += " " + code
		}
	}
	if code == "" {
		code = fmt.Sprintf("http_%d", resp.StatusCode)
	}
	return code, text
}

// judge gives a refusal the code on which callers act, and the next step.
func (c *Container) judge(out *bridge.Error, k call, code string, lease bridge.Lease) {
	switch {
	case code == "BlobArchived" || code == "BlobBeingRehydrated":
		out.Code = dataset.CodeUnavailable
		out.Hint = "the blob is in the archive tier: az storage blob set-tier --tier Hot, and wait some hours; or copy it to an online tier"
	case strings.HasPrefix(code, "Lease"):
		out.Code = "blob_leased"
		out.Hint = "who holds the lease must release it; when nobody does any more: az storage blob lease break --auth-mode login" + c.arguments(k)
	case strings.HasPrefix(code, "BlobImmutable"):
		out.Code = "blob_immutable"
		out.Hint = "wait until its retention period is over or its legal hold is cleared, or use another container as the target"
	case strings.HasPrefix(code, "BlobUsesCustomerSpecifiedEncryption"), strings.HasPrefix(code, "KeyVault"):
		out.Code = dataset.CodeUnavailable
		out.Hint = "it is encrypted with a key that this identity or the account cannot use: a key that is sent along is a secret, and is not supported; a key of a vault must be there, enabled and open to the account"
	case code == "InvalidBlobType":
		out.Hint = "an append or a page blob stands where a block blob shall be written: delete it, or exclude the name"
	case code == "SnapshotsPresent":
		out.Code = codeSnapshots
		out.Text = c.what(k) + ": it has snapshots, which would be deleted with it"
		out.Hint = "a repair keeps damaged bytes as a snapshot; when none is needed: az storage blob delete --delete-snapshots include --auth-mode login" + c.arguments(k)
	case code == "AuthorizationFailure":
		out.Kind, out.Code = bridge.Denied, dataset.CodeUnauthorized
		out.Hint = "the account's firewall keeps this network out: az storage account network-rule list --account-name " + c.place.Account
	case out.Status == http.StatusForbidden:
		out.Kind, out.Code = bridge.Denied, dataset.CodeUnauthorized
		out.Hint = fmt.Sprintf("give %s the role %q on the storage account %s; it takes some minutes", lease.Principal, c.role(k), c.place.Account)
	case out.Status == http.StatusUnauthorized:
		out.Kind, out.Code = bridge.Denied, dataset.CodeUnauthorized
		out.Hint = "the token must be of the tenant that the account belongs to: landbridge doctor"
	case code == "ContainerNotFound":
		out.Kind, out.Code = bridge.Usage, codeNoContainer
		out.Text = fmt.Sprintf("there is no container %s in the storage account %s", c.place.Name, c.place.Account)
		out.Hint = "check the names; or make it: az storage container create --auth-mode login --account-name " + c.place.Account + " --name " + c.place.Name
	case out.Status == http.StatusNotFound:
		out.Code = dataset.CodeNotFound
	case code == "BlobAlreadyExists", k.write && out.Status == http.StatusPreconditionFailed:
		out.Code = dataset.CodeExists
	case out.Status == http.StatusPreconditionFailed, code == "InvalidBlockList":
		out.Code = dataset.CodeChanged
	case code == "Md5Mismatch" || code == "Crc64Mismatch":
		out.Kind, out.Code, out.Retry = bridge.Damaged, dataset.CodeMismatch, true
	case code == "InvalidBlobOrBlock":
		out.Hint = "the blob has blocks of another program, with names of another length, or such blocks wait under its name: delete it; what waits goes after a week"
	case out.Retry:
		out.Kind, out.Hint = bridge.Unreachable, "it is the far side's load or fault; the call is repeated later"
	}
}

// arguments name the object of a call to Azure's own command line.
func (c *Container) arguments(k call) string {
	return fmt.Sprintf(" --account-name %s --container-name %s --name %q", c.place.Account, c.place.Name, c.place.Prefix+k.name)
}

// role is the least one that would be allowed to.
func (c *Container) role(k call) string {
	if k.method == http.MethodGet || k.method == http.MethodHead {
		return "Storage Blob Data Reader"
	}
	return "Storage Blob Data Contributor"
}

// codeOf is the code of an error of ours.
func codeOf(err error) string {
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e.Code
	}
	return ""
}
