// Command setup times "landbridge setup" for a hundred workloads on five clusters against a sandbox that takes 50 ms for each
// call: a plan of what is not there yet, an apply, a plan of what is, and what has changed by hand.
//
//	go run ./setup -landbridge ../bin/landbridge
//
// It starts a sandbox of its own. Each plan runs some times as a process of its own, from its start to its end; the calls that
// it makes are counted in the sandbox's log, by API and method.
package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

func main() {
	landbridge := flag.String("landbridge", "../bin/landbridge", "the program to time")
	workloads := flag.Int("workloads", 100, "how many workloads")
	latency := flag.Duration("latency", 50*time.Millisecond, "how long each call takes")
	times := flag.Int("times", 7, "how often each plan runs")
	calls := flag.Bool("calls", false, "also list the calls")
	flag.Parse()
	if err := run(*landbridge, *workloads, *latency, *times, *calls); err != nil {
		fmt.Fprintln(os.Stderr, "setup:", err)
		os.Exit(1)
	}
}

// bench is a sandbox under way and a file that fits it.
type bench struct {
	program, dir, file string

	mu   sync.Mutex
	seen map[string]int // calls since the last look, by method and what they are about
}

func run(program string, workloads int, latency time.Duration, times int, calls bool) (err error) {
	if program, err = filepath.Abs(program); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-setup-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{program: program, dir: dir, file: filepath.Join(dir, "landbridge.yaml"), seen: map[string]int{}}
	if err := os.WriteFile(b.file, []byte(file(workloads)), 0o600); err != nil {
		return err
	}
	stop, err := b.sandbox(latency)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Printf("%d workloads on 5 clusters, %s for each call\n\n", workloads, latency)
	for _, step := range []struct {
		what  string
		args  []string
		code  int
		times int
	}{
		{"plan, nothing is there", []string{"plan"}, 7, times},
		{"apply", []string{"apply", "--no-wait", "--yes"}, 0, 1},
		{"plan, all is there", []string{"plan"}, 0, times},
		{"apply, all is there", []string{"apply", "--no-wait", "--yes"}, 0, 1},
		{"verify", []string{"verify"}, 0, 1},
		{"destroy", []string{"destroy", "--yes"}, 0, 1},
	} {
		var took []float64
		for range step.times {
			b.look()
			one, err := b.once(step.code, step.args...)
			if err != nil {
				return err
			}
			took = append(took, one)
		}
		slices.Sort(took)
		made := b.look()
		total := 0
		for _, n := range made {
			total += n
		}
		fmt.Printf("%-24s median %5.2f s, longest %5.2f s of %d, %d calls\n", step.what, took[len(took)/2], took[len(took)-1], len(took), total)
		if calls {
			for _, what := range slices.Sorted(maps.Keys(made)) {
				fmt.Printf("    %5d  %s\n", made[what], what)
			}
		}
	}
	return nil
}

// sandbox starts the clouds and listens to their log.
func (b *bench) sandbox(latency time.Duration) (stop func(), err error) {
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, b.program, "sandbox", "--requests", "--latency", latency.String(), "--http", "127.0.0.1:0", "--https", "127.0.0.1:0")
	cmd.Env = b.environ()
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	log, err := cmd.StderrPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	var heard sync.WaitGroup
	heard.Go(func() { b.listen(bufio.NewScanner(log)) })
	stop = func() { cancel(); heard.Wait(); _ = cmd.Wait() }
	for range 200 { // until it has told where it is
		if _, err = os.Stat(filepath.Join(b.dir, "state", "sandbox.json")); err == nil {
			return stop, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	return nil, fmt.Errorf("the sandbox does not answer: %w", err)
}

func (b *bench) environ() []string {
	return []string{"HOME=" + b.dir, "LANDBRIDGE_STATE_DIR=" + filepath.Join(b.dir, "state"), "PATH=" + os.Getenv("PATH")}
}

// once runs one command and returns its seconds.
func (b *bench) once(code int, args ...string) (float64, error) {
	cmd := exec.Command(b.program, append([]string{"setup", "--sandbox", "--quiet", "--config", b.file}, args...)...)
	var errs bytes.Buffer
	cmd.Env, cmd.Dir, cmd.Stderr = b.environ(), b.dir, &errs
	start := time.Now()
	err := cmd.Run()
	took := time.Since(start).Seconds()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != code {
		return 0, fmt.Errorf("setup %s: %w: %s", strings.Join(args, " "), err, errs.String())
	}
	return took, nil
}

// request is what a line of the sandbox's log tells of a call.
var request = regexp.MustCompile(`request .*method=(\S+) .*path=(\S+)`)

func (b *bench) listen(lines *bufio.Scanner) {
	for lines.Scan() {
		if m := request.FindStringSubmatch(lines.Text()); m != nil {
			b.mu.Lock()
			b.seen[m[1]+" "+kind(m[2])]++
			b.mu.Unlock()
		}
	}
}

// look returns the calls since the last look, without those by which a command finds its sandbox.
func (b *bench) look() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	seen := b.seen
	b.seen = map[string]int{}
	maps.DeleteFunc(seen, func(what string, _ int) bool { return strings.Contains(what, "/sandbox/v1/") })
	return seen
}

// kind leaves the names out of a path.
func kind(path string) string {
	for _, name := range []string{`/[a-z-]*-\d+`, `/w\d+[^/:]*`, `/aks-[a-z]+`, `/[0-9a-f]{8}-[0-9a-f-]{27}`, `/\d{6,}`, `/landbridge_bench[^/:]*`} {
		path = regexp.MustCompile(name).ReplaceAllString(path, "/*")
	}
	return path
}

// file declares the workloads, in turn by each way: a pod directly, a pod as an identity, a virtual machine, and the way back.
func file(workloads int) string {
	clusters := []string{"aks-one", "aks-two", "aks-three", "aks-four", "aks-five"}
	var out strings.Builder
	out.WriteString(`version: 1
setup:
  name: bench
  google: {project: landbridge-empty, location: us-central1}
  azure:
    subscription: 11112222-3333-4444-8555-666677778888
    tenant_id: 0a0b0c0d-1111-4222-8333-444455556666
    resource_group: landbridge-empty
    location: swedencentral
  clusters:
`)
	for _, c := range clusters {
		fmt.Fprintf(&out, "    - {name: %[1]s, pool: pool-%[1]s, provider: %[1]s, context: %[1]s}\n", c)
	}
	out.WriteString("  workloads:\n")
	for i := range workloads {
		home := fmt.Sprintf("kubernetes: {clusters: [%s], namespace: demo, service_account: w%d", clusters[i%len(clusters)], i)
		fmt.Fprintf(&out, "    - name: w%d\n", i)
		switch i % 4 {
		case 0:
			fmt.Fprintf(&out, "      %s}\n      to_google: {permissions: [aiplatform.endpoints.predict]}\n", home)
		case 1:
			fmt.Fprintf(&out, "      %s}\n      to_google: {service_account: acct-%d, roles: [roles/aiplatform.user]}\n", home, i)
		case 2:
			fmt.Fprintf(&out, "      %s, mode: metadata}\n      route: entra\n      managed_identity: id-%d\n      to_google: {service_account: acct-%d, roles: [roles/aiplatform.user]}\n", home, i, i)
		case 3:
			fmt.Fprintf(&out, "      google_account: acct-%d\n      to_azure:\n        identity: id-%d\n        roles: [Storage Blob Data Reader on /subscriptions/11112222-3333-4444-8555-666677778888/resourceGroups/landbridge-demo]\n", i, i)
		}
	}
	return out.String()
}
