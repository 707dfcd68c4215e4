package app

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
)

// A sandbox of a command's own lives until Close: the program that exec runs may outlive Ctrl-C, and needs its clouds.
func TestOwnSandboxOutlivesTheInterrupt(t *testing.T) {
	t.Parallel()
	a := stateApp(map[string]string{"LANDBRIDGE_STATE_DIR": filepath.Join(t.TempDir(), "state")})
	ctx, cancel := context.WithCancel(t.Context())
	s, err := a.Sandbox(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	for range 20 {
		if !a.answers(t.Context(), s) {
			t.Fatal("the sandbox ended with the command's context")
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.dir()); !os.IsNotExist(err) || a.answers(t.Context(), s) {
		t.Errorf("after Close the sandbox is still there: %v", err)
	}
}

func TestASandboxThatIsEndedBeforeItAnswers(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state")
	a := stateApp(map[string]string{"LANDBRIDGE_STATE_DIR": state})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := a.RunSandbox(ctx, SandboxOptions{}, nil)
	if err == nil || err.Error() != "the sandbox was ended before it answered: context canceled" {
		t.Errorf("got %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(state, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// The temporary directory is everybody's: who makes our folder there first could lead --sandbox to clouds of his own, with
// a token file of ours. Not parallel: it moves the temporary directory.
func TestForeignStateInTheTemporaryDirectoryIsNotBelieved(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	a := stateApp(nil)
	if err := os.MkdirAll(a.StateDir(), 0o700); err != nil {
		t.Fatal(err)
	}
	s, _ := started(t, a, SandboxOptions{})
	if a.running(t.Context()) == nil {
		t.Fatalf("a folder of one's own is not believed: %s", s.dir())
	}
	if err := os.Chmod(a.StateDir(), 0o777); err != nil {
		t.Fatal(err)
	}
	if a.running(t.Context()) != nil {
		t.Error("a folder that everybody can write is believed")
	}
	err := a.RunSandbox(t.Context(), SandboxOptions{}, nil)
	want := "the state folder " + a.StateDir() + " is another's, or others can write it"
	if err == nil || err.Error() != want || bridge.KindOf(err) != bridge.Refused {
		t.Errorf("got %v, want %s", err, want)
	}
}
