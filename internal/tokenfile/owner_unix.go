//go:build unix

package tokenfile

import (
	"fmt"
	"io/fs"
	"syscall"
)

// owner names the file's user and group, for the hint about who may read it.
func owner(info fs.FileInfo) string {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprintf(", owner %d:%d", st.Uid, st.Gid)
}
