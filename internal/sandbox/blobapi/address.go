package blobapi

import (
	"net"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Suffix of the hosts of production.
const Suffix = ".blob.core.windows.net"

// Target is what a request is about.
type Target struct {
	Account         world.StorageAccount
	Container, Blob string
	Host            string // ACCOUNT.blob.core.windows.net
}

// Target reads account, container and blob out of host, or else out of the path as emulators take them; false when there is no such
// account.
func (s *Store) Target(r *http.Request) (Target, bool) {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	path := strings.TrimPrefix(r.URL.Path, "/")
	name, isHost := strings.CutSuffix(strings.ToLower(host), Suffix)
	if !isHost {
		name, path, _ = strings.Cut(path, "/")
	}
	account, err := s.world.StorageAccount(name)
	if err != nil {
		return Target{}, false
	}
	t := Target{Account: account, Host: name + Suffix}
	t.Container, t.Blob, _ = strings.Cut(path, "/")
	return t, true
}

// scope is where roles are looked for.
func (t Target) scope() string {
	if t.Container == "" {
		return t.Account.ResourceID
	}
	return t.Account.ResourceID + "/blobServices/default/containers/" + t.Container
}

// containerForm is a name of 3 to 63 characters without two hyphens in a row, or one of the service's own.
var containerForm = bridge.FormOf(`^([a-z0-9](-?[a-z0-9])+|\$(root|web|logs|blobchangefeed))$`)

func (t Target) valid() *Problem {
	const longestName, longestPath = 1024, 254
	if t.Container != "" && (len(t.Container) < 3 && t.Container[0] != '$' || len(t.Container) > 63 || !containerForm().MatchString(t.Container)) {
		return problem(http.StatusBadRequest, "InvalidResourceName", "The specified resource name contains invalid characters.")
	}
	if utf8.RuneCountInString(t.Blob) > longestName || strings.Count(t.Blob, "/") >= longestPath {
		return problem(http.StatusBadRequest, "InvalidUri", "The requested URI does not represent any resource on the server.")
	}
	if !utf8.ValidString(t.Blob) {
		return problem(http.StatusBadRequest, "InvalidUri", "The requested URI does not represent any resource on the server.")
	}
	return nil
}
