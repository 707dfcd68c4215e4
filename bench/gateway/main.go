// Command gateway measures what the gateway costs: "landbridge serve" as it is built, in front of an upstream that answers at
// once, beside a bare httputil.ReverseProxy and beside any other gateway at an address.
//
// Everything runs on loopback and in one run. The upstream and the proxies are children of this program; landbridge runs
// against a sandbox of its own, once with everything off (pass) and once with every guard on (guarded). A peer is started
// by hand, with the upstream of this program as its OpenAI server, and passed as -peer NAME=URL@PID. The targets are loaded in
// turns, round by round, so that a machine that is busy with other things is unfair to all of them alike; of each target the
// median round counts, and ratios are taken within a round.
//
// CPU a request is the figure that counts: it moves little when others use the machine. Times need a quiet one.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	if len(os.Args) > 2 && os.Args[1] == "serve" {
		exit(serve(os.Args[2], os.Args[3:]))
	}
	o := options{header: http.Header{}}
	flag.StringVar(&o.landbridge, "landbridge", "../bin/landbridge", "the program to measure")
	flag.StringVar(&o.upstream, "upstream", "127.0.0.1:9100", "loopback address of the upstream, for peers to call as http://ADDRESS/v1")
	flag.Func("peer", "another gateway: NAME=http://HOST:PORT/PATH[@PID], which takes OpenAI's chat completions; may be repeated", func(text string) error {
		t, err := parsePeer(text)
		o.peers = append(o.peers, t)
		return err
	})
	flag.Func("peer-header", "a header for all peers, KEY: VALUE; may be repeated", func(text string) error {
		key, value, ok := strings.Cut(text, ":")
		if !ok {
			return fmt.Errorf("%q is not KEY: VALUE", text)
		}
		o.header.Add(key, strings.TrimSpace(value))
		return nil
	})
	flag.StringVar(&o.only, "only", "cost,latency,paced,bodies,requests,streams,open", "what is measured")
	flag.StringVar(&o.into, "into", "../cmd/landbridge/serve.pgo", "file of the part named profile, which is none of the others: where the guarded gateway spends its time")
	flag.IntVar(&o.rounds, "rounds", 7, "rounds for each target")
	flag.DurationVar(&o.length, "time", time.Second, "length of a round")
	flag.IntVar(&o.conns, "conns", 16, "keep-alive connections")
	flag.IntVar(&o.rate, "rate", 200, "requests a second of the paced rounds")
	flag.IntVar(&o.streams, "streams", 10_000, "slow streams that must not be cut")
	flag.IntVar(&o.atOnce, "open", 5_000, "streams that are open at the same time")
	flag.IntVar(&o.requests, "requests", 100_000, "requests over which memory must stay flat")
	flag.Parse()
	exit(run(o))
}

type options struct {
	landbridge, upstream, only string
	into                       string // of a profile
	peers                      []*target
	header                     http.Header // of peers

	rounds, conns, rate       int
	length                    time.Duration
	streams, atOnce, requests int
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "gateway:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func parsePeer(text string) (*target, error) {
	name, rest, ok := strings.Cut(text, "=")
	address, pid, _ := strings.Cut(strings.TrimPrefix(rest, "http://"), "@")
	host, path, slash := strings.Cut(address, "/")
	if !ok || !slash {
		return nil, fmt.Errorf("%q is not NAME=http://HOST:PORT/PATH[@PID]", text)
	}
	t := &target{name: name, addr: host, path: "/" + path, speaks: openAI}
	if pid == "" {
		return t, nil
	}
	var err error
	t.pid, err = strconv.Atoi(pid)
	return t, err
}
