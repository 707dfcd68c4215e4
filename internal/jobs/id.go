package jobs

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"time"
)

// newID is 26 characters: 48 bits of milliseconds and 80 random ones in Crockford's base 32, as a ULID, so that ids sort by time.
func newID(now time.Time) string {
	var b [20]byte // 32 characters, of which the first 6 are zeros: a ULID's 128 bits are not a multiple of 5
	binary.BigEndian.PutUint64(b[2:], uint64(now.UnixMilli()))
	_, _ = rand.Read(b[10:]) // never fails
	return base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").EncodeToString(b[:])[6:]
}
