package jobs_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/jobs"
)

// What is in a page is nobody else's business, also in a directory that all may look into.
func TestDatabaseIsReadByItsOwnerOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	e, err := jobs.Open(t.Context(), jobs.Options{Dir: dir, Clock: time.Now, Worker: "w"})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	files, err := filepath.Glob(filepath.Join(dir, "jobs.db*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}
