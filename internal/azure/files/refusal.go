package files

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/azure/dataplane"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// codeNoShare is of a share, or a snapshot of it, that is not there.
const codeNoShare = "share_not_found"

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
	what := fmt.Sprintf("%s %q in %s", k.what, strings.TrimPrefix(k.path, s.place.Prefix), s.place)
	if k.shares {
		what = "list the snapshots of " + s.place.String()
	}
	out := dataplane.Refusal(dataplane.Attempt{What: what, Role: role(k), Account: s.place.Account, Lease: lease}, resp)
	switch {
	case out.Code == "ShareNotFound":
		out.Kind, out.Code = bridge.Usage, codeNoShare
		out.Hint = "check the names; see what there is: az storage share-rm list --include-snapshots --storage-account " + s.place.Account
	case out.Status == http.StatusNotFound, out.Code == "ResourceTypeMismatch":
		out.Code = dataset.CodeNotFound
	case out.Code == "SharingViolation" || out.Code == "FileLockConflict":
		out.Code = dataset.CodeUnavailable
		out.Hint = "an SMB client holds the file open for itself; read a snapshot of the share"
	}
	return out
}

// role is the least one that would be allowed to. Shares are managed, files are data.
func role(k call) string {
	if k.shares {
		return "Reader"
	}
	return "Storage File Data Privileged Reader"
}

// disordered is of a listing that is XML and none of Azure Files.
func (s *Share) disordered(directory string, cause error) error {
	return &bridge.Error{
		Kind: bridge.Fault, Hop: bridge.HopStorage, Code: "bad_answer", Cause: cause,
		Text: fmt.Sprintf("%s lists names or properties in %q of %s that no share has", s.base.Host, directory, s.place),
	}
}
