package tokenfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Where the Azure workload identity webhook mounts its token: the second since its v1.6, the first before.
const (
	AzureTokenFileBefore16 = "/var/run/secrets/azure/tokens/azure-identity-token"
	AzureTokenFile         = "/var/run/secrets/azure/wi/token/azure-identity-token"
)

func usage(code, text, hint string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopHome, Code: code, Text: text, Hint: hint}
}

func (s *Source) refuse(code, what, hint string) *bridge.Error {
	return usage(code, fmt.Sprintf("token file %s %s", s.path, what), hint)
}

// unreadable says why the file cannot be read. Info is nil when not even its mode could be seen.
func (s *Source) unreadable(info fs.FileInfo, err error) *bridge.Error {
	var out *bridge.Error
	switch {
	case errors.Is(err, fs.ErrNotExist):
		out = s.refuse("token_file_missing", "does not exist", s.whereElse())
	case errors.Is(err, fs.ErrPermission):
		out = s.refuse("token_file_unreadable", fmt.Sprintf("cannot be read by uid %d", os.Getuid()),
			"let the pod read it: set securityContext.fsGroup, or mode 0444 on the projected volume")
		if info != nil {
			out.Text += fmt.Sprintf(" (mode %#o%s)", info.Mode().Perm(), owner(info))
		}
	default:
		out = s.refuse("token_file_unreadable", "cannot be read", "check the volume that it is on")
	}
	out.Cause = bare(err)
	return out
}

// whereElse is the hint for a missing file. Version 1.6 of the webhook moved its token, and files that name the old
// place broke.
func (s *Source) whereElse() string {
	other := ""
	switch s.path {
	case AzureTokenFileBefore16:
		other = AzureTokenFile
	case AzureTokenFile:
		other = AzureTokenFileBefore16
	default:
		return "check that the projected volume is mounted in this container at this path"
	}
	return "azure-workload-identity v1.6 moved its token; this cluster may have it at " + other + ": read $AZURE_FEDERATED_TOKEN_FILE, or mount a projected volume of your own"
}

func (s *Source) notRegular(info fs.FileInfo) error {
	if info.IsDir() {
		return s.refuse("token_file_not_regular", "is a directory", "name the file in it")
	}
	return s.refuse("token_file_not_regular", "is not a regular file", "name a regular file; it is read again on every change")
}

// expired is for a token that was good once: whoever renews the file has stopped. Any cloud would refuse it, so it is
// Denied before it travels.
func (s *Source) expired(ago time.Duration) error {
	return &bridge.Error{
		Kind: bridge.Denied, Hop: bridge.HopHome, Code: "token_expired",
		Text: fmt.Sprintf("the token in %s expired %s ago", s.path, ago.Round(time.Second)),
		Hint: "the kubelet renews a projected token in place: check that the volume is projected and not a copy, that the path has no subPath, and that the node's kubelet runs",
	}
}

func (s *Source) gaveUp(err error) error {
	code := "canceled"
	if errors.Is(err, context.DeadlineExceeded) {
		code = "deadline_exceeded"
	}
	return &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopHome, Code: code, Text: "gave up waiting for token file " + s.path, Cause: err}
}

// bare drops the path that the operating system's error repeats.
func bare(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
