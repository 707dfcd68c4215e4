package main

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/landbridge/landbridge/e2e/parts"
)

// stages are all stages in the order in which they run: what needs no part first, so that parts are ready when their
// stages come.
var stages = []stage{
	{name: "build", what: "the stripped binary, and its budget: size, linked modules, modules that must stay out", limit: 10 * time.Minute, run: build},
	{name: "vet", what: "gofmt, go vet of every module, bash -n of every script", limit: 15 * time.Minute, run: vet},
	{name: "unit", what: "go test ./... of the product, the runner and the tools", needs: []parts.Part{parts.Postgres}, limit: 15 * time.Minute, run: unit},
	{name: "newcomer", what: "make up ONCE=1, as the README says", limit: 5 * time.Minute, run: func(ctx context.Context, j *job) error {
		return j.check(ctx, j.root, "make", "up", "ONCE=1")
	}},
	e2e("clients-go", "the official Go clients against the sandbox", "./clients", "^TestGo"),
	{name: "race", what: "the rooms with goroutines, under the race detector", needs: []parts.Part{parts.Postgres}, limit: 15 * time.Minute, run: race},
	{name: "fuzz", what: "each fuzz target for three seconds", limit: 15 * time.Minute, run: func(ctx context.Context, j *job) error { return j.fuzz(ctx, 3) }},
	{name: "lint", what: "golangci-lint with .golangci.yml", needs: []parts.Part{parts.Lint}, limit: 15 * time.Minute, run: lint},
	e2e("clients-python", "the official Python clients against the sandbox", "./clients", "^TestPython", parts.Python),
	e2e("clients-node", "the official Node clients against the sandbox", "./clients", "^TestNode", parts.Node),
	e2e("stores-azure", "the official Azure Blob client against the sandbox and Azurite", "./stores/azure", ".", parts.Azurite),
	e2e("stores-files", "the official Azure Files client against the sandbox", "./stores/files", "."),
	e2e("stores-google", "the official Cloud Storage clients against the sandbox and fake-gcs-server", "./stores/google", ".", parts.FakeGCS),
	e2e("datasets", "the product's commands on datasets between Azurite, fake-gcs-server and the strict Cloud Storage", "./datasets", ".", parts.Azurite, parts.FakeGCS),
	e2e("clients-java", "Google's Java client against the sandbox", "./clients", "^TestJava", parts.Java),
	e2e("production", "stock clients and stock configuration in a network namespace of their own", "./production", ".", parts.Python, parts.Node),
	gcloudGolden(),
	{name: "terraform", what: "a rendered set-up is laid out and typed as Terraform wants it", limit: 10 * time.Minute, run: func(ctx context.Context, j *job) error {
		return j.goTest(ctx, j.e2e, "-timeout", "9m", "./terraform")
	}},
	{name: "release", what: "binaries for every platform, and the container image", limit: 25 * time.Minute, run: func(ctx context.Context, j *job) error {
		return j.check(ctx, j.root, "make", "--no-print-directory", "release", "image", "DIST="+filepath.Join(parts.Cache(), "dist"))
	}},
	e2e("helm", "the chart: lint, golden files, refusals, and a release on a real kube-apiserver", "./helm", ".", parts.Helm, parts.Kube, parts.KubeNode),
	e2e("kube", "a token of a real kube-apiserver", "./kube", ".", parts.Kube, parts.KubeNext),
	e2e("node", "pods on a real node: kubelet, containerd and runc", "./node", ".", parts.Kube, parts.KubeNode, parts.Containerd, parts.Helm),
	{name: "secrets", what: "no token in any log of this run", limit: time.Minute, run: secrets},
}

// e2e is a stage of Go tests of this module that run the product's binary.
func e2e(name, what, pkg, pattern string, needs ...parts.Part) stage {
	return stage{name: name, what: what, needs: needs, limit: 10 * time.Minute, run: func(ctx context.Context, j *job) error {
		if err := j.product(ctx); err != nil {
			return err
		}
		return j.goTest(ctx, j.e2e, "-run", pattern, "-timeout", "9m", pkg)
	}}
}

// gcloudGolden skips where gcloud is not.
func gcloudGolden() stage {
	return e2e("gcloud", "gcloud's credential configuration is ours", "./gcloud", ".")
}

// binary is where the product is built for the tests.
func binary() string { return filepath.Join(parts.Cache(), "bin", "landbridge") }

// product builds the binary that the end-to-end tests run.
func (j *job) product(ctx context.Context) error {
	_, err := j.capture(ctx, j.root, "make", "--no-print-directory", "build", "BIN="+binary())
	return err
}

func unit(ctx context.Context, j *job) error {
	j.quiet = true
	if err := j.goTest(ctx, j.root, "-timeout", "10m", "./..."); err != nil {
		return err
	}
	if err := j.goTest(ctx, j.e2e, "./cmd/..."); err != nil {
		return err
	}
	if err := j.goTest(ctx, filepath.Join(j.e2e, "terraform", "stub"), "./..."); err != nil {
		return err
	}
	return j.goTest(ctx, filepath.Join(j.root, "tools"), "./...")
}

func race(ctx context.Context, j *job) error {
	j.quiet = true
	return j.goTest(ctx, j.root, "-race", "-timeout", "10m", "./internal/broker/...", "./internal/audit/...", "./internal/metadata/...",
		"./internal/memo", "./internal/setup", "./internal/webhook/...", "./internal/gateway", "./internal/policy", "./internal/ledger", "./internal/discovery", "./internal/route", "./internal/wire",
		"./internal/backup/check", "./internal/backup/transfer", "./internal/manifest", "./internal/folder", "./internal/runs")
}

func lint(ctx context.Context, j *job) error {
	return j.check(ctx, j.root, filepath.Join(j.dir[parts.Lint.Name], "golangci-lint"), "run", "--timeout", "10m", "./...")
}

// modules are the folders with a go.mod: the product and those beside it.
func modules(root string) ([]string, error) {
	dirs, err := files(root, func(name string) bool { return name == "go.mod" })
	for i := range dirs {
		dirs[i] = filepath.Dir(dirs[i])
	}
	return dirs, err
}

func vet(ctx context.Context, j *job) error {
	dirs, err := modules(j.root)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		if err := j.check(ctx, dir, "go", "vet", "./..."); err != nil {
			return err
		}
	}
	unformatted, err := j.capture(ctx, j.root, "gofmt", "-l", ".")
	if err != nil {
		return err
	}
	if unformatted != "" {
		j.counts.failed++
		return fmt.Errorf("not formatted: %s", strings.Join(strings.Fields(unformatted), " "))
	}
	j.counts.passed++
	scripts, err := files(j.root, func(name string) bool { return strings.HasSuffix(name, ".sh") })
	if err != nil {
		return err
	}
	for _, script := range append(scripts, filepath.Join(j.root, ".ci", "run")) {
		if err := j.check(ctx, j.root, "bash", "-n", script); err != nil {
			return err
		}
	}
	return nil
}

// files finds files of the checkout by name.
func files(root string, match func(name string) bool) ([]string, error) {
	var out []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules"):
			return filepath.SkipDir
		case !d.IsDir() && match(d.Name()):
			out = append(out, path)
		}
		return nil
	})
	return out, err
}
