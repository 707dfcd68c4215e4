// Package node runs a real Kubernetes node, containerd, runc and kubelet, for as long as a test lasts.
//
// A control plane and the folders of the programs enter, a node leaves that runs pods from images that are given to it as
// files. It must run in a space of its own (package space), with processes of its own and an empty
// /run: it mounts there, and what it leaves ends with the space.
package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/landbridge/landbridge/e2e/kube"
	"github.com/landbridge/landbridge/e2e/proc"
)

// Name is the node's, and Address the one that its space must give it.
const (
	Name    = "n1"
	Address = "10.77.0.1"
)

// dir is where the node keeps everything: in the memory of its space.
const dir = "/run/node"

// Options is what a node is made of.
type Options struct {
	Control    *kube.Control
	Kubelet    string // the folder of kubelet
	Containerd string // the root of containerd and runc, as their packages lay them out
	Pause      string // the program that holds a pod's namespaces
	Logs       string // the folder for the programs' output
}

// Node is a running node.
type Node struct {
	o          Options
	ctx        context.Context // of everything it runs
	cancel     context.CancelFunc
	containerd *program
	kubelet    *program
}

// Start starts a node and waits until its kubelet answers. Stop ends it.
func Start(ctx context.Context, o Options) (*Node, error) {
	if os.Getpid() != 1 {
		return nil, errors.New("a node starts in a space with processes of its own only")
	}
	n := &Node{o: o}
	n.ctx, n.cancel = context.WithCancel(ctx)
	if err := n.start(); err != nil {
		return nil, errors.Join(err, n.Stop())
	}
	return n, nil
}

func (n *Node) start() error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := pretendTunables(); err != nil {
		return err
	}
	if err := n.startContainerd(); err != nil {
		return err
	}
	image := filepath.Join(dir, "pause.tar")
	if err := WriteImage(image, "localhost/pause:1", n.o.Pause); err != nil {
		return err
	}
	if err := n.Import(image); err != nil {
		return err
	}
	return n.startKubelet()
}

// Stop ends the node's own programs. The containers end with the space.
func (n *Node) Stop() error {
	n.cancel()
	for _, p := range []*program{n.kubelet, n.containerd} {
		if p != nil {
			p.wait()
		}
	}
	return nil
}

// program is one that runs in the background.
type program struct {
	cmd   *exec.Cmd
	log   *os.File
	ended chan struct{}
}

// run starts a program with its output appended to a log.
func (n *Node) run(log string, env []string, name string, args ...string) (*program, error) {
	out, err := os.OpenFile(filepath.Join(n.o.Logs, log), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	p := &program{cmd: proc.Command(n.ctx, name, args...), log: out, ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.Env = out, out, append(os.Environ(), env...)
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(err, out.Close())
	}
	go func() { _ = p.cmd.Wait(); close(p.ended) }()
	return p, nil
}

// wait waits for the program's end.
func (p *program) wait() {
	<-p.ended
	proc.Reap(p.cmd)
	_ = p.log.Close()
}

// until asks again and again until there is no error, the program has ended or a minute is over.
func (n *Node) until(p *program, what string, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(n.ctx, time.Minute)
	defer cancel()
	for {
		err := ask(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended; see %s", what, p.log.Name())
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", what, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
