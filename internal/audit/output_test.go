package audit

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRotationDoesNotSplitALine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.log")
	o := output{path: path, block: []byte("one\ntwo\n"), off: 6, written: 6} // "two" was cut in the old file
	o.rewind()
	if err := o.write(); err != nil {
		t.Fatal(err)
	}
	if err := o.close(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != "two\n" || o.written != 8 {
		t.Errorf("the new file has %q, written %d, error %v", got, o.written, err)
	}
}
