//go:build unix

package jobs

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"
)

// order is what a child process of a test does: it works until it is killed or interrupted.
type order struct {
	Dir, URL string
	Pages    int           // that a plan adds
	Slow     time.Duration // that each page takes
	Hang     bool          // pages last until their context ends
}

const childEnv = "LANDBRIDGE_JOBS_CHILD"

// child says on its output which pages it has begun.
func child() int {
	var o order
	if err := json.Unmarshal([]byte(os.Getenv(childEnv)), &o); err != nil {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	options := at{dir: o.Dir, url: o.URL}.options()
	options.RescueAfter = time.Second
	options.Kinds = kinds(o.Pages)
	copyPage := options.Kinds["copy"]
	options.Kinds["copy"] = Kind{Workers: 4, Handle: func(ctx context.Context, j *Job) error {
		fmt.Println("begun", j.Page.Number)
		if o.Hang {
			<-ctx.Done()
			fmt.Println("cancelled", j.Page.Number)
			return ctx.Err()
		}
		time.Sleep(o.Slow)
		return copyPage.Handle(ctx, j)
	}}
	e, err := Open(ctx, options)
	if err == nil {
		fmt.Println("open")
		err = e.Run(ctx)
	}
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	return 0
}

// process is a child that works.
type process struct {
	cmd   *exec.Cmd
	lines chan string
}

func startChild(t *testing.T, a at, o order) *process {
	t.Helper()
	o.Dir, o.URL = a.dir, a.url
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(os.Args[0]), lines: make(chan string, 10_000)}
	p.cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	t.Cleanup(p.kill)
	return p
}

// kill ends the process as a crash would.
func (p *process) kill() { p.end(syscall.SIGKILL) }

func (p *process) end(s syscall.Signal) {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Signal(s)
	for range p.lines {
	}
	_ = p.cmd.Wait()
	p.cmd = nil
}

// says waits for a line that begins so, and returns it.
func (p *process) says(t *testing.T, what string) string {
	t.Helper()
	late := time.After(2 * time.Minute)
	for {
		select {
		case line, more := <-p.lines:
			if strings.HasPrefix(line, what) {
				return line
			}
			if !more {
				t.Fatalf("the child ended and never said %q", what)
			}
		case <-late:
			t.Fatalf("the child never said %q", what)
		}
	}
}
