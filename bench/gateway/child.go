package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
)

// serve is what a child does: it prints its address, and serves until its standard input ends.
func serve(what string, args []string) error {
	var l net.Listener
	var h http.Handler
	var err error
	switch {
	case what == "upstream" && len(args) == 1:
		l, h, err = serveUpstream(args[0])
	case what == "proxy" && len(args) == 3:
		l, h, err = serveProxy(args[0], args[1], args[2])
	default:
		err = fmt.Errorf("%q is nothing to serve", what)
	}
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go func() { _ = http.Serve(l, h) }()
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// child is this program as a server, in a process of its own.
type child struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	addr  string
}

func start(args ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.Command(self, append([]string{"serve"}, args...)...)}
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
		return nil, errors.Join(fmt.Errorf("%s did not start", args[0]), err)
	}
	c.addr = strings.TrimSpace(line)
	return c, nil
}

func (c *child) pid() int { return c.cmd.Process.Pid }

func (c *child) stop() {
	_ = c.stdin.Close()
	_ = c.cmd.Wait()
}
