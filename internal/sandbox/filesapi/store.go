package filesapi

import (
	"fmt"
	"maps"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Store holds the shares of the world's storage accounts. It is safe for use from many goroutines.
type Store struct {
	world *world.World

	mu     sync.Mutex
	shares map[string]map[string]*share // by account and name
	last   time.Time                    // of what was written last: no two writes share a time
	faults []Fault
}

// NewStore returns the shares of a world: none.
func NewStore(w *world.World) *Store {
	return &Store{world: w, shares: map[string]map[string]*share{}}
}

// share is a share as it is, and its snapshots in the order of their times.
type share struct {
	name string
	state
	snapshots []state
}

// state is a share at a time.
type state struct {
	at    string // of a snapshot
	time  time.Time
	etag  string
	files tree
}

// tree is what each directory holds, both by their folded names: Azure Files tells no case apart, and keeps it. The root is "".
type tree map[string]map[string]*entry

// entry is a file or a directory. It is never changed, so that snapshots can share it.
type entry struct {
	name      string // the last one of its path
	directory bool
	content   content
	md5       []byte // that the writer claimed
	kind      string // Content-Type
	meta      map[string]string
	etag      string
	created   time.Time
	modified  time.Time
}

func fold(s string) string { return strings.ToLower(s) }

// split is a folded path's directory and name.
func split(p string) (dir, name string) {
	dir, name = path.Split(fold(p))
	return strings.TrimSuffix(dir, "/"), name
}

// at finds what lies at a path; nil when nothing does.
func (t tree) at(p string) *entry {
	dir, name := split(p)
	return t[dir][name]
}

// has says whether a directory is there.
func (t tree) has(dir string) bool { return t[fold(dir)] != nil }

func (t tree) put(p string, e *entry) {
	dir, name := split(p)
	t[dir][name] = e
	if e.directory && t[fold(p)] == nil {
		t[fold(p)] = map[string]*entry{}
	}
}

func (t tree) remove(p string) {
	dir, name := split(p)
	delete(t[dir], name)
	delete(t, fold(p))
}

func (t tree) clone() tree {
	out := make(tree, len(t))
	for dir, entries := range t {
		out[dir] = maps.Clone(entries)
	}
	return out
}

// add makes a share. The lock must be held.
func (s *Store) add(account, name string, at time.Time) *share {
	sh := &share{name: name, state: state{time: at, etag: etagOf(at), files: tree{"": {}}}}
	if s.shares[account] == nil {
		s.shares[account] = map[string]*share{}
	}
	s.shares[account][name] = sh
	return sh
}

// snapshot keeps a share as it is. The lock must be held.
func (sh *share) snapshot(at time.Time) state {
	taken := state{at: at.UTC().Format(stampForm), time: sh.time, etag: sh.etag, files: sh.files.clone()}
	sh.snapshots = append(sh.snapshots, taken)
	return taken
}

// state finds what a call is about: the share as it is, or one of its snapshots. The lock must be held.
func (c *call) state() (*state, *Problem) {
	sh := c.store.shares[c.Account.Name][c.Share]
	if sh == nil {
		return nil, noShare()
	}
	at := c.query.Get("sharesnapshot")
	if at == "" {
		return &sh.state, nil
	}
	for i := range sh.snapshots {
		if sh.snapshots[i].at == at {
			return &sh.snapshots[i], nil
		}
	}
	return nil, noShare()
}

// tick is the time of a write. The lock must be held.
func (s *Store) tick() time.Time {
	now := s.world.Now().UTC().Truncate(100 * time.Nanosecond)
	if !now.After(s.last) {
		now = s.last.Add(100 * time.Nanosecond)
	}
	s.last = now
	return now
}

// stampForm is how Azure names snapshots and writes exact times.
const stampForm = "2006-01-02T15:04:05.0000000Z"

// etagOf is the ETag of what was written then.
func etagOf(t time.Time) string { return fmt.Sprintf(`"0x%X"`, 0x8D0000000000000+t.UnixNano()/100) }
