package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/e2e/proc"
)

// The budget of the one binary: weight is speed too.
const (
	maxSize    = 58 << 20 // bytes, stripped
	maxModules = 140      // linked
)

// keptOut are packages that cost tens of megabytes or pull a cloud SDK in where a few calls do. gRPC is linked by Google's
// REST clients of the admin APIs, which never dial with it; its traces are pages of html/template, which keeps every method of
// every type, so the Makefile's tag leaves them out.
var keptOut = regexp.MustCompile(`^(k8s\.io/api/|k8s\.io/client-go/kubernetes|sigs\.k8s\.io/controller-runtime/|cloud\.google\.com/go/storage|` +
	`cloud\.google\.com/go/[^ ]*/apiv|google\.golang\.org/api/aiplatform/|google\.golang\.org/genai|github\.com/redis/|golang\.org/x/net/trace|` +
	`github\.com/knights-analytics/|github\.com/nyaruka/phonenumbers|github\.com/open-policy-agent/opa)`)

// build builds the product as it is released and holds it against the budget.
func build(ctx context.Context, j *job) error {
	if err := j.product(ctx); err != nil {
		j.counts.failed++
		return err
	}
	j.counts.passed++
	info, err := os.Stat(binary())
	if err != nil {
		return err
	}
	linked, err := j.capture(ctx, j.root, "go", "version", "-m", binary())
	if err != nil {
		return err
	}
	modules := strings.Count(linked, "\n\tdep\t")
	j.note("%.1f MiB of %d, %d modules of %d", float64(info.Size())/(1<<20), maxSize>>20, modules, maxModules)
	j.verdict(info.Size() <= maxSize, "the binary has %d bytes, more than %d", info.Size(), maxSize)
	j.verdict(modules <= maxModules, "the binary links %d modules, more than %d", modules, maxModules)
	packages, err := j.capture(ctx, j.root, "go", "list", "-tags", "grpcnotrace", "-deps", "./cmd/landbridge")
	if err != nil {
		return err
	}
	for pkg := range strings.FieldsSeq(packages) {
		if keptOut.MatchString(pkg) {
			j.verdict(false, "%s is linked and must stay out", pkg)
		}
	}
	j.verdict(true, "")
	return j.startTime(ctx)
}

// startTime reports how long "version" takes. It decides nothing: a timed test fails on a busy machine.
func (j *job) startTime(ctx context.Context) error {
	var took []time.Duration
	for range 9 {
		start := time.Now()
		if err := proc.Run(proc.Command(ctx, binary(), "version")); err != nil {
			j.counts.failed++
			return fmt.Errorf("landbridge version: %w", err)
		}
		took = append(took, time.Since(start))
	}
	j.counts.passed++
	slices.Sort(took)
	j.note("version takes %s", took[len(took)/2].Round(100*time.Microsecond))
	return nil
}

// verdict counts one check that is no command.
func (j *job) verdict(ok bool, format string, args ...any) {
	if ok {
		j.counts.passed++
		return
	}
	j.counts.failed++
	fmt.Fprintf(j.log, format+"\n", args...)
	j.note(format, args...)
}
