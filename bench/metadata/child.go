package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/landbridge/landbridge/internal/audit"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/metadata"
)

// child is a server in a process of its own. It ends when its standard input does.
type child struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	addr  string
}

func start(mode string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.Command(self, mode)}
	c.cmd.Stderr = os.Stderr
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		c.stop()
		return nil, fmt.Errorf("%s did not start: %w", mode, err)
	}
	c.addr = strings.TrimSpace(line)
	return c, nil
}

func (c *child) pid() int { return c.cmd.Process.Pid }

func (c *child) stop() {
	_ = c.stdin.Close()
	_ = c.cmd.Wait()
}

// token is as long as Google's usually are.
var token = "bench." + strings.Repeat("a1B2c3D4", 27)

// serveBare is the yardstick: the same body from a constant, nothing else.
func serveBare() error {
	body := []byte(`{"access_token":"` + token + `","expires_in":3599,"token_type":"Bearer"}`)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
	}()
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// cached hands out one lease, as the broker does between two refreshes.
type cached bridge.Lease

func (c *cached) Lease(context.Context, bridge.LeaseRequest) (bridge.Lease, error) {
	return bridge.Lease(*c), nil
}

// serveOurs is the door as in production: caller check, metrics, and an audit log in a file.
func serveOurs() error {
	dir, err := os.MkdirTemp("", "landbridge-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	log := audit.New(audit.Options{Path: filepath.Join(dir, "audit.log")})
	if err := log.Open(); err != nil {
		return err
	}
	door, err := metadata.New(metadata.Options{
		Leaser: &cached{
			Token: bridge.NewSecret(token), Type: bridge.AccessToken, Principal: "app@demo.iam.gserviceaccount.com",
			Scopes: []string{metadata.CloudPlatform}, Expiry: time.Now().Add(12 * time.Hour),
		},
		Recorder: log, Clock: time.Now, Registry: prometheus.NewRegistry(), PeerUIDs: []uint32{uint32(os.Getuid())},
		Identity: metadata.Identity{ProjectID: "demo", NumericProjectID: "123456789012", ServiceAccount: "app@demo.iam.gserviceaccount.com"},
	})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 2)
	go func() { done <- log.Run(ctx) }()
	go func() { done <- door.Run(ctx, l) }()
	fmt.Println(l.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	cancel()
	<-done
	return <-done
}
