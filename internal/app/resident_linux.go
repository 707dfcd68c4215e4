package app

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// dropStart lets go of the pages of the program's file that only its start needed: each package has set itself up, all commands
// have been described, and half of the file became resident for it, 15 MiB. What is needed again comes from the page cache.
//
// Without /proc nothing is done.
func dropStart() {
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}
	for _, m := range unchanged(string(smaps), program) {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.start, m.end-m.start, unix.MADV_DONTNEED)
	}
}

// mapping is a range of addresses.
type mapping struct{ start, end uintptr }

// unchanged finds in /proc/PID/smaps (proc_pid_smaps(5)) the mappings of a file that cannot be written and hold its bytes and
// nothing else: a page that was changed, by relocation or by a debugger, could not be had again.
func unchanged(smaps, file string) (found []mapping) {
	var m mapping
	var access string
	var clean bool
	for line := range strings.Lines(smaps) {
		switch {
		case strings.HasSuffix(line, " "+file+"\n"):
			n, _ := fmt.Sscanf(line, "%x-%x %s", &m.start, &m.end, &access)
			clean = n == 3 && !strings.Contains(access, "w")
		case strings.HasPrefix(line, "Anonymous:"), strings.HasPrefix(line, "Swap:"):
			clean = clean && strings.HasSuffix(line, " 0 kB\n")
		case strings.HasPrefix(line, "VmFlags:"): // the last line of a mapping
			if clean {
				found = append(found, m)
			}
			clean = false
		}
	}
	return found
}
