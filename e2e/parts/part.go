// Package parts are the things that the stages need and a checkout does not hold: a Kubernetes API server, a linter, the
// official clients of other languages.
//
// A part's recipe (versions, lock files) enters, a folder in the cache leaves. It is built once for each recipe, by
// package registries' ordinary clients, and must never write into the checkout.
package parts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// Part is one thing to build.
type Part struct {
	Name     string
	Programs []string // what must be on PATH to build it
	// Recipe are the files, relative to e2e, and the words that decide what is built; a change of one builds anew.
	Recipe []string
	Words  []string
	// Build fills the folder.
	Build func(ctx context.Context, b Bench) error
}

// Bench is where a part is being built.
type Bench struct {
	E2E string // the e2e folder of the checkout: to read from
	Dir string // the folder to fill
	Log io.Writer
}

// ErrNoProgram says that this machine lacks what a part is built with.
var ErrNoProgram = errors.New("not on PATH")

// Ensure returns the part's folder, building it first when it is not there. Two processes that ask at the same time build
// it once; a build that was cut off starts again.
func (p Part) Ensure(ctx context.Context, log io.Writer) (string, error) {
	for _, program := range p.Programs {
		if _, err := exec.LookPath(program); err != nil {
			return "", fmt.Errorf("%s is %w", program, ErrNoProgram)
		}
	}
	b := Bench{E2E: E2E(), Log: log}
	key, err := p.key(b.E2E)
	if err != nil {
		return "", fmt.Errorf("part %s: %w", p.Name, err)
	}
	b.Dir = filepath.Join(Cache(), "parts", p.Name+"-"+key)
	unlock, err := lock(b.Dir + ".lock")
	if err != nil {
		return "", fmt.Errorf("part %s: %w", p.Name, err)
	}
	defer unlock()
	ready := filepath.Join(b.Dir, ".ready")
	if _, err := os.Stat(ready); err == nil {
		return b.Dir, nil
	}
	if err := os.MkdirAll(b.Dir, 0o755); err != nil {
		return "", fmt.Errorf("part %s: %w", p.Name, err)
	}
	if err := p.Build(ctx, b); err != nil {
		return "", fmt.Errorf("part %s: %w", p.Name, err)
	}
	return b.Dir, os.WriteFile(ready, nil, 0o644)
}

// key names the recipe.
func (p Part) key(e2e string) (string, error) {
	sum := sha256.New()
	for _, word := range p.Words {
		fmt.Fprintln(sum, word)
	}
	for _, name := range p.Recipe {
		text, err := os.ReadFile(filepath.Join(e2e, name))
		if err != nil {
			return "", err
		}
		fmt.Fprintln(sum, name, len(text))
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil)[:6]), nil
}

// run runs one command of a build in the part's folder.
func (b Bench) run(ctx context.Context, env []string, name string, args ...string) error {
	fmt.Fprintln(b.Log, "+", name, strings.Join(args, " "))
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = b.Dir, b.Log, b.Log
	cmd.Env = append(os.Environ(), env...)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// lock holds a file lock until the returned function is called or the process ends.
func lock(path string) (func(), error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil
}
