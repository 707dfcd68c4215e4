package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// target is one webhook under load.
type target struct {
	name, addr, path string
	pid              int
	review           []byte    // what is posted
	rates            []float64 // reviews a second, one a round
	costs            []float64 // CPU microseconds a review, one a round
}

func run(o options) error {
	ours, stop, err := start("landbridge", "serve-ours")
	if err != nil {
		return err
	}
	defer stop()
	bare, stopBare, err := start("bare TLS handler", "serve-bare")
	if err != nil {
		return err
	}
	defer stopBare()
	review, err := os.ReadFile(o.review)
	if err != nil {
		return err
	}
	targets := append([]*target{ours}, o.peers...)
	for _, t := range targets { // what it does, and its caches and collector settle
		t.review = review
		patch, err := t.check()
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		if _, err := t.press(o.conns, o.length/2); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		fmt.Printf("%s patches a review of %d bytes with %d bytes\n", t.name, len(review), patch)
	}
	bare.review = review
	if err := atRate(o, ours, bare); err != nil {
		return err
	}
	for range o.rounds {
		for _, t := range targets {
			if err := t.round(o.conns, o.length); err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
		}
	}
	report(targets)
	return nil
}

// atRate prints how long answers take at a rate that leaves the machine time, target by target in turns: a neighbour that
// takes both processors for a moment is in the worst round of one, and not in the medians.
func atRate(o options, targets ...*target) error {
	p50, p99 := make([][]float64, len(targets)), make([][]float64, len(targets))
	for range o.rounds {
		for i, t := range targets {
			took, err := t.steady(o.rate, o.conns, o.length)
			if err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
			at := func(share float64) float64 {
				return float64(took[min(len(took)-1, int(share*float64(len(took))))].Microseconds()) / 1000
			}
			p50[i], p99[i] = append(p50[i], at(.5)), append(p99[i], at(.99))
		}
	}
	for i, t := range targets {
		fmt.Printf("%d a second, %s: p50 %.2f ms, p99 %.2f ms (%.2f to %.2f); medians of %d rounds\n",
			o.rate, t.name, median(p50[i]), median(p99[i]), slices.Min(p99[i]), slices.Max(p99[i]), o.rounds)
	}
	return nil
}

func (t *target) round(conns int, length time.Duration) error {
	before, begin := cpu(t.pid), time.Now()
	n, err := t.press(conns, length)
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
	fmt.Printf("%-12s %12s %16s %14s %14s\n", "", "reviews/s", "CPU us/review", "ours: rate x", "ours: CPU x")
	for _, t := range targets {
		fmt.Printf("%-12s %12.0f %16.1f", t.name, median(t.rates), median(t.costs))
		if t != first {
			fmt.Printf(" %14.2f %14.2f", median(ratios(first.rates, t.rates)), median(ratios(first.costs, t.costs)))
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

// cpu is the time that a process has spent, from fields 14 and 15 of /proc/PID/stat, in ticks of 10 ms.
func cpu(pid int) time.Duration {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}
