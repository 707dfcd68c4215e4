package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/landbridge/landbridge/e2e/parts"
	"github.com/landbridge/landbridge/e2e/proc"
)

// stage is one line of "make test".
type stage struct {
	name  string
	what  string
	needs []parts.Part
	limit time.Duration
	run   func(ctx context.Context, j *job) error
}

// counts are checks, not stages: each Go test is one, each other command is one.
type counts struct{ passed, failed, skipped int }

func (c counts) add(d counts) counts {
	return counts{c.passed + d.passed, c.failed + d.failed, c.skipped + d.skipped}
}

// outcome is how a stage went.
type outcome struct {
	counts
	failed bool
	reason string // why it failed or what was skipped
	took   time.Duration
	log    string
}

func (o outcome) line(name string) string {
	word := "ok"
	switch {
	case o.failed:
		word = "FAIL"
	case o.passed == 0 && o.skipped > 0:
		word = "SKIP"
	}
	reason := fmt.Sprintf("%d checks", o.passed)
	if o.reason != "" {
		reason += "; " + o.reason
	}
	return fmt.Sprintf("%-4s  %-15s (%s) %.1f s", word, name, mask(reason), o.took.Seconds())
}

// job is a stage while it runs.
type job struct {
	root, e2e string
	logs      string // the folder of all logs of this run
	log       io.Writer
	counts    counts
	excused   int               // skips that are no failure with CI=true either
	notes     []string          // what was skipped or measured
	env       []string          // for every command: where the product and the logs are
	dir       map[string]string // part name to folder
	// quiet keeps what passing tests printed out of the log, as "go test" itself does.
	quiet bool
}

func (j *job) note(format string, args ...any) {
	j.notes = append(j.notes, fmt.Sprintf(format, args...))
}

// check runs one command as one check.
func (j *job) check(ctx context.Context, dir, name string, args ...string) error {
	fmt.Fprintln(j.log, "+", name, strings.Join(args, " "))
	cmd := proc.Command(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Env = dir, j.log, j.log, append(os.Environ(), j.env...)
	if err := proc.Run(cmd); err != nil {
		j.counts.failed++
		return fmt.Errorf("%s %s: %w", name, strings.Join(args[:min(2, len(args))], " "), err)
	}
	j.counts.passed++
	return nil
}

// capture runs a command that is no check and returns what it printed.
func (j *job) capture(ctx context.Context, dir, name string, args ...string) (string, error) {
	fmt.Fprintln(j.log, "+", name, strings.Join(args, " "))
	cmd := proc.Command(ctx, name, args...)
	cmd.Dir, cmd.Stderr, cmd.Env = dir, j.log, append(os.Environ(), j.env...)
	out, err := cmd.Output()
	proc.Reap(cmd)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return string(out), nil
}

// runner runs stages.
type runner struct {
	logs  string
	ci    bool
	parts map[string]*future
}

// stage runs one stage to its outcome.
func (r *runner) stage(ctx context.Context, s stage) (o outcome) {
	start := time.Now()
	o.log = filepath.Join(r.logs, s.name+".log")
	defer func() { o.took = time.Since(start) }()
	file, err := os.Create(o.log)
	if err != nil {
		return outcome{failed: true, reason: err.Error()}
	}
	defer file.Close()
	j := &job{root: parts.Root(), e2e: parts.E2E(), logs: r.logs, log: file, dir: map[string]string{}}
	j.env = []string{"LANDBRIDGE_BIN=" + binary(), "LANDBRIDGE_E2E_LOGS=" + r.logs}
	for _, part := range s.needs {
		dir, err := r.parts[part.Name].wait(ctx)
		if errors.Is(err, parts.ErrNoProgram) && !r.ci {
			return outcome{counts: counts{skipped: 1}, reason: err.Error(), log: o.log}
		}
		if err != nil {
			return outcome{counts: counts{failed: 1}, failed: true, reason: err.Error(), log: filepath.Join(r.logs, "part-"+part.Name+".log")}
		}
		j.dir[part.Name] = dir
	}
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	err = s.run(ctx, j)
	if ctx.Err() == context.DeadlineExceeded {
		err = fmt.Errorf("not done after %s", s.limit)
	}
	o.counts, o.reason = j.counts, strings.Join(j.notes, "; ")
	o.failed = err != nil || j.counts.failed > 0
	if err != nil {
		fmt.Fprintln(j.log, err)
		o.reason = err.Error()
	}
	if r.ci && j.counts.skipped > j.excused && !o.failed {
		o.failed, o.reason = true, "skipped with CI=true: "+o.reason
	}
	return o
}

// future is a part that is being built.
type future struct {
	done chan struct{}
	dir  string
	err  error
}

func (f *future) wait(ctx context.Context) (string, error) {
	select {
	case <-f.done:
		return f.dir, f.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// partLimit bounds the building of one part; the slowest takes ten minutes on two idle cores.
const partLimit = 40 * time.Minute

// buildParts starts building what the stages need.
func buildParts(ctx context.Context, chosen []stage, logs string) map[string]*future {
	futures := map[string]*future{}
	for _, s := range chosen {
		for _, part := range s.needs {
			futures[part.Name] = &future{done: make(chan struct{})}
		}
	}
	for _, queue := range parts.Queues() {
		go func() {
			for _, part := range queue {
				if f, wanted := futures[part.Name]; wanted {
					f.dir, f.err = buildPart(ctx, part, logs)
					close(f.done)
				}
			}
		}()
	}
	return futures
}

// buildPart builds one part, with a log of its own.
func buildPart(ctx context.Context, part parts.Part, logs string) (string, error) {
	log, err := os.Create(filepath.Join(logs, "part-"+part.Name+".log"))
	if err != nil {
		return "", err
	}
	defer log.Close()
	ctx, cancel := context.WithTimeout(ctx, partLimit)
	defer cancel()
	return part.Ensure(ctx, log)
}
