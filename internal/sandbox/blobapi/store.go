package blobapi

import (
	"fmt"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Store holds the blobs of the world's storage accounts. It is safe for use from many goroutines.
type Store struct {
	world *world.World
	spool *spool // nil keeps everything in memory

	mu       sync.Mutex
	accounts map[string]*account
	last     time.Time // of what was written last: no two writes share a time
	faults   []Fault
}

// StoreOptions configure NewStore.
type StoreOptions struct {
	// Dir is where large contents are kept in a file; in memory when empty.
	Dir string
}

// NewStore returns the blobs of a world. Accounts and what they begin with are the world's.
func NewStore(w *world.World, o StoreOptions) *Store {
	s := &Store{world: w, accounts: map[string]*account{}}
	if o.Dir != "" {
		s.spool = &spool{dir: o.Dir}
	}
	return s
}

// Close closes the file of large contents.
func (s *Store) Close() error {
	if s.spool == nil {
		return nil
	}
	return s.spool.close()
}

type account struct {
	containers map[string]*container
	seeded     map[string]bool // containers that the world began with
	feed       []happened
	fed        int       // entries of the feed that its container has
	fedTo      time.Time // the hour up to which it tells
}

// begun is when everything that a world begins with was written.
var begun = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// account is the account's containers, with what the world put there. The lock must be held.
func (s *Store) account(a world.StorageAccount) *account {
	out := s.accounts[a.Name]
	if out == nil {
		out = &account{containers: map[string]*container{}, seeded: map[string]bool{}}
		s.accounts[a.Name] = out
	}
	for name, blobs := range a.Containers {
		if out.seeded[name] {
			continue
		}
		out.seeded[name] = true
		c := out.add(name, begun, etagOf(begun))
		for name, data := range blobs {
			b := c.blobOf(name)
			s.publish(a, b, &record{kind: blockBlob, content: bytesOf(data), md5: sumsOf(data).md5}, begun)
		}
	}
	return out
}

func (a *account) add(name string, at time.Time, etag string) *container {
	c := &container{name: name, modified: at, etag: etag, blobs: map[string]*blob{}}
	a.containers[name] = c
	return c
}

// stampForm is how versions and snapshots are named: a time in steps of 100 ns.
const stampForm = "2006-01-02T15:04:05.0000000Z"

func stamp(t time.Time) string { return t.UTC().Format(stampForm) }

// tick is the time of a write: the world's, and later than that of the write before. The lock must be held.
func (s *Store) tick() time.Time {
	now := s.world.Now().UTC().Truncate(100 * time.Nanosecond)
	if !now.After(s.last) {
		now = s.last.Add(100 * time.Nanosecond)
	}
	s.last = now
	return now
}

// etagOf is the ETag of what was written then.
func etagOf(t time.Time) string { return fmt.Sprintf(`"0x%X"`, 0x8D0000000000000+t.UnixNano()/100) }
