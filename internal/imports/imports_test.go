package imports

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const root = "../.."

// TestTree holds every Go file of the module to the table. Nested modules have rules of their own.
func TestTree(t *testing.T) {
	t.Parallel()
	files := 0
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return enter(name, d.Name())
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		below, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		files++
		found, err := check(filepath.ToSlash(below), src)
		for _, f := range found {
			t.Error(f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Errorf("only %d files were read", files)
	}
}

// enter says which folders are part of the module.
func enter(name, base string) error {
	if name == root {
		return nil
	}
	if base == "testdata" || base == "node_modules" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return filepath.SkipDir
	}
	if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
		return filepath.SkipDir
	}
	return nil
}

// TestDocumented: every room of the table has its line in the document that the messages name.
func TestDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(root, "docs", "design", "house.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, arrows, _ := strings.Cut(string(page), "## Rooms and arrows")
	arrows, _, _ = strings.Cut(arrows, "\n## ")
	for _, r := range rooms {
		switch name := strings.TrimSuffix(called(r.path), "/..."); name {
		case "imports":
		default:
			if !strings.Contains(arrows, "`"+name+"`") && !strings.Contains(arrows, "`"+name+"/") {
				t.Errorf("docs/design/house.md has no line for room %s", name)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const end = " (" + table + ")"
	for _, tc := range []struct {
		name, file, src string
		want            []string
	}{
		{"allowed", "internal/azure/x.go", `package azure; import ("time"; "github.com/landbridge/landbridge/internal/wire"); var _ = time.Second`, nil},
		{
			"a shore imports the other", "internal/azure/x.go", "package azure\n\nimport _ \"github.com/landbridge/landbridge/internal/google\"",
			[]string{"internal/azure/x.go:3: this arrow is not in the table: azure -> google" + end},
		},
		{"a test may", "internal/azure/x_test.go", `package azure; import _ "github.com/landbridge/landbridge/internal/google"`, nil},
		{"the root package is not free", "landbridge.go", `package landbridge; import _ "github.com/landbridge/landbridge/internal/app"`, []string{"landbridge.go:1: this arrow is not in the table: landbridge -> app" + end}},
		{"nobody imports the root", "internal/route/x.go", `package route; import _ "github.com/landbridge/landbridge"`, []string{"internal/route/x.go:1: this arrow is not in the table: route -> landbridge" + end}},
		{"a neighbour that begins alike", "internal/route/x.go", `package route; import _ "github.com/landbridge/landbridge-plugins/x"`, nil},
		{"sub-rooms share", "internal/sandbox/world/x.go", `package world; import _ "github.com/landbridge/landbridge/internal/sandbox/fault"`, nil},
		{"a sub-room nobody planned", "internal/azure/queue/x.go", `package blob`, []string{"internal/azure/queue/x.go:1: unknown room internal/azure/queue: add it to the table" + end}},
		{"an unknown room", "internal/util/x_test.go", `package util`, []string{"internal/util/x_test.go:1: unknown room internal/util: add it to the table" + end}},
		{
			"a vendor's SDK outside its shore", "internal/broker/x.go", `package broker; import _ "github.com/Azure/azure-sdk-for-go/sdk/azcore"`,
			[]string{"internal/broker/x.go:1: github.com/Azure/ has its home elsewhere: broker -> github.com/Azure/azure-sdk-for-go/sdk/azcore" + end},
		},
		{"and in it", "internal/azure/x.go", `package azure; import _ "github.com/Azure/azure-sdk-for-go/sdk/azidentity"`, nil},
		{
			"a ban holds in tests", "internal/google/x_test.go", `package google; import _ "cloud.google.com/go/storage"`,
			[]string{"internal/google/x_test.go:1: nobody may import cloud.google.com/go/storage: 18 MiB of gRPC and xDS; speak GCS over wire" + end},
		},
		{
			"a ban with a pattern", "internal/app/x.go", `package app; import _ "cloud.google.com/go/iam/apiv1/iampb"`,
			[]string{"internal/app/x.go:1: nobody may import cloud.google.com/go/iam/apiv1/iampb: a gRPC client for a few REST calls" + end},
		},
		{"a ban is by element", "internal/kube/x.go", `package kube; import _ "k8s.io/apimachinery/pkg/runtime"`, nil},
		{
			"a wall clock, by another name", "internal/broker/x.go", "package broker; import clock \"time\"\nvar now = clock.Now\nvar later = clock.Until",
			[]string{"internal/broker/x.go:2: time.Now is refused in broker: take a bridge.Clock" + end, "internal/broker/x.go:3: time.Until is refused in broker: take a bridge.Clock" + end},
		},
		{"at the edge it is read", "internal/app/x.go", `package app; import "time"; var now = time.Now`, nil},
		{"a field of that name is not it", "internal/broker/x.go", `package broker; import _ "time"; type t struct{ Now int }; func f(time t) int { return time.Now }`, nil},
		{"the environment", "internal/azure/x.go", `package azure; import "os"; var _ = os.Getenv("X")`, []string{"internal/azure/x.go:1: os.Getenv is refused in azure: take a bridge.Env" + end}},
		{"a test's environment", "internal/azure/x_test.go", `package azure; import "os"; var _ = os.Getenv("X")`, nil},
		{"a default client", "internal/app/x.go", `package app; import "net/http"; var _, _ = http.Get("https://x")`, []string{"internal/app/x.go:1: http.Get is refused in app: take a *wire.Client" + end}},
		{"exit", "internal/cli/x.go", `package cli; import "os"; func f() { os.Exit(1) }`, []string{"internal/cli/x.go:1: os.Exit is refused in cli: return an error" + end}},
		{"init", "internal/wire/x.go", "package wire\nfunc init() {}\ntype t int\nfunc (t) init() {}", []string{"internal/wire/x.go:2: func init is refused: assembly is explicit" + end}},
		{"sharp v", "internal/wire/x.go", `package wire; import "fmt"; var _ = fmt.Sprintf("%#v", 1)`, []string{"internal/wire/x.go:1: %#v prints what redaction hides: name the fields" + end}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := check(tc.file, tc.src)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
