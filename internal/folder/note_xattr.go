//go:build linux || darwin

package folder

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

const attribute = "user.landbridge"

// setNote keeps a note on a file, where the file system keeps such attributes.
func setNote(file *os.File, text []byte) error {
	err := unix.Fsetxattr(int(file.Fd()), attribute, text, 0)
	if errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.EPERM) {
		return nil
	}
	return err
}

// getNote is the note of a file; nil when there is none.
func getNote(file *os.File) []byte {
	text := make([]byte, maxNote+1<<10)
	n, err := unix.Fgetxattr(int(file.Fd()), attribute, text)
	if err != nil {
		return nil
	}
	return text[:n]
}
