package folder

import (
	"os"

	"golang.org/x/sys/unix"
)

// forget asks that the next read of a synced file come from the disk and not from memory. It is a wish: nothing depends on it.
func forget(file *os.File) { _ = unix.Fadvise(int(file.Fd()), 0, 0, unix.FADV_DONTNEED) }
