package node

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// tunables are what a kubelet wants the kernel to be set to. It would set them for the whole machine.
var tunables = map[string]string{
	"vm/overcommit_memory":      "1",
	"vm/panic_on_oom":           "0",
	"kernel/panic":              "10",
	"kernel/panic_on_oops":      "1",
	"kernel/keys/root_maxkeys":  "1000000",
	"kernel/keys/root_maxbytes": "25000000",
}

// pretendTunables puts files with the wanted values in the places of the kernel's own, in this space only: the machine stays
// as it is.
func pretendTunables() error {
	for name, value := range tunables {
		file := filepath.Join(dir, strings.ReplaceAll(name, "/", "."))
		if err := os.WriteFile(file, []byte(value+"\n"), 0o644); err != nil {
			return err
		}
		if err := unix.Mount(file, "/proc/sys/"+name, "", unix.MS_BIND, ""); err != nil {
			return &fs.PathError{Op: "mount over", Path: "/proc/sys/" + name, Err: err}
		}
	}
	return nil
}

// RemoveCgroup removes the empty control groups that a node leaves. It is called outside the space, after it.
func RemoveCgroup() error {
	roots, err := filepath.Glob("/sys/fs/cgroup/*/" + Cgroup) // version 1: one for each controller
	if err != nil {
		return err
	}
	var failed []error
	for _, root := range append(roots, "/sys/fs/cgroup/"+Cgroup) {
		var dirs []string
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				dirs = append(dirs, path)
			}
			return nil
		})
		for _, d := range slices.Backward(dirs) { // the innermost first
			failed = append(failed, os.Remove(d))
		}
	}
	return errors.Join(failed...)
}
