// Command metadata compares token servers in one run: ours, a bare net/http handler, and any server at an address.
//
// Ours and the bare handler run as children of this program; a peer is started by hand and passed as
// -peer NAME=ADDRESS@PID, once or more; the process id is for its CPU time. The targets are loaded in turns, round by round, so that a machine that is busy with other
// things is unfair to all of them alike; of each target the median round counts.
package main

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "serve-ours" {
		exit(serveOurs())
	}
	if len(os.Args) == 2 && os.Args[1] == "serve-bare" {
		exit(serveBare())
	}
	var peers []*target
	flag.Func("peer", "another metadata server: [NAME=]HOST:PORT[@PID]; may be repeated", func(text string) error {
		t, err := parsePeer(text)
		peers = append(peers, t)
		return err
	})
	rounds := flag.Int("rounds", 7, "rounds for each target")
	length := flag.Duration("time", 2*time.Second, "length of a round")
	conns := flag.Int("conns", 16, "keep-alive connections")
	flag.Parse()
	exit(compare(peers, *rounds, *conns, *length))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func parsePeer(text string) (*target, error) {
	t := &target{name: "peer", addr: text}
	if name, rest, ok := strings.Cut(t.addr, "="); ok {
		t.name, t.addr = name, rest
	}
	addr, pid, ok := strings.Cut(t.addr, "@")
	if !ok {
		return t, nil
	}
	t.addr = addr
	var err error
	t.pid, err = strconv.Atoi(pid)
	return t, err
}
