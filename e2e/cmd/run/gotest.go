package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/e2e/proc"
)

// event is one line of "go test -json".
type event struct {
	Action, Package, Test, Output string
}

// reason is the line with which a test says why it skips.
var reason = regexp.MustCompile(`^\s+\S+\.go:\d+: (.*)\n?$`)

// mayskip are the tests that need a program which no package registry has: gcloud, terraform, and a kubectl of today. They
// run where it is, and are named where it is not, with CI=true too.
var mayskip = [...]string{
	"TestGcloud", "TestGoldenFilesAreGclouds", "TestKubectl", "TestKubectlCreateToken", "TestTerraform",
	"TestTerraformIsFormatted", "TestTerraformMistakes", "TestTerraformReadsTextsBack",
}

// goTest runs "go test" and counts its tests. The log gets what the tests printed.
func (j *job) goTest(ctx context.Context, dir string, args ...string) error {
	args = append([]string{"test", "-json", "-count=1"}, args...)
	fmt.Fprintln(j.log, "+ go", strings.Join(args, " "))
	cmd := proc.Command(ctx, "go", args...)
	cmd.Dir, cmd.Stderr, cmd.Env = dir, j.log, append(os.Environ(), j.env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	failed, passed := j.read(out)
	err = cmd.Wait()
	proc.Reap(cmd)
	if len(failed) > 0 {
		return fmt.Errorf("failed: %s", strings.Join(failed[:min(5, len(failed))], ", "))
	}
	if err != nil {
		j.counts.failed++
		return fmt.Errorf("go test: %w", err)
	}
	if passed == 0 && j.counts.skipped == 0 {
		return fmt.Errorf("go test %s ran no test", strings.Join(args[3:], " "))
	}
	return nil
}

// read follows the events to their end and returns the names of the failed tests and how many passed.
func (j *job) read(out io.Reader) (failed []string, passed int) {
	last := map[string]string{} // the last line that looks like a reason, by test
	held := map[string]string{} // what each test printed that has not passed
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(j.log, lines.Text())
			continue
		}
		name := e.Package[strings.LastIndex(e.Package, "/")+1:] + "." + e.Test
		switch {
		case e.Output != "":
			held[name] += e.Output
			if !j.quiet || e.Test == "" {
				fmt.Fprint(j.log, e.Output)
			}
			if m := reason.FindStringSubmatch(e.Output); m != nil {
				last[name] = m[1]
			}
		case e.Test == "":
		case e.Action == "pass":
			passed++
			j.counts.passed++
			delete(held, name)
		case e.Action == "fail":
			failed = append(failed, name)
			j.counts.failed++
		case e.Action == "skip":
			j.counts.skipped++
			if slices.Contains(mayskip[:], e.Test) {
				j.excused++
			}
			j.note("%s skipped: %s", e.Test, last[name])
		}
	}
	for _, name := range failed { // at the end, where it is looked for
		fmt.Fprint(j.log, held[name])
	}
	return failed, passed
}

// fuzz gives every fuzz target of the module a short run.
func (j *job) fuzz(ctx context.Context, seconds int) error {
	list, err := j.capture(ctx, j.root, "go", "test", "-json", "-run", "^$", "-list", "^Fuzz", "./...")
	if err != nil {
		return err
	}
	for line := range strings.Lines(list) {
		var e event
		target, _, _ := strings.Cut(line, "\n")
		if json.Unmarshal([]byte(target), &e) != nil || !strings.HasPrefix(e.Output, "Fuzz") {
			continue
		}
		name := strings.TrimSpace(e.Output)
		if err := j.fuzzOne(ctx, e.Package, name, seconds); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if j.counts.passed == 0 {
		return fmt.Errorf("no fuzz target")
	}
	return nil
}

// fuzzOne runs one target. Go's fuzzer sometimes ends with "context deadline exceeded" when its time is over in the middle of an
// input: where it has found no failing input, it is asked again.
func (j *job) fuzzOne(ctx context.Context, pkg, name string, seconds int) error {
	var out bytes.Buffer
	log := j.log
	defer func() { j.log = log }()
	for try := 1; ; try++ {
		out.Reset()
		j.log = io.MultiWriter(log, &out)
		before := j.counts
		err := j.check(ctx, j.root, "go", "test", "-run", "^$", "-fuzz", "^"+name+"$", "-fuzztime", fmt.Sprintf("%ds", seconds), pkg)
		if err == nil || try == 3 || !timeWasUp(out.String()) {
			return err
		}
		j.counts = before
	}
}

// timeWasUp says whether a fuzzer failed for nothing but its time.
func timeWasUp(out string) bool {
	return strings.Contains(out, "    context deadline exceeded\n") && !strings.Contains(out, "Failing input written to")
}
