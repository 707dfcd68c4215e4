// Command run is "make test": every check of the project as a list of stages, on a machine with nothing prepared.
//
// The names of stages enter (none: all), one line for each stage leaves, then one closing line "N passed, N failed, N
// skipped" and the exit code. What a stage printed goes to a file in the cache, and to the terminal only when it failed. It
// must never print a token: the last stage searches every log for them.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/landbridge/landbridge/e2e/parts"
)

func main() {
	only := flag.String("only", "", "names of stages, separated by commas; empty is all")
	list := flag.Bool("list", false, "print the names of the stages and end")
	flag.Parse()
	if *list {
		for _, s := range stages {
			fmt.Printf("%-12s %s\n", s.name, s.what)
		}
		return
	}
	chosen, err := choose(*only)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	failed := run(ctx, chosen)
	stop()
	if failed {
		os.Exit(1)
	}
}

func choose(only string) ([]stage, error) {
	if only == "" {
		return stages, nil
	}
	var out []stage
	for name := range strings.SplitSeq(only, ",") {
		i := slices.IndexFunc(stages, func(s stage) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("no stage %q; -list names them", name)
		}
		out = append(out, stages[i])
	}
	return out, nil
}

// run runs the stages one after the other, while the parts that they need are built in the background.
func run(ctx context.Context, chosen []stage) (failed bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	logs := filepath.Join(parts.Cache(), "logs", time.Now().UTC().Format("20060102-150405"))
	if err := os.MkdirAll(logs, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return true
	}
	r := &runner{logs: logs, ci: os.Getenv("CI") == "true", parts: buildParts(ctx, chosen, logs)}
	fmt.Printf("logs are in %s\n", logs)
	start := time.Now()
	var sum counts
	for _, s := range chosen {
		o := r.stage(ctx, s)
		sum = sum.add(o.counts)
		failed = failed || o.failed
		fmt.Println(o.line(s.name))
		if o.failed {
			printTail(o.log)
		}
		if ctx.Err() != nil {
			return true
		}
	}
	fmt.Printf("%d stages in %s\n", len(chosen), time.Since(start).Round(time.Second))
	if failed && sum.failed == 0 {
		sum.failed = 1
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", sum.passed, sum.failed, sum.skipped)
	return failed
}

// printTail shows the end of a failed stage's log, indented.
func printTail(path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		return
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	fmt.Printf("      last lines of %s:\n", path)
	for _, line := range lines[max(0, len(lines)-60):] {
		fmt.Println("      | " + mask(line))
	}
}
