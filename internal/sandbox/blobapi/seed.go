package blobapi

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Seed is one thing that happened to a blob.
type Seed struct {
	Account, Container, Blob string
	At                       time.Time // zero is now; what happens to one name must be put in the order of its times
	Act                      Act
	Kind                     string // BlockBlob when empty
	Data                     []byte
	BlockSize                int // of a block blob that was made of blocks; it has no MD5
	Metadata                 map[string]string
	ContentType              string
	Tier                     string
}

// Act is what happened.
type Act string

// The acts. The zero value is a write.
const (
	Write    Act = ""
	Delete   Act = "delete"
	Undelete Act = "undelete"
	Snapshot Act = "snapshot"
	Lease    Act = "lease"   // somebody else holds it from then on
	Protect  Act = "protect" // a policy keeps it as it is
)

// Apply lets something happen to a blob at a time of its own, past requests, roles and preconditions. The container is made when it is
// not there.
func (s *Store) Apply(e Seed) error {
	a, err := s.world.StorageAccount(e.Account)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := e.At.UTC().Truncate(100 * time.Nanosecond)
	if e.At.IsZero() {
		at = s.tick()
	}
	in := s.account(a).containers[e.Container]
	if in == nil {
		in = s.account(a).add(e.Container, at, etagOf(at))
	}
	b := in.blobOf(e.Blob)
	defer func() { s.sweep(a, e.Container, b) }()
	if e.Act == Write {
		r, err := s.recordOf(e, at)
		if err != nil {
			return err
		}
		s.publish(a, b, r, at)
		s.parents(a, in, e.Blob, at)
		return nil
	}
	if b.base == nil && (e.Act != Undelete || b.gone == nil) {
		return &world.NotFound{Kind: "blob", Name: e.Blob}
	}
	switch e.Act {
	case Delete:
		b.snapshots = deleteAll(a, b.snapshots, at)
		s.retire(a, b, at, false)
	case Undelete:
		b.undelete()
	case Snapshot:
		s.snapshot(a, b, at)
	case Lease:
		b.swap(b.base, func(r *record) { r.leased = true })
	case Protect:
		b.swap(b.base, func(r *record) { r.immutable = true })
	default:
		return fmt.Errorf("there is no act %q", e.Act)
	}
	return nil
}

func (s *Store) recordOf(e Seed, at time.Time) (*record, error) {
	data, err := s.keep(bytes.NewReader(e.Data), int64(len(e.Data)))
	if err != nil {
		return nil, err
	}
	r := &record{kind: e.Kind, content: data, metadata: e.Metadata, tier: e.Tier, tierChanged: at, headers: headers{contentType: e.ContentType}}
	switch {
	case e.Kind == appendBlob:
		r.appended = 1
	case e.Kind == pageBlob:
		r.pages = []span{{0, data.size}}
	case e.BlockSize > 0:
		r.kind = blockBlob
		r.blocks = cut(data, int64(e.BlockSize))
	default:
		r.kind, r.md5 = blockBlob, sumsOf(e.Data).md5
	}
	return r, nil
}

// cut makes blocks of a content, named block-000000 and so on.
func cut(data content, size int64) []block {
	var out []block
	for off := int64(0); off < data.size; off += size {
		id := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "block-%06d", len(out)))
		out = append(out, block{id, data.slice(off, min(size, data.size-off))})
	}
	return out
}

// Rot changes one byte of what is kept under a name, or of one of its versions or snapshots, and nothing else: its sums, its ETag and
// its times say what they said.
func (s *Store) Rot(accountName, containerName, name, id string, offset int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, r, err := s.find(accountName, containerName, name, id)
	if err != nil {
		return err
	}
	if offset < 0 || offset >= r.content.size {
		return &world.NotFound{Kind: "byte of blob", Name: fmt.Sprintf("%s at %d", name, offset)}
	}
	b.swap(r, func(r *record) { r.rot(offset) })
	return nil
}

// Read is what is kept under a name, or in one of its versions or snapshots.
func (s *Store) Read(accountName, containerName, name, id string) ([]byte, error) {
	s.mu.Lock()
	_, r, err := s.find(accountName, containerName, name, id)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return r.content.bytes(), nil
}

// Holds says whether an account has a container.
func (s *Store) Holds(accountName, containerName string) bool {
	a, err := s.world.StorageAccount(accountName)
	if err != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.account(a).containers[containerName] != nil
}

// find finds a record by the id of its version or the time of its snapshot; the base when that is empty. The lock must be held.
func (s *Store) find(accountName, containerName, name, id string) (*blob, *record, error) {
	a, err := s.world.StorageAccount(accountName)
	if err != nil {
		return nil, nil, err
	}
	in := s.account(a).containers[containerName]
	if in == nil {
		return nil, nil, &world.NotFound{Kind: "container", Name: containerName}
	}
	b := in.blobs[name]
	r := b.at(id, "")
	if r == nil && id != "" {
		r = b.at("", id)
	}
	if r == nil {
		return nil, nil, &world.NotFound{Kind: "blob", Name: name}
	}
	return b, r, nil
}

func (r *record) rot(offset int64) {
	bad := r.content.slice(offset, 1).bytes()
	bad[0] ^= 1
	r.content = r.content.splice(offset, bytesOf(bad))
	r.blocks = slices.Clone(r.blocks) // former versions share them
	var at int64
	for i, x := range r.blocks {
		if offset >= at && offset < at+x.data.size {
			r.blocks[i].data = x.data.splice(offset-at, bytesOf(bad))
		}
		at += x.data.size
	}
}

// FinishRehydration ends the hours that a blob takes out of the archive.
func (s *Store) FinishRehydration(accountName, containerName, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, r, err := s.find(accountName, containerName, name, "")
	if err == nil && r.rehydrating == "" {
		err = &world.NotFound{Kind: "rehydrating blob", Name: name}
	}
	if err != nil {
		return err
	}
	b.swap(r, func(r *record) { r.tier, r.rehydrating, r.tierChanged = r.rehydrating, "", s.world.Now() })
	return nil
}
