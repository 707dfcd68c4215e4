package app

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

func stateApp(env map[string]string) *App {
	return New(Host{
		Clock: time.Now, Env: func(k string) string { return env[k] }, Log: slog.New(slog.DiscardHandler),
		Stdin: nil, Stdout: io.Discard, Stderr: io.Discard, ReadFile: os.ReadFile, Version: "v0.0.0-test",
	})
}

// started runs a sandbox until the returned end is called, which waits for it.
func started(t *testing.T, a *App, o SandboxOptions) (*Sandbox, func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	up, ended := make(chan *Sandbox, 1), make(chan error, 1)
	go func() { ended <- a.RunSandbox(ctx, o, func(s *Sandbox) { up <- s }) }()
	end := func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the sandbox ended with %v", err)
		}
		ended <- nil
	}
	t.Cleanup(end)
	select {
	case s := <-up:
		return s, end
	case err := <-ended:
		t.Fatalf("the sandbox did not start: %v", err)
		return nil, nil
	}
}

// TestTwoSandboxes: each has its own token, --sandbox means the newer, and then the older; nothing is left.
func TestTwoSandboxes(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state")
	a := stateApp(map[string]string{"LANDBRIDGE_STATE_DIR": state})
	one, endOne := started(t, a, SandboxOptions{HTTP: "127.0.0.1:0", HTTPS: "127.0.0.1:0"})
	// Two processes would have two ids; in one process an address in the name tells the folders apart.
	two := *one
	two.PID, two.TokenFile = -1, filepath.Join(state, "sandbox-two", "token")
	if err := os.Mkdir(two.dir(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := a.announce(&two, state); err != nil {
		t.Fatal(err)
	}
	if s := a.running(t.Context()); s == nil || s.TokenFile != two.TokenFile {
		t.Errorf("running: %+v, want the newer", s)
	}
	a.withdraw(&two, state)
	if s := a.running(t.Context()); s == nil || s.TokenFile != one.TokenFile {
		t.Errorf("running: %+v, want the older in the newer's place", s)
	}
	if _, err := os.Stat(one.TokenFile); err != nil {
		t.Error(err)
	}
	endOne()
	if _, err := os.Stat(state); err == nil {
		t.Error("the state folder is left behind")
	}
}

// TestKilledSandbox: what a killed sandbox left is not believed, and is swept away by the next.
func TestKilledSandbox(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	a := stateApp(map[string]string{"LANDBRIDGE_STATE_DIR": state})
	dead := &Sandbox{PID: 1 << 30, TokenFile: filepath.Join(state, "sandbox-1", "token")}
	dead.Profile.AdminURL = "http://127.0.0.1:1/sandbox/v1"
	data, err := json.Marshal(dead)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{dead.dir(), state} {
		_ = os.MkdirAll(dir, 0o700)
		if err := os.WriteFile(filepath.Join(dir, stateFile), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if s := a.running(t.Context()); s != nil {
		t.Errorf("running: %+v, want none", s)
	}
	_, end := started(t, a, SandboxOptions{})
	if _, err := os.Stat(dead.dir()); err == nil {
		t.Error("the dead sandbox's folder is left behind")
	}
	end()
	if _, err := os.Stat(filepath.Join(state, stateFile)); err == nil {
		t.Error("the state file is left behind")
	}
}

func TestStateDir(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{"LANDBRIDGE_STATE_DIR": "/s", "XDG_STATE_HOME": "/x", "HOME": "/h"}, "/s"},
		{map[string]string{"XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/landbridge"},
		{map[string]string{"XDG_STATE_HOME": "relative", "HOME": "/h"}, "/h/.local/state/landbridge"},
	} {
		if got := stateApp(tc.env).StateDir(); filepath.ToSlash(got) != tc.want {
			t.Errorf("%v: got %s, want %s", tc.env, got, tc.want)
		}
	}
	_, err := ownDir("/dev/null/state", SandboxOptions{})
	if got := bridge.HintOf(err); got != "set LANDBRIDGE_STATE_DIR to a folder that can be written" {
		t.Errorf("hint %q", got)
	}
}
