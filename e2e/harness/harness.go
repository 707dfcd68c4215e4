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

// Prepare builds what tests without a network will ask for.
func Prepare(ctx context.Context, needs ...parts.Part) error {
	for _, p := range needs {
		if _, err := p.Ensure(ctx, io.Discard); err != nil {
			return err
		}
	}
	_, err := product()
	_, clientErr := goClient()
	_, imagerErr := imager()
	return errors.Join(err, clientErr, imagerErr)
}

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

var imager = sync.OnceValues(func() (string, error) {
	return goBuild(filepath.Join(parts.Root(), "tools"), "./ociimage", "ociimage")
})

// Build builds a program of this module, statically.
func Build(t testing.TB, pkg string) string {
	t.Helper()
	return BuildIn(t, parts.E2E(), pkg, filepath.Base(pkg))
}

// BuildIn builds a program of the module that a folder is in, statically, under a name of its own.
func BuildIn(t testing.TB, dir, pkg, name string) string {
	t.Helper()
	bin, err := goBuild(dir, pkg, name)
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// Image makes the product's container image, as "make image" does, and returns the archive's path. Roots is a PEM file of
// the certificate authorities in it.
func Image(t testing.TB, version, roots string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "landbridge-image.tar")
	Run(t, Program{Args: []string{must(t, imager), "-binary", Landbridge(t), "-version", version, "-roots", roots, "-o", out}})
	return out
}

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
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0") // static: it may become a container image
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

// Result is what became of a program.
type Result struct {
	Out, Err string
	Code     int
}

// Run runs a program that must succeed and returns its standard output, which is not logged: it may be a token.
func Run(t testing.TB, p Program) string {
	t.Helper()
	r := Try(t, p)
	if r.Code != 0 {
		t.Fatalf("%s ended with %d; its standard error is in %s", strings.Join(p.Args[:min(3, len(p.Args))], " "), r.Code, logPath(t))
	}
	return r.Out
}

// Try runs a program to its end, whatever that is. Its standard error goes to the test's log too.
func Try(t testing.TB, p Program) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := p.command(ctx, t)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := proc.Run(cmd)
	log(t, errs.String())
	r := Result{Out: out.String(), Err: errs.String()}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		r.Code = exit.ExitCode()
	} else if err != nil {
		t.Fatalf("%s: %v", p.Args[0], err)
	}
	return r
}

// Background starts a program that runs as long as the test, and waits until it is ready.
func Background(t testing.TB, p Program, ready func() error) {
	t.Helper()
	file, err := os.OpenFile(logPath(t)+"."+p.Args[1], os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := p.command(ctx, t)
	cmd.Stdout, cmd.Stderr = file, file
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		proc.Reap(cmd)
		_ = file.Close()
	})
	deadline := time.After(30 * time.Second)
	for {
		err := ready()
		if err == nil {
			return
		}
		select {
		case <-ended:
			t.Fatalf("%s ended; see %s", p.Args[1], file.Name())
		case <-deadline:
			t.Fatalf("%s does not answer: %v", p.Args[1], err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (p Program) command(ctx context.Context, t testing.TB) *exec.Cmd {
	cmd := proc.Command(ctx, p.Args[0], p.Args[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdin = p.Dir, append(bare(t), p.Env...), strings.NewReader(p.Stdin)
	return cmd
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
