package blobapi

import (
	"net/http"
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// deleteBlob removes the base, with or without its snapshots, or one version or snapshot.
func (c *call) deleteBlob() *Problem {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	b, p := c.blob()
	if p != nil {
		return p
	}
	version, snapshot := c.query.Get("versionid"), c.query.Get("snapshot")
	r := b.at(version, snapshot)
	if r == nil {
		return noBlob()
	}
	if p := c.writable(r); p != nil {
		return p
	}
	at := c.store.tick()
	if version != "" || snapshot != "" {
		p = c.deletePast(b, r, at)
	} else {
		p = c.deleteBase(b, at)
	}
	if p != nil {
		return p
	}
	c.store.sweep(c.Account, c.Container, b)
	c.rw.Header().Set("x-ms-delete-type-permanent", map[bool]string{true: "false", false: "true"}[c.Account.Retention > 0])
	c.rw.WriteHeader(http.StatusAccepted)
	return nil
}

func (c *call) deleteBase(b *blob, at time.Time) *Problem {
	alive := slices.ContainsFunc(b.snapshots, func(r *record) bool { return r.deleted.IsZero() })
	switch which := c.r.Header.Get("x-ms-delete-snapshots"); which {
	case "":
		if alive {
			return problem(http.StatusConflict, "SnapshotsPresent", "This operation is not permitted while the blob has snapshots.")
		}
	case "include", "only":
		b.snapshots = deleteAll(c.Account, b.snapshots, at)
		if which == "only" {
			return nil
		}
	default:
		return invalidHeader("x-ms-delete-snapshots", which)
	}
	c.store.retire(c.Account, b, at, false)
	b.staged = nil
	return nil
}

// deleteAll deletes each record that is there; without retention it is gone at once.
func deleteAll(a world.StorageAccount, list []*record, at time.Time) []*record {
	var out []*record
	for _, r := range list {
		if r.deleted.IsZero() {
			if a.Retention == 0 {
				continue
			}
			next := *r
			next.delete(a, at)
			r = &next
		}
		out = append(out, r)
	}
	return out
}

// deletePast deletes one version or snapshot. The current version cannot be deleted by its id.
func (c *call) deletePast(b *blob, r *record, at time.Time) *Problem {
	if r == b.base {
		return problem(http.StatusForbidden, "OperationNotAllowedOnRootBlob", "This operation is not permitted on the root blob.")
	}
	drop := func(list []*record) []*record {
		i := slices.Index(list, r)
		if i < 0 {
			return list
		}
		return slices.Concat(list[:i], deleteAll(c.Account, list[i:i+1], at), list[i+1:])
	}
	b.versions, b.snapshots = drop(b.versions), drop(b.snapshots)
	return nil
}

// undeleteBlob brings back what was soft-deleted under a name. A former version does not become current by it.
func (c *call) undeleteBlob() *Problem {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	b, p := c.blob()
	if p != nil {
		return p
	}
	if b == nil || b.empty() {
		return noBlob()
	}
	b.undelete()
	c.rw.WriteHeader(http.StatusOK)
	return nil
}

func (b *blob) undelete() {
	if b.base == nil && b.gone != nil {
		b.base, b.gone = b.gone.undeleted(), nil
	}
	for _, list := range [][]*record{b.versions, b.snapshots} {
		for i, r := range list {
			list[i] = r.undeleted()
		}
	}
}

func (r *record) undeleted() *record {
	if r.deleted.IsZero() {
		return r
	}
	out := *r
	out.deleted, out.purge = time.Time{}, time.Time{}
	return &out
}

// sweep forgets a name under which nothing is kept. The lock must be held.
func (s *Store) sweep(a world.StorageAccount, container string, b *blob) {
	if in := s.account(a).containers[container]; in != nil && b.empty() {
		delete(in.blobs, b.name)
		in.dirty = true
	}
}

// snapshotBlob takes a snapshot of the base. With versioning a version of its own comes with it.
func (c *call) snapshotBlob() *Problem {
	metadata, p := c.metadata()
	if p != nil {
		return p
	}
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	b, p := c.blob()
	if p != nil {
		return p
	}
	if b == nil || b.base == nil {
		return noBlob()
	}
	if p := c.meets(b.base); p != nil { // a lease does not mind
		return p
	}
	if b.base.tier == "Archive" {
		return archived()
	}
	taken := c.store.snapshot(c.Account, b, c.store.tick())
	if len(metadata) > 0 {
		taken.metadata = metadata
	}
	c.rw.Header().Set("x-ms-snapshot", taken.snapshot)
	return c.short(http.StatusCreated, &record{etag: taken.etag, version: b.base.version}, taken.modified)
}

// snapshot takes a snapshot of the base. The lock must be held.
func (s *Store) snapshot(a world.StorageAccount, b *blob, at time.Time) *record {
	taken := *b.base
	taken.version, taken.snapshot, taken.leased = "", stamp(at), false
	b.snapshots = append(b.snapshots, &taken)
	if versioned(a) {
		next := *b.base
		staged := b.staged
		s.publish(a, b, &next, at)
		b.base.modified, b.base.etag, b.staged = taken.modified, taken.etag, staged
	}
	return &taken
}
