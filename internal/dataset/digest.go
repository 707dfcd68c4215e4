package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
)

// digest hashes fields, each with its length, so that no two lists of fields run together.
func digest(fields ...string) [sha256.Size]byte {
	var b []byte
	for _, f := range fields {
		b = binary.BigEndian.AppendUint64(b, uint64(len(f)))
		b = append(b, f...)
	}
	return sha256.Sum256(b)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
