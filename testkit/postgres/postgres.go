//go:build unix

// Package postgres runs a real PostgreSQL for a test, from the programs that are installed.
//
// A test enters, a server leaves that listens on loopback, has a password, and is stopped by its process id with the test.
// Where no programs are installed the test is skipped by name, and fails in CI. It must never touch a server that it has
// not started.
package postgres

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// Password of the one user, landbridge.
const Password = "only-for-this-test"

// Server is one PostgreSQL.
type Server struct {
	t    testing.TB
	bin  string
	dir  string
	port string
	as   *syscall.SysProcAttr // PostgreSQL refuses to run as root
	cmd  *exec.Cmd
	done chan struct{} // closed when cmd's output has ended

	mu  sync.Mutex
	log bytes.Buffer
}

// Start makes a server and starts it.
func Start(t testing.TB) *Server {
	t.Helper()
	bin := programs()
	if bin == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("PostgreSQL is not installed: apt-get install postgresql")
		}
		t.Skip("PostgreSQL is not installed: apt-get install postgresql")
	}
	dir, err := os.MkdirTemp("", "lbpg") // short: a socket's path has 107 bytes at most
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &Server{t: t, bin: bin, dir: dir, as: &syscall.SysProcAttr{}}
	if os.Geteuid() == 0 {
		s.as.Credential = servant(t)
		if err := os.Chown(dir, int(s.as.Credential.Uid), int(s.as.Credential.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	s.port = freePort(t)
	s.initialise()
	s.Up()
	t.Cleanup(s.Down)
	return s
}

// DSN is the connection string of a database. postgres is one that is always there.
func (s *Server) DSN(database string) string {
	return "postgres://landbridge:" + Password + "@127.0.0.1:" + s.port + "/" + database + "?sslmode=disable"
}

// Logged counts how often a text stands in the server's log, which has every statement.
func (s *Server) Logged(text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Count(s.log.String(), text)
}

// Up starts the server and waits until it answers.
func (s *Server) Up() {
	s.t.Helper()
	//nolint:noctx // it is stopped by Down, which the test's cleanup calls
	s.cmd = exec.Command(filepath.Join(s.bin, "postgres"), "-D", filepath.Join(s.dir, "data"), "-p", s.port,
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+s.dir, "-c", "fsync=off", "-c", "shared_buffers=16MB",
		"-c", "log_statement=all", "-c", "logging_collector=off", "-c", "log_destination=stderr")
	s.cmd.Dir, s.cmd.SysProcAttr = s.dir, s.as
	output, err := s.cmd.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ready := make(chan struct{})
	s.done = make(chan struct{})
	go s.read(output, ready)
	select {
	case <-ready:
	case <-s.done:
		s.t.Fatalf("PostgreSQL did not start:\n%s", s.log.String())
	}
}

// Down ends the server at once, as a crash would: without a checkpoint, with its connections. It does nothing when the
// server is down.
func (s *Server) Down() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGQUIT)
	<-s.done
	_ = s.cmd.Wait()
	s.cmd = nil
}

// read keeps the log, and says when the server is ready.
func (s *Server) read(output io.Reader, ready chan<- struct{}) {
	defer close(s.done)
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		s.mu.Lock()
		s.log.Write(append(lines.Bytes(), '\n'))
		s.mu.Unlock()
		if ready != nil && bytes.Contains(lines.Bytes(), []byte("ready to accept connections")) {
			close(ready)
			ready = nil
		}
	}
}

func (s *Server) initialise() {
	s.t.Helper()
	secret := filepath.Join(s.dir, "password")
	if err := os.WriteFile(secret, []byte(Password), 0o644); err != nil { //nolint:gosec // another user reads it, and it is in this file
		s.t.Fatal(err)
	}
	//nolint:noctx // it takes a second
	cmd := exec.Command(filepath.Join(s.bin, "initdb"), "-D", filepath.Join(s.dir, "data"), "-U", "landbridge", "--pwfile", secret,
		"--auth", "scram-sha-256", "--no-sync", "--no-locale", "-E", "UTF8")
	cmd.Dir, cmd.SysProcAttr = s.dir, s.as
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("initdb: %v\n%s", err, out)
	}
}

// programs is the folder of initdb and postgres: what pg_config says, else the newest of Debian's.
func programs() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil { //nolint:noctx // it prints a line
		found = append([]string{strings.TrimSpace(string(out))}, found...)
	}
	for _, dir := range found {
		if executable(dir, "initdb") && executable(dir, "postgres") {
			return dir
		}
	}
	return ""
}

func executable(dir, name string) bool {
	_, err := exec.LookPath(filepath.Join(dir, name))
	return err == nil
}

func version(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	return n
}

// servant is the user as whom root runs the server.
func servant(t testing.TB) *syscall.Credential {
	t.Helper()
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	t.Fatal("root may not run PostgreSQL, and there is neither a user postgres nor nobody")
	return nil
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}
