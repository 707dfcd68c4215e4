package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// stateFile says where a sandbox is: one in each sandbox's own folder, and one in the state folder for the sandbox that
// --sandbox means.
const stateFile = "sandbox.json"

// StateDir is where a running sandbox says where it is: LANDBRIDGE_STATE_DIR, or landbridge below XDG_STATE_HOME or
// ~/.local/state; a folder of the temporary directory, one for each user, for a user without a home.
func (a *App) StateDir() string {
	if dir := a.host.Env("LANDBRIDGE_STATE_DIR"); dir != "" {
		return dir
	}
	if dir := a.host.Env("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "landbridge")
	}
	if home := a.host.Env("HOME"); home != "" {
		return filepath.Join(home, ".local", "state", "landbridge")
	}
	return temporaryState()
}

func temporaryState() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("landbridge-state-%d", os.Getuid()))
}

// believed says whether what stands in the state folder is this user's. Only the temporary directory is everybody's:
// whoever made our folder there first could lead --sandbox to clouds of his own, with a token file of ours.
func (a *App) believed(state string) bool {
	if state != temporaryState() {
		return true
	}
	info, err := os.Lstat(state)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	return info.IsDir() && info.Mode().Perm()&0o022 == 0 && ours(info)
}

// ownDir makes the folder of one sandbox. Two that run at once must not share one: each would overwrite the other's
// token. A sandbox with a fixed address has the same folder each time, so that what points there outlives a restart.
func ownDir(state string, o SandboxOptions) (string, error) {
	name := fmt.Sprintf("sandbox-%d", os.Getpid())
	if _, port, err := net.SplitHostPort(o.HTTP); err == nil && port != "0" {
		name = "sandbox-" + strings.NewReplacer(":", "-", "[", "", "]", "", string(filepath.Separator), "-").Replace(o.HTTP)
	}
	dir := filepath.Join(state, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		e := cannotWrite(dir, err)
		e.Kind, e.Hint = bridge.Usage, "set LANDBRIDGE_STATE_DIR to a folder that can be written"
		return "", e
	}
	return dir, nil
}

// announce makes the sandbox the one that --sandbox means.
func (a *App) announce(s *Sandbox, state string) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := writeAtomically(filepath.Join(s.dir(), stateFile), data); err != nil {
		return err
	}
	return writeAtomically(filepath.Join(state, stateFile), data)
}

// withdraw removes what the sandbox left, and names another that still runs in its place.
func (a *App) withdraw(s *Sandbox, state string) {
	if err := os.RemoveAll(s.dir()); err != nil {
		a.host.Log.Warn("files of the sandbox are left behind", slog.String("folder", s.dir()), slog.Any("error", reason(err)))
	}
	named := filepath.Join(state, stateFile)
	if now := readState(named); now == nil || now.PID != s.PID {
		return
	}
	for _, other := range a.others(state) {
		if a.answers(context.Background(), other) && a.announce(other, state) == nil {
			return
		}
	}
	if err := os.Remove(named); err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.host.Log.Warn("a file of the sandbox is left behind", slog.String("file", named), slog.Any("error", reason(err)))
	}
	_ = os.Remove(state) // when nothing else is there
}

// sweep removes the folders of sandboxes that were killed.
func (a *App) sweep(ctx context.Context, state string) {
	for _, s := range a.others(state) {
		if !alive(s.PID) && !a.answers(ctx, s) {
			_ = os.RemoveAll(s.dir())
		}
	}
}

// others are the sandboxes that have a folder of their own in the state folder, whether they run or not.
func (a *App) others(state string) []*Sandbox {
	files, _ := filepath.Glob(filepath.Join(state, "sandbox-*", stateFile)) // the pattern is well formed
	var out []*Sandbox
	for _, file := range files {
		if s := readState(file); s != nil && s.dir() == filepath.Dir(file) {
			out = append(out, s)
		}
	}
	return out
}

func readState(file string) *Sandbox {
	data, err := os.ReadFile(file)
	s := new(Sandbox)
	if err != nil || json.Unmarshal(data, s) != nil {
		return nil
	}
	return s
}

// running is the sandbox that the state folder names, if it answers.
func (a *App) running(ctx context.Context) *Sandbox {
	state := a.StateDir()
	s := readState(filepath.Join(state, stateFile))
	if s == nil || !a.believed(state) || !a.answers(ctx, s) {
		return nil
	}
	return s
}

// answers says whether a sandbox runs and is the one that wrote its state: an address may have a new owner.
func (a *App) answers(ctx context.Context, s *Sandbox) bool {
	client := wire.New(wire.Options{Timeout: time.Second, NoProxy: true, UserAgent: a.agent()})
	resp, err := client.Get(ctx, bridge.HopDoor, s.Profile.AdminURL+"/profile", nil)
	var now Profile
	return err == nil && resp.Status == http.StatusOK && json.Unmarshal(resp.Body, &now) == nil && now.CAPEM == s.Profile.CAPEM
}

// alive says whether there is a process with this id.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, syscall.EPERM)
}
