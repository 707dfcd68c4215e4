package app

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// smapsOf is one mapping as the kernel writes it, shortened.
func smapsOf(head string, anonymous, swap int) string {
	return fmt.Sprintf("%s\nSize: 4096 kB\nRss: 2048 kB\nAnonymous: %12d kB\nAnonHugePages: 0 kB\nSwap: %12d kB\nSwapPss: 0 kB\nVmFlags: rd mr mw me \n", head, anonymous, swap)
}

func TestUnchangedMappings(t *testing.T) {
	t.Parallel()
	smaps := strings.Join([]string{
		smapsOf("00400000-01c9e000 r-xp 00000000 fe:00 11 /land bridge", 0, 0),
		smapsOf("01c9e000-0390a000 r--p 0189e000 fe:00 11 /land bridge", 0, 0),
		smapsOf("03a00000-03a10000 r--p 03600000 fe:00 11 /land bridge", 64, 0), // relocated
		smapsOf("03a10000-03a20000 r--p 03610000 fe:00 11 /land bridge", 0, 64), // the same, swapped out
		smapsOf("03a20000-03bbd000 rw-p 0350a000 fe:00 11 /land bridge", 0, 0),
		smapsOf("c000000000-c000400000 rw-p 00000000 00:00 0 ", 4096, 0),
		smapsOf("7f0000000000-7f0000001000 r-xp 00000000 fe:00 12 /land bridge2", 0, 0),
		smapsOf("7ffd00000000-7ffd00001000 r-xp 00000000 00:00 0 [vdso]", 0, 0),
	}, "")
	want := []mapping{{0x400000, 0x1c9e000}, {0x1c9e000, 0x390a000}}
	if diff := cmp.Diff(want, unchanged(smaps, "/land bridge"), cmp.AllowUnexported(mapping{})); diff != "" {
		t.Error(diff)
	}
}

// Not in parallel: what other tests do would make pages resident.
func TestDropStart(t *testing.T) {
	before := residentFile(t)
	dropStart()
	if after := residentFile(t); after >= before {
		t.Errorf("%d KiB of the program's file were resident, now %d", before, after)
	}
}

func residentFile(t *testing.T) (kib int) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if _, err := fmt.Sscanf(line, "RssFile: %d", &kib); err == nil {
			return kib
		}
	}
	t.Fatal("the kernel does not say how much of the file is resident")
	return 0
}
