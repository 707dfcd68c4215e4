package blobapi

import (
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// The kinds of blobs, as x-ms-blob-type has them.
const (
	blockBlob  = "BlockBlob"
	appendBlob = "AppendBlob"
	pageBlob   = "PageBlob"
)

// blob is everything that is kept under one name.
type blob struct {
	name, in  string    // its container
	base      *record   // what a request without version and snapshot means; nil when there is none
	gone      *record   // the base as it was deleted, in an account that keeps deleted blobs but no versions
	versions  []*record // former ones, oldest first
	snapshots []*record // oldest first
	staged    []block   // blocks that no list has committed, in the order of their ids
}

// record is one state of a blob. It is replaced and not changed, so that who reads it needs no lock.
type record struct {
	version  string // id; "" when no versions were kept
	snapshot string // time; "" when it is none
	kind     string
	content  content
	blocks   []block // committed
	appended int     // blocks of an append blob
	sequence int64   // number of a page blob
	pages    []span  // written ones, in order

	created, modified time.Time
	etag              string
	headers           headers
	md5               []byte
	metadata, tags    map[string]string
	tier              string // "" is the account's own: Hot, inferred
	tierChanged       time.Time
	rehydrating       string // to which tier
	leased, immutable bool
	copied            *copied

	deleted time.Time // when it was soft-deleted; zero when it is there
	purge   time.Time // when it is gone for good
}

// headers of a blob, besides its MD5.
type headers struct{ contentType, encoding, language, disposition, cache string }

type copied struct {
	id, source string
	at         time.Time
}

// block is a piece of a block blob by name.
type block struct {
	id   string // base64
	data content
}

func (b *blob) empty() bool {
	return b.base == nil && b.gone == nil && len(b.versions) == 0 && len(b.snapshots) == 0 && len(b.staged) == 0
}

func versioned(a world.StorageAccount) bool { return a.Versioning && !a.Hierarchical }

// publish makes next the base of a blob, and keeps what it replaces as the account's settings want it.
func (s *Store) publish(a world.StorageAccount, b *blob, next *record, at time.Time) {
	old := b.base
	next.created, next.modified, next.etag = at, at, etagOf(at)
	if old != nil {
		next.created = old.created
	}
	s.retire(a, b, at, true)
	if b.gone != nil { // what was deleted stays to be had back, as a snapshot
		b.gone.snapshot = stamp(b.gone.deleted)
		b.snapshots = append(b.snapshots, b.gone)
		b.gone = nil
	}
	if versioned(a) {
		next.version = stamp(at)
	}
	b.base, b.staged = next, nil
	s.log(a, happened{at: at, container: b.in, name: b.name, etag: next.etag, kind: next.kind, size: next.content.size})
}

// retire takes the base away. Overwritten says that another takes its place.
func (s *Store) retire(a world.StorageAccount, b *blob, at time.Time, overwritten bool) {
	if b.base == nil {
		return
	}
	old := *b.base
	if !overwritten {
		s.log(a, happened{at: at, deleted: true, container: b.in, name: b.name, etag: old.etag, kind: old.kind, size: old.content.size})
	}
	b.base = nil
	switch {
	case versioned(a) || old.version != "":
		if old.version == "" {
			old.version = stamp(old.modified)
		}
		b.versions = append(b.versions, &old)
	case a.Retention > 0:
		old.delete(a, at)
		if !overwritten {
			b.gone = &old
			return
		}
		old.snapshot = stamp(at)
		b.snapshots = append(b.snapshots, &old)
	}
}

func (r *record) delete(a world.StorageAccount, at time.Time) {
	r.deleted, r.purge = at, at.AddDate(0, 0, a.Retention)
}

// settle forgets what has been deleted for longer than it is kept.
func (b *blob) settle(now time.Time) {
	over := func(r *record) bool { return !r.deleted.IsZero() && !now.Before(r.purge) }
	if b.gone != nil && over(b.gone) {
		b.gone = nil
	}
	b.versions = slices.DeleteFunc(b.versions, over)
	b.snapshots = slices.DeleteFunc(b.snapshots, over)
}

// amend changes the base in place: what no version and no deleted snapshot is kept of.
func (b *blob) amend(at time.Time, change func(*record)) *record {
	next := *b.base
	next.modified, next.etag = at, etagOf(at)
	change(&next)
	b.base = &next
	return b.base
}

// swap puts a changed copy of a record in its place, wherever that is.
func (b *blob) swap(old *record, change func(*record)) {
	next := *old
	change(&next)
	if b.base == old {
		b.base = &next
		return
	}
	for _, list := range [][]*record{b.versions, b.snapshots} {
		if i := slices.Index(list, old); i >= 0 {
			list[i] = &next
		}
	}
}

// at is the base, or the version or snapshot that is asked for; nil when it is not there or was deleted.
func (b *blob) at(version, snapshot string) *record {
	find := func(r *record) bool {
		return r.deleted.IsZero() && r.version == version && r.snapshot == snapshot
	}
	switch {
	case b == nil:
		return nil
	case version == "" && snapshot == "":
		return b.base
	case b.base != nil && find(b.base):
		return b.base
	}
	for _, list := range [][]*record{b.versions, b.snapshots} {
		if i := slices.IndexFunc(list, find); i >= 0 {
			return list[i]
		}
	}
	if snapshot != "" { // a snapshot in an account with versions
		if i := slices.IndexFunc(b.snapshots, func(r *record) bool { return r.deleted.IsZero() && r.snapshot == snapshot }); i >= 0 {
			return b.snapshots[i]
		}
	}
	return nil
}
