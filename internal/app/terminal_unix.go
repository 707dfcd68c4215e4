//go:build unix

package app

import (
	"os"

	"golang.org/x/sys/unix"
)

// inForeground says whether this process and its children are the terminal's foreground group, to all of which the
// terminal sends Ctrl-C.
func inForeground() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDONLY|unix.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
