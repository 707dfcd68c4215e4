//go:build unix

package tokenfile

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Opening a named pipe would hang until somebody writes to it.
func TestPipeIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := source(t, Options{Path: path}).Assertion(t.Context(), bridge.AssertionRequest{})
	if e := refusal(t, err); e.Text != "token file "+path+" is not a regular file" {
		t.Errorf("got %q", e.Text)
	}
}
