package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// field is everything that is measured.
type field struct {
	options
	direct, line, records *target // the upstream itself, and the two proxies
	pass, passToken       *target // the gateway with everything off; by loopback, and with a Kubernetes token
	guarded, guardedToken *target // with every guard on
	passChat, guardedChat *target // asked in OpenAI's words
	admin                 string  // where the guarded one gives its profile
}

func run(o options) (err error) {
	if o.landbridge, err = filepath.Abs(o.landbridge); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-gateway-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	f := &field{options: o}
	stop, err := f.open(dir)
	defer stop()
	if err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		run  func() error
	}{{"cost", f.cost}, {"latency", f.latency}, {"paced", f.paced}, {"bodies", f.bodies}, {"requests", f.memory}, {"streams", f.slowStreams}, {"open", f.openStreams}, {"profile", f.profile}} {
		if !slices.Contains(strings.Split(o.only, ","), part.name) {
			continue
		}
		if err := part.run(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// open starts everything; stop ends what was started, whether or not that was all.
func (f *field) open(dir string) (stop func(), err error) {
	var stops []func()
	stop = func() {
		for _, s := range slices.Backward(stops) {
			s()
		}
	}
	up, err := start("upstream", f.upstream)
	if err != nil {
		return stop, err
	}
	stops = append(stops, up.stop)
	at := func(name, addr string, pid int) *target {
		return &target{name: name, addr: addr, path: modelPath + "mock:generateContent", pid: pid}
	}
	f.direct = at("upstream, direct", up.addr, up.pid())
	for logging, t := range map[string]**target{logLine: &f.line, logRecords: &f.records} {
		p, err := start("proxy", up.addr, logging, dir)
		if err != nil {
			return stop, err
		}
		stops = append(stops, p.stop)
		*t = at("ReverseProxy, "+logging, p.addr, p.pid())
	}
	w, err := newWorld(f.landbridge, dir)
	if err != nil {
		return stop, err
	}
	stops = append(stops, w.stop)
	for _, g := range []struct {
		name, profile       string
		plain, token, asked **target
	}{{"pass", nothing, &f.pass, &f.passToken, &f.passChat}, {"guarded", everything, &f.guarded, &f.guardedToken, &f.guardedChat}} {
		p, err := w.gateway(g.name, g.profile, up.addr)
		if err != nil {
			return stop, err
		}
		*g.plain, *g.token, *g.asked = at(g.name, p.addr, p.pid), at(g.name+", token", p.addr, p.pid), at(g.name+", OpenAI", p.addr, p.pid)
		f.admin = p.admin // the guarded one's, in the end
		(*g.token).header = http.Header{"Authorization": {"Bearer " + w.token}}
		(*g.asked).path, (*g.asked).speaks = chatPath, openAI
	}
	for _, p := range f.peers {
		p.header = f.header
	}
	return stop, nil
}

func (f *field) cost() error {
	all := append([]*target{f.direct, f.line, f.records, f.pass, f.passToken, f.passChat, f.guarded, f.guardedToken, f.guardedChat}, f.peers...)
	if err := f.compare(table{title: fmt.Sprintf("a prompt of 1 KB, %d connections", f.conns), targets: all, text: prompt(1 << 10), conns: f.conns}); err != nil {
		return err
	}
	goal("pass, CPU against ReverseProxy with the same two records", 1.3, ratio(f.pass, f.records, cpuOf), "x")
	goal("pass, CPU against ReverseProxy with one buffered line", 1.3, ratio(f.pass, f.line, cpuOf), "x")
	goal("guarded, CPU a request", 400, median(f.guarded.all(cpuOf)), "us")
	goal("guarded and asked in OpenAI's words, CPU a request", 400, median(f.guardedChat.all(cpuOf)), "us")
	for _, p := range f.peers {
		goalAtLeast("guarded, OpenAI's words, requests a second against "+p.name, 5, ratio(f.guardedChat, p, rateOf), "x")
	}
	for _, t := range []*target{f.pass, f.guarded} {
		all, own := resident(t.pid)
		goal(t.name+", RSS", 60, all, "MiB")
		fmt.Printf("  %s: %.1f MiB of it are its own, the rest is the program file\n", t.name, own)
	}
	return nil
}

func (f *field) latency() error {
	all := append([]*target{f.direct, f.records, f.pass, f.guarded, f.guardedToken, f.guardedChat}, f.peers...)
	if err := f.compare(table{title: "a prompt of 1 KB, one connection", targets: all, text: prompt(1 << 10), conns: 1}); err != nil {
		return err
	}
	goal("guarded, p50 added to direct", 0.5, added(f.guarded, f.direct, p50Of), "ms")
	goal("guarded and asked in OpenAI's words, p50 added to direct", 0.5, added(f.guardedChat, f.direct, p50Of), "ms")
	return nil
}

func (f *field) paced() error {
	title := fmt.Sprintf("a prompt of 1 KB, %d a second", f.rate)
	return f.compare(table{title: title, targets: []*target{f.direct, f.records, f.pass, f.guarded}, text: prompt(1 << 10), conns: f.conns, rate: f.rate})
}

func (f *field) bodies() error {
	t := table{title: "a prompt of 32 KB, four connections", targets: []*target{f.direct, f.records, f.pass, f.guarded}, text: prompt(32 << 10), conns: 4}
	if err := f.compare(t); err != nil {
		return err
	}
	goal("pass, CPU added to ReverseProxy with the same records", 200, added(f.pass, f.records, cpuOf), "us")
	return nil
}

// slowStreams looks at how soon a stream begins, and then whether it comes to its end.
func (f *field) slowStreams() error {
	fmt.Printf("\nstreams of 60 events, 10 ms apart, 8 at once; load %s\n%-26s %14s %8s %8s %12s\n", loadAverage(), "", "first text p50", "p90", "gap p50", "cut")
	seen, gap := map[*target]float64{}, 0.0
	for _, t := range []*target{f.direct, f.records, f.pass, f.guarded} {
		l := newListener(60, 10*time.Millisecond)
		l.hear(t, 80, 8)
		seen[t], gap = share(l.first, .5), share(l.gaps, .5)
		fmt.Printf("%-26s %14.2f %8.2f %8.2f %5d of %d\n", t.name, seen[t], share(l.first, .9), gap, len(l.cut), 80)
	}
	goal("pass, first text later than direct", 2, seen[f.pass]-seen[f.direct], "ms")
	fmt.Printf("  guarded: its first text leaves when the model has said about %.0f bytes\n", (seen[f.guarded]-seen[f.direct])/gap*float64(len(piece(10))))
	fmt.Printf("\n%d slow streams of 20 events, 100 ms apart, 1,000 at once\n", f.streams)
	for _, t := range []*target{f.pass, f.guarded} {
		l := newListener(20, 100*time.Millisecond)
		before := cpu(t.pid)
		l.hear(t, f.streams, 1_000)
		goal(t.name+", streams cut", 0, float64(len(l.cut)), "")
		fmt.Printf("  %s: %.0f us CPU an event\n", t.name, float64((cpu(t.pid)-before).Microseconds())/float64(20*f.streams))
		for _, err := range l.cut[:min(3, len(l.cut))] {
			fmt.Println("   ", err)
		}
	}
	return nil
}

// memory looks at whether it stays over many requests.
func (f *field) memory() error {
	for _, t := range []*target{f.pass, f.guarded} {
		fmt.Printf("\n%s: RSS (its own part) in MiB over %d requests, at each tenth:", t.name, f.requests)
		request, done := t.request(prompt(1<<10)), 0
		for tenth := range 10 {
			for done < f.requests*(tenth+1)/10 {
				took, err := press(t.addr, request, f.conns, 200*time.Millisecond)
				if err != nil {
					return err
				}
				done += len(took)
			}
			printResident(t)
		}
		fmt.Println()
	}
	return nil
}

// openStreams looks at whether it stays while many streams are open.
func (f *field) openStreams() error {
	for _, t := range []*target{f.records, f.pass, f.guarded} {
		fmt.Printf("\n%s: RSS (its own part) in MiB before, and each ten seconds with %d open streams:", t.name, f.atOnce)
		printResident(t)
		l := newListener(30, 2*time.Second) // a minute
		ended := make(chan struct{})
		go func() { defer close(ended); l.hear(t, f.atOnce, f.atOnce) }()
		tick := time.NewTicker(10 * time.Second)
		for open := true; open; {
			select {
			case <-tick.C:
				printResident(t)
			case <-ended:
				open = false
			}
		}
		tick.Stop()
		fmt.Println()
		fmt.Printf("  %d cut\n", len(l.cut))
	}
	return nil
}

func printResident(t *target) {
	all, own := resident(t.pid)
	fmt.Printf(" %.1f (%.1f)", all, own)
}
