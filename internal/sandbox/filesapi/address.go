package filesapi

import (
	"net"
	"net/http"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	// Suffix of the hosts of production.
	Suffix = ".file.core.windows.net"
	// Prefix of the paths on any other host: /files/ACCOUNT/SHARE/PATH. Blob Storage has /ACCOUNT.
	Prefix = "/files/"
)

// Target is what a request is about.
type Target struct {
	Account     world.StorageAccount
	Share, Path string // Path is "" for the share and its root directory
	Host        string // ACCOUNT.file.core.windows.net
}

// Target reads account, share and path out of host, or else out of the path; false when there is no such account.
func (s *Store) Target(r *http.Request) (Target, bool) {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	path := strings.TrimPrefix(r.URL.Path, "/")
	name, isHost := strings.CutSuffix(strings.ToLower(host), Suffix)
	if !isHost {
		below, ours := strings.CutPrefix(r.URL.Path, Prefix)
		if !ours {
			return Target{}, false
		}
		name, path, _ = strings.Cut(below, "/")
	}
	account, err := s.world.StorageAccount(name)
	if err != nil {
		return Target{}, false
	}
	t := Target{Account: account, Host: name + Suffix}
	t.Share, t.Path, _ = strings.Cut(path, "/")
	t.Path = strings.TrimSuffix(t.Path, "/")
	if r.Header.Get("x-ms-allow-trailing-dot") != "true" {
		t.Path = withoutDots(t.Path)
	}
	return t, true
}

// withoutDots drops the dots that names end in, as Windows does and the service for who does not say otherwise.
func withoutDots(path string) string {
	names := strings.Split(path, "/")
	for i, n := range names {
		if short := strings.TrimRight(n, "."); short != "" {
			names[i] = short
		}
	}
	return strings.Join(names, "/")
}

// scope is where roles are looked for.
func (t Target) scope() string {
	if t.Share == "" {
		return t.Account.ResourceID
	}
	return t.Account.ResourceID + "/fileServices/default/fileshares/" + t.Share
}

// shareForm is a name of 3 to 63 characters without two hyphens in a row.
var shareForm = bridge.FormOf(`^[a-z0-9](-?[a-z0-9]){2,62}$`)

// valid holds the names against the service's rules: https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-shares--directories--files--and-metadata
func (t Target) valid() *Problem {
	const longestPath, longestName, deepest = 2048, 255, 250
	if t.Share != "" && (len(t.Share) > 63 || !shareForm().MatchString(t.Share)) {
		return problem(http.StatusBadRequest, "InvalidResourceName", "The specified resource name contains invalid characters.")
	}
	if t.Path == "" {
		return nil
	}
	bad := problem(http.StatusBadRequest, "InvalidFileOrDirectoryPathName", "File or directory path name is invalid.")
	names := strings.Split(t.Path, "/")
	if !utf8.ValidString(t.Path) || units(t.Path) > longestPath || len(names) > deepest {
		return bad
	}
	for _, n := range names {
		if n == "" || n == "." || n == ".." || units(n) > longestName || strings.ContainsFunc(n, forbidden) {
			return bad
		}
	}
	return nil
}

func forbidden(r rune) bool { return r < 0x20 || r == 0x7f || strings.ContainsRune(`"\:|<>*?`, r) }

func units(s string) (n int) {
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
