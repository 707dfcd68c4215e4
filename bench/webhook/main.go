// Command webhook compares admission webhooks in one run: ours, as in production but for the cluster behind it, and any
// server at an address.
//
// Ours runs as a child of this program; a peer is started by hand and passed as -peer NAME=HOST:PORT/PATH@PID, with the
// process id for its CPU time. Both get the same review over TLS 1.3 and keep-alive connections, in turns, round by round;
// of each the median round counts, and ratios are taken within a round. Before that ours answers a steady rate, in turns with
// a bare TLS handler that only reads the review: what that one takes is the machine's, not ours. Times count from the moment
// each review was due.
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
	switch {
	case len(os.Args) == 2 && os.Args[1] == "serve-ours":
		exit(serveOurs())
	case len(os.Args) == 2 && os.Args[1] == "serve-bare":
		exit(serveBare())
	}
	var o options
	flag.Func("peer", "another webhook: NAME=HOST:PORT/PATH[@PID]; may be repeated", func(text string) error {
		t, err := parsePeer(text)
		o.peers = append(o.peers, t)
		return err
	})
	flag.StringVar(&o.review, "review", "../internal/webhook/testdata/review.json", "the review that is posted; this one kube-apiserver 1.33 wrote for a pod of a Deployment")
	flag.IntVar(&o.rounds, "rounds", 7, "rounds for each target")
	flag.DurationVar(&o.length, "time", 2*time.Second, "length of a round")
	flag.IntVar(&o.conns, "conns", 16, "keep-alive connections")
	flag.IntVar(&o.rate, "rate", 500, "reviews a second of the steady rate")
	flag.Parse()
	exit(run(o))
}

type options struct {
	review              string
	peers               []*target
	rounds, conns, rate int
	length              time.Duration
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func parsePeer(text string) (*target, error) {
	t := &target{}
	var ok bool
	if t.name, text, ok = strings.Cut(text, "="); !ok {
		return t, fmt.Errorf("%q is not NAME=HOST:PORT/PATH", t.name)
	}
	text, pid, ok := strings.Cut(text, "@")
	if ok {
		var err error
		if t.pid, err = strconv.Atoi(pid); err != nil {
			return t, err
		}
	}
	t.addr, t.path, ok = strings.Cut(text, "/")
	t.path = "/" + t.path
	if !ok {
		return t, fmt.Errorf("%q has no path", text)
	}
	return t, nil
}
