package folder_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/folder"
)

// inside tells this test that it runs in namespaces of its own, with this directory to mount a small file system on.
const inside = "LANDBRIDGE_TEST_FULL"

// A disk that is full is said to be, nothing half done is left, and what was finished stays.
func TestFull(t *testing.T) {
	if dir := os.Getenv(inside); dir != "" {
		full(t, dir)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFull$", "-test.v")
	cmd.Env = append(os.Environ(), inside+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}, GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	_, ran := errors.AsType[*exec.ExitError](err)
	switch {
	case err != nil && !ran:
		t.Skip("no namespaces for an ordinary user here: ", err)
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case bytes.Contains(out, []byte("--- SKIP")):
		t.Skipf("%s", out)
	}
}

func full(t *testing.T, dir string) {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skip(err)
	}
	f, err := folder.New(folder.Options{Path: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := put(t, f, "fits", "fits"); err != nil {
		t.Fatal(err)
	}
	large := make([]byte, 4<<20)
	_, err = f.Put(t.Context(), dataset.Write{Name: "large", Size: int64(len(large))}, bytes.NewReader(large))
	refused(t, err, dataset.CodeFull, "no space left")
	if left, _ := filepath.Glob(filepath.Join(dir, ".landbridge/partial/*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	w := dataset.Write{Name: "chunks", Size: int64(len(large)), Origin: "o"}
	l := f.Layout(w.Size, 256<<10)
	up, err := f.Begin(t.Context(), w, l)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; err == nil; i++ {
		_, err = up.Write(t.Context(), l.Chunk(i, w.Size), bytes.NewReader(large[:256<<10]))
	}
	refused(t, err, dataset.CodeFull, "no space left")
	if n := len(up.Done()); n < 2 || n > 3 {
		t.Errorf("%d chunks are done", n)
	}
	if got := list(t, f); len(got) != 1 {
		t.Errorf("%+v", got)
	}
	if err := up.Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := put(t, f, "fits too", "there is room again"); err != nil {
		t.Error(err)
	}
}
