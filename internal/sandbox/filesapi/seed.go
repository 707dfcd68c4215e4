package filesapi

import (
	"crypto/md5" //nolint:gosec // Content-MD5 is Storage's checksum on the wire, not a proof of anything
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Seed is one thing that happened to a share: a file was written, or a snapshot taken.
type Seed struct {
	Account, Share string
	Path           string    // of the file; "" takes a snapshot of the share
	At             time.Time // zero is now; what happens to one share must be put in the order of its times
	Data           []byte
}

// Apply lets something happen to a share at a time of its own, past requests and roles. Share and directories are made when they are
// not there. A file has its MD5, as AzCopy and Azure Backup write it.
func (s *Store) Apply(e Seed) error {
	if _, err := s.world.StorageAccount(e.Account); err != nil {
		return err
	}
	if p := (Target{Share: e.Share, Path: e.Path}).valid(); p != nil || e.Share == "" {
		return &world.NotFound{Kind: "valid name of a share's file", Name: e.Share + "/" + e.Path}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := e.At.UTC().Truncate(100 * time.Nanosecond)
	if e.At.IsZero() {
		at = s.tick()
	}
	sh := s.shares[e.Account][e.Share]
	if sh == nil {
		sh = s.add(e.Account, e.Share, at)
	}
	if e.Path == "" {
		sh.snapshot(at)
		return nil
	}
	for i, r := range e.Path {
		if dir := e.Path[:i]; r == '/' && !sh.files.has(dir) {
			sh.files.put(dir, &entry{name: last(dir), directory: true, etag: etagOf(at), created: at, modified: at})
		}
	}
	sum := md5.Sum(e.Data) //nolint:gosec // see the import
	sh.files.put(e.Path, &entry{name: last(e.Path), content: contentOf(e.Data), md5: sum[:], etag: etagOf(at), created: at, modified: at})
	return nil
}

// Delete removes a file.
func (s *Store) Delete(account, share, path string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shares[account][share]
	if sh == nil || sh.files.at(path) == nil {
		return &world.NotFound{Kind: "file", Name: strings.Join([]string{account, share, path}, "/")}
	}
	sh.files.remove(path)
	return nil
}
