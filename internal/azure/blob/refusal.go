package blob

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/azure/dataplane"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

const (
	codeNoContainer = "container_not_found"
	codeSnapshots   = "snapshots_present" // of a blob that is not deleted because its snapshots would be
)

// about is an error of ours about one object.
func (c *Container) about(kind bridge.Kind, code, name, format string, args ...any) *bridge.Error {
	return &bridge.Error{Kind: kind, Hop: bridge.HopStorage, Code: code, Text: fmt.Sprintf("%q in %s ", name, c.place) + fmt.Sprintf(format, args...)}
}

// refusal reads what the service says when it does not do what it was asked.
func (c *Container) refusal(k call, resp *http.Response, lease bridge.Lease) *bridge.Error {
	out := dataplane.Refusal(dataplane.Attempt{What: c.what(k), Role: c.role(k), Account: c.place.Account, Lease: lease}, resp)
	c.judge(out, k)
	return out
}

// what names the call: a verb and a thing.
func (c *Container) what(k call) string {
	verb := map[string]string{http.MethodGet: "read", http.MethodHead: "look at", http.MethodPut: "write", http.MethodDelete: "delete"}[k.method]
	switch {
	case k.name == "" && k.method == http.MethodGet:
		return "list " + c.place.String()
	case k.name == "":
		return fmt.Sprintf("%s the container of %s", verb, c.place)
	}
	return fmt.Sprintf("%s %q in %s", verb, k.name, c.place)
}

// judge gives a refusal the code on which callers act, and the next step.
func (c *Container) judge(out *bridge.Error, k call) {
	switch code := out.Code; {
	case code == "BlobArchived" || code == "BlobBeingRehydrated":
		out.Code = dataset.CodeUnavailable
		out.Hint = "the blob is in the archive tier: az storage blob set-tier --tier Hot, and wait some hours; or copy it to an online tier"
	case strings.HasPrefix(code, "Lease"):
		out.Code = "blob_leased"
		out.Hint = "who holds the lease must release it; when nobody does any more: az storage blob lease break --auth-mode login" + c.arguments(k)
	case strings.HasPrefix(code, "BlobImmutable"):
		out.Code = "blob_immutable"
		out.Hint = "wait until its retention period is over or its legal hold is cleared, or use another container as the target"
	case code == "BlobUsesCustomerSpecifiedEncryption":
		out.Code = dataset.CodeUnavailable
		out.Hint = "it is encrypted with a key that is sent along with each call, which is a secret and is not supported: write it again under the account's own key, or under one of a vault"
	case code == "InvalidBlobType":
		out.Hint = "an append or a page blob stands where a block blob shall be written: delete it, or exclude the name"
	case code == "SnapshotsPresent":
		out.Code = codeSnapshots
		out.Text = "cannot " + c.what(k) + ": it has snapshots, which would be deleted with it"
		out.Hint = "a repair keeps damaged bytes as a snapshot; when none is needed: az storage blob delete --delete-snapshots include --auth-mode login" + c.arguments(k)
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
