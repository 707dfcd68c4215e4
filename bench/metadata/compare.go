package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// target is one server under load.
type target struct {
	name, addr string
	pid        int
	rates      []float64 // requests a second, one a round
	costs      []float64 // CPU microseconds a request, one a round
}

func compare(peers []*target, rounds, conns int, length time.Duration) error {
	ours, err := start("serve-ours")
	if err != nil {
		return err
	}
	defer ours.stop()
	bare, err := start("serve-bare")
	if err != nil {
		return err
	}
	defer bare.stop()
	targets := []*target{{name: "landbridge", addr: ours.addr, pid: ours.pid()}, {name: "bare net/http", addr: bare.addr, pid: bare.pid()}}
	targets = append(targets, peers...)
	for _, t := range targets { // connections, caches and the collector settle first
		if _, err := load(t.addr, conns, length/4); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	for range rounds {
		for _, t := range targets {
			if err := t.round(conns, length); err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
		}
	}
	report(targets)
	return nil
}

func (t *target) round(conns int, length time.Duration) error {
	before := cpu(t.pid)
	begin := time.Now()
	n, err := load(t.addr, conns, length)
	if err != nil {
		return err
	}
	t.rates = append(t.rates, float64(n)/time.Since(begin).Seconds())
	if t.pid != 0 {
		t.costs = append(t.costs, float64((cpu(t.pid)-before).Microseconds())/float64(n))
	}
	return nil
}

func report(targets []*target) {
	first := targets[0]
	fmt.Printf("%-14s %12s %16s %14s %14s\n", "", "requests/s", "CPU us/request", "ours: rate x", "ours: CPU x")
	for _, t := range targets {
		fmt.Printf("%-14s %12.0f %16s", t.name, median(t.rates), number(median(t.costs), "%.1f"))
		if t != first {
			fmt.Printf(" %14.2f %14s", median(ratios(first.rates, t.rates)), number(median(ratios(first.costs, t.costs)), "%.2f"))
		}
		fmt.Println()
	}
}

// ratios are taken within a round, where both had the same neighbours.
func ratios(a, b []float64) []float64 {
	var out []float64
	for i := range min(len(a), len(b)) {
		out = append(out, a[i]/b[i])
	}
	return out
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(v))[len(v)/2]
}

func number(v float64, format string) string {
	if v == 0 {
		return "-"
	}
	return fmt.Sprintf(format, v)
}

// cpu is the time that a process has spent, from fields 14 and 15 of /proc/PID/stat, in ticks of 10 ms.
func cpu(pid int) time.Duration {
	if pid == 0 {
		return 0
	}
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}
