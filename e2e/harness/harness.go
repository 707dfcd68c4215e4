// Package harness is what the end-to-end tests share: the product's binary, a sandbox, workloads on it, and the programs
// that call the far shore.
//
// A test enters, programs run, their answers leave. What programs print goes to files where the whole run's logs are, and
// those are searched for tokens at the end: a token that a program is given on purpose goes to a file of the test's own.
package harness

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/landbridge/landbridge/e2e/parts"
	"github.com/landbridge/landbridge/e2e/proc"
)

// limit bounds one program: far above what any takes, far below a stage's limit.
const limit = 2 * time.Minute

// Landbridge is the product's binary: $LANDBRIDGE_BIN, or built from the checkout.
func Landbridge(t testing.TB) string {
	t.Helper()
	return must(t, product)
}

// GoClient is the program that calls with the Go clients.
func GoClient(t testing.TB) string {
	t.Helper()
	return must(t, goClient)
}

var product = sync.OnceValues(func() (string, error) {
	if bin := os.Getenv("LANDBRIDGE_BIN"); bin != "" {
		return bin, nil
	}
	return goBuild(parts.Root(), "./cmd/landbridge", "landbridge-test")
})

var goClient = sync.OnceValues(func() (string, error) { return goBuild(parts.E2E(), "./clients/goclient", "goclient") })

func must(t testing.TB, build func() (string, error)) string {
	t.Helper()
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// goBuild builds a program into the cache. It is moved into place whole: another test may run the one before.
func goBuild(dir, pkg, name string) (string, error) {
	bin := filepath.Join(parts.Cache(), "bin", name)
	if err := os.MkdirAll(filepath.Dir(bin), 0o755); err != nil {
		return "", err
	}
	work, err := os.MkdirTemp(filepath.Dir(bin), name)
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	cmd := exec.Command("go", "build", "-o", filepath.Join(work, name), pkg)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errors.New("build " + name + ": " + string(out))
	}
	return bin, os.Rename(filepath.Join(work, name), bin)
}

// Part is the folder of a part, built when it is not there. A machine that cannot build it skips the test, except with
// CI=true.
func Part(t testing.TB, p parts.Part) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Minute)
	defer cancel()
	var log bytes.Buffer
	dir, err := p.Ensure(ctx, &log)
	if errors.Is(err, parts.ErrNoProgram) {
		Skip(t, err.Error())
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	return dir
}

// Skip skips the test with a reason; with CI=true nothing may skip.
func Skip(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("with CI=true nothing may skip: %s", reason)
	}
	t.Skip(reason)
}

// Program is one run of a program.
type Program struct {
	Args  []string
	Env   []string // all of it, besides HOME and PATH
	Stdin string
	Dir   string
}

// Run runs a program that must succeed and returns its standard output, which is not logged: it may be a token.
func Run(t testing.TB, p Program) string {
	t.Helper()
	out, code := Try(t, p)
	if code != 0 {
		t.Fatalf("%s ended with %d; its standard error is in %s", strings.Join(p.Args[:min(3, len(p.Args))], " "), code, logPath(t))
	}
	return out
}

// Try runs a program and returns its standard output and its exit code. Standard error goes to the test's log.
func Try(t testing.TB, p Program) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := proc.Command(ctx, p.Args[0], p.Args[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdin = p.Dir, append(bare(t), p.Env...), strings.NewReader(p.Stdin)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := proc.Run(cmd)
	log(t, errs.String())
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return out.String(), exit.ExitCode()
	}
	if err != nil {
		t.Fatalf("%s: %v", p.Args[0], err)
	}
	return out.String(), 0
}

// bare is the least environment that a program has: HOME, without any credentials in it, and PATH.
func bare(t testing.TB) []string { return []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")} }

// Logs is the folder of the run's logs; a test that runs alone has one too.
func Logs(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("LANDBRIDGE_E2E_LOGS")
	if dir == "" {
		dir = filepath.Join(parts.Cache(), "logs", "alone")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func logPath(t testing.TB) string {
	return filepath.Join(Logs(t), strings.ReplaceAll(t.Name(), "/", "-")+".log")
}

// logFile keeps what a program wrote to a file of its own, when it did.
func logFile(t testing.TB, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	log(t, string(text))
}

// log keeps what programs said: in the run's logs, and with the test.
func log(t testing.TB, text string) {
	t.Helper()
	if text == "" {
		return
	}
	t.Log(text)
	f, err := os.OpenFile(logPath(t), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(f, text)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}
