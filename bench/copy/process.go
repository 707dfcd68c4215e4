package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// patience is how long a server may take to answer.
const patience = 30 * time.Second

// server is a process that lives as long as it is needed.
type server struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

// start starts a server and waits until it answers.
func start(cmd *exec.Cmd, answers func() error) (*server, error) {
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{cmd: cmd, ended: make(chan struct{})}
	go func() { _ = cmd.Wait(); close(s.ended) }()
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if err = answers(); err == nil {
			return s, nil
		}
	}
	s.stop()
	return nil, errors.Join(fmt.Errorf("%s does not answer: %s", cmd.Path, said.String()), err)
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	select {
	case <-s.ended:
	case <-time.After(5 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.ended
	}
}

// cpu is what the server has spent so far.
func (s *server) cpu() time.Duration {
	b, _ := os.ReadFile("/proc/" + strconv.Itoa(s.cmd.Process.Pid) + "/stat")
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond // ticks
}

// cost is what one run of a program took.
type cost struct {
	wall, cpu time.Duration
	rss       float64 // MiB, the most at any time
}

// measure runs a program to its end. Its peak is read from /proc while it runs, since what wait4 tells counts the parent's pages too.
func measure(cmd *exec.Cmd) (c cost, stdout []byte, err error) {
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return c, nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for running := true; running; {
		select {
		case err = <-ended:
			running = false
		case <-look.C:
			c.rss = max(c.rss, peak(cmd.Process.Pid))
		}
	}
	c.wall = time.Since(began)
	c.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, said.String())
	}
	return c, out.Bytes(), err
}

// peak is the most memory that a process has had resident so far, in MiB, the pages of its program among them.
func peak(pid int) float64 {
	b, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	for line := range strings.Lines(string(b)) {
		var kib float64
		if _, err := fmt.Sscanf(line, "VmHWM: %f", &kib); err == nil {
			return kib / 1024
		}
	}
	return 0
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func load() string {
	b, _ := os.ReadFile("/proc/loadavg")
	one, _, _ := strings.Cut(string(b), " ")
	return one
}
