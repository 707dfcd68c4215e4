//go:build unix

package folder_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/landbridge/landbridge/internal/dataset"
)

// Opening a pipe would wait for a writer.
func TestPipe(t *testing.T) {
	t.Parallel()
	f := open(t, t.TempDir(), "")
	if err := syscall.Mkfifo(filepath.Join(f.Place().Name, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := f.Stat(t.Context(), "pipe")
	refused(t, err, dataset.CodeNotFound, "not a file")
	if o := list(t, f)["pipe"]; o.Unreadable == "" {
		t.Errorf("%+v", o)
	}
}
