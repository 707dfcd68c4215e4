package main

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

// target is a server under load.
type target struct {
	name, addr, path string
	speaks           dialect
	header           http.Header
	pid              int
	warm             int     // how many answers it has given before any was measured
	rounds           []round // of the table that is under way
}

// round is what was seen in one.
type round struct {
	rate, cpu, p50, p99 float64 // answers a second; CPU microseconds a request; milliseconds
}

// table is one comparison: the targets in turns, all with the same text.
type table struct {
	title   string
	targets []*target
	text    string
	conns   int
	rate    int // of a paced table; 0 is as fast as they answer
}

func (o *options) compare(t table) error {
	for _, target := range t.targets {
		if err := t.settle(target); err != nil {
			return fmt.Errorf("%s: %w", target.name, err)
		}
	}
	for range o.rounds {
		for _, target := range t.targets {
			r, err := t.round(target, o.length)
			if err != nil {
				return fmt.Errorf("%s: %w", target.name, err)
			}
			target.rounds = append(target.rounds, r)
		}
	}
	t.print()
	return nil
}

const (
	// warm is how many answers a target gives before it is measured: a peer that compiles its own code while it runs needs thousands.
	warm = 5_000
	// warmMost is how long that may take.
	warmMost = 30 * time.Second
)

// settle lets connections, caches, collectors and compilers of a target come to rest.
func (t *table) settle(target *target) error {
	target.rounds = nil
	for begin := time.Now(); target.warm < warm && time.Since(begin) < warmMost; {
		took, err := press(target.addr, target.request(t.text), t.conns, time.Second)
		if err != nil {
			return err
		}
		target.warm += len(took)
	}
	_, err := press(target.addr, target.request(t.text), t.conns, time.Second/4)
	return err
}

func (t *table) round(target *target, length time.Duration) (round, error) {
	request, before, begin := target.request(t.text), cpu(target.pid), time.Now()
	var took []time.Duration
	var err error
	if t.rate == 0 {
		took, err = press(target.addr, request, t.conns, length)
	} else {
		took, err = pace(target.addr, request, t.conns, t.rate, length)
	}
	if err != nil || len(took) == 0 {
		return round{}, fmt.Errorf("%d answers: %w", len(took), err)
	}
	return round{
		rate: float64(len(took)) / time.Since(begin).Seconds(), cpu: float64((cpu(target.pid) - before).Microseconds()) / float64(len(took)),
		p50: milliseconds(took[len(took)/2]), p99: milliseconds(took[len(took)*99/100]),
	}, nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (t *table) print() {
	fmt.Printf("\n%s; medians of %d rounds, load %s\n", t.title, len(t.targets[0].rounds), loadAverage())
	fmt.Printf("%-26s %10s %9s %9s %13s %17s %9s\n", "", "requests/s", "p50 ms", "p99 ms", "CPU us/req", "(least to most)", "RSS MiB")
	for _, target := range t.targets {
		costs := target.all(cpuOf)
		all, _ := resident(target.pid)
		fmt.Printf("%-26s %10.0f %9.2f %9.2f %13.0f %17s %9.1f\n", target.name, median(target.all(rateOf)), median(target.all(p50Of)), median(target.all(p99Of)),
			median(costs), fmt.Sprintf("%.0f to %.0f", slices.Min(costs), slices.Max(costs)), all)
	}
}

func rateOf(r round) float64 { return r.rate }
func cpuOf(r round) float64  { return r.cpu }
func p50Of(r round) float64  { return r.p50 }
func p99Of(r round) float64  { return r.p99 }

// all is one figure of all rounds.
func (t *target) all(figure func(round) float64) []float64 {
	out := make([]float64, len(t.rounds))
	for i, r := range t.rounds {
		out[i] = figure(r)
	}
	return out
}

// ratio is a figure of two targets within a round, where both had the same neighbours.
func ratio(a, b *target, figure func(round) float64) float64 {
	x, y := a.all(figure), b.all(figure)
	for i := range x {
		x[i] /= y[i]
	}
	return median(x)
}

// added is how much one takes more than the other, within a round.
func added(a, b *target, figure func(round) float64) float64 {
	x, y := a.all(figure), b.all(figure)
	for i := range x {
		x[i] -= y[i]
	}
	return median(x)
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(v))[len(v)/2]
}

func loadAverage() string {
	b, _ := os.ReadFile("/proc/loadavg")
	one, _, _ := strings.Cut(string(b), " ")
	return one
}

// goal prints what was wanted and what was seen.
func goal(what string, limit, seen float64, unit string) {
	verdict := "holds"
	if seen > limit {
		verdict = "MISSED"
	}
	fmt.Printf("  %-70s at most %6.2f %-3s: %8.2f  %s\n", what, limit, unit, seen, verdict)
}

// goalAtLeast is goal for what shall be much.
func goalAtLeast(what string, limit, seen float64, unit string) {
	verdict := "holds"
	if seen < limit {
		verdict = "MISSED"
	}
	fmt.Printf("  %-70s at least %5.2f %-3s: %8.2f  %s\n", what, limit, unit, seen, verdict)
}
