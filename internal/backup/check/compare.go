package check

import (
	"bytes"
	"fmt"

	"github.com/landbridge/landbridge/internal/dataset"
)

// compare holds an object as the store tells it against its entry. ok means that the metadata says all that there is to say: the size, a
// sum of the whole, and that nobody wrote it since.
func compare(e dataset.Entry, o dataset.Object) (f Finding, ok bool) {
	f = Finding{Name: e.Name, Size: e.Size, Entry: e, Found: o}
	switch {
	case o.Size < e.Size:
		f.Damage, f.Text = Truncated, fmt.Sprintf("%d bytes, not %d", o.Size, e.Size)
	case o.Size > e.Size:
		f.Damage, f.Text = Replaced, fmt.Sprintf("%d bytes, not %d", o.Size, e.Size)
	case !o.CRC32C.Agree(e.CRC32C):
		f.Damage, f.Text = Replaced, fmt.Sprintf("its CRC32C is %s, not %s", o.CRC32C, e.CRC32C)
	case o.MD5 != nil && e.MD5 != nil && !bytes.Equal(o.MD5, e.MD5):
		f.Damage, f.Text = Replaced, fmt.Sprintf("its MD5 is %x, not %x", o.MD5, e.MD5)
	case !same(e.Target, o):
		f.Damage, f.Text = Touched, "was written again since, to the same size and sums"
		if !o.CRC32C.Known && o.MD5 == nil {
			f.Text = "was written since, and the store keeps no sum of it"
		}
	default:
		return Finding{}, true
	}
	return f, false
}

// same says whether o is the very object that was written: its generation where there is one, else its ETag.
func same(h dataset.Held, o dataset.Object) bool {
	if h.Version != "" && o.Version != "" {
		return h.Version == o.Version
	}
	return h.ETag == o.ETag
}
