package jobs

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"
)

// newID is 26 characters: 48 bits of milliseconds and 80 random ones in Crockford's base 32, as a ULID, so that ids sort by time.
func newID(now time.Time) string {
	var b [20]byte // 32 characters, of which the first 6 are zeros: a ULID's 128 bits are not a multiple of 5
	binary.BigEndian.PutUint64(b[2:], uint64(now.UnixMilli()))
	_, _ = rand.Read(b[10:]) // never fails
	return base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").EncodeToString(b[:])[6:]
}

// workerID tells an engine from all others, those that the same process had before included. River allows 100 characters.
func workerID(o Options) string {
	name := o.Worker
	if len(name) > 80 {
		name = name[:80]
	}
	return strings.TrimPrefix(name+"/"+newID(o.Clock())[10:], "/")
}
