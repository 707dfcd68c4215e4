// Package terraform holds what "landbridge setup render --format terraform" writes against Terraform itself: its layout, and
// its arguments by the schemas of the providers, which stub plays.
package terraform

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/parts"
)

// workshop is where terraform runs, with the stub in the place of the providers.
type workshop struct{ config string }

func open(t *testing.T) *workshop {
	t.Helper()
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Skip("terraform is not on PATH") // no package of it can be installed: CI may skip this one
	}
	stub := harness.BuildIn(t, filepath.Join(parts.E2E(), "terraform", "stub"), ".", "terraform-stub")
	dir := t.TempDir()
	var overrides strings.Builder
	for _, name := range []string{"google", "azurerm", "kubernetes"} {
		folder := filepath.Join(dir, name)
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(stub, filepath.Join(folder, "terraform-provider-"+name)); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&overrides, "    \"hashicorp/%s\" = %q\n", name, folder)
	}
	w := &workshop{filepath.Join(dir, "terraform.tfrc")}
	text := "disable_checkpoint = true\nprovider_installation {\n  dev_overrides {\n" + overrides.String() + "  }\n}\n"
	if err := os.WriteFile(w.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *workshop) run(t *testing.T, dir string, args ...string) harness.Result {
	t.Helper()
	env := []string{"TF_CLI_CONFIG_FILE=" + w.config, "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1"}
	return harness.Try(t, harness.Program{Args: append([]string{"terraform"}, args...), Env: env, Dir: dir})
}

// validate says what terraform finds wrong with a configuration.
func (w *workshop) validate(t *testing.T, configuration string) []string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	r := w.run(t, dir, "validate", "-json")
	var verdict struct {
		Valid       bool
		Diagnostics []struct{ Severity, Summary, Detail string }
	}
	if err := json.Unmarshal([]byte(r.Out), &verdict); err != nil {
		t.Fatalf("validate: %v: %s%s", err, r.Out, r.Err)
	}
	var wrong []string
	for _, d := range verdict.Diagnostics {
		if d.Severity == "error" {
			wrong = append(wrong, d.Summary+": "+d.Detail)
		}
	}
	if verdict.Valid != (len(wrong) == 0) {
		t.Errorf("valid is %t with %d mistakes", verdict.Valid, len(wrong))
	}
	return wrong
}

// rendered are the golden files of internal/setup/render.
func rendered(t *testing.T, ext string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(parts.Root(), "internal/setup/render/testdata", "*"+ext))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files *%s: %v", ext, err)
	}
	return files
}

func TestTerraform(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, file := range rendered(t, ".tf") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, wrong := range w.validate(t, string(text)) {
				t.Error(wrong)
			}
			if r := w.run(t, filepath.Dir(file), "fmt", "-check", "-diff", filepath.Base(file)); r.Code != 0 {
				t.Errorf("terraform fmt would change it:\n%s%s", r.Out, r.Err)
			}
		})
	}
}

// The stub bites: what the real providers refuse by their schemas is refused.
func TestTerraformMistakes(t *testing.T) {
	t.Parallel()
	w := open(t)
	const top = `terraform {
  required_providers {
    google = { source = "hashicorp/google" }
  }
}
`
	for name, tt := range map[string]struct{ text, want string }{
		"a missing argument":  {`resource "google_project_service" "x" {}`, `The argument "service" is required`},
		"an unknown one":      {`resource "google_project_service" "x" {` + "\n  service = \"a\"\n  name = \"b\"\n}", `An argument named "name" is not expected here`},
		"a wrong type":        {`resource "google_project_service" "x" {` + "\n  service = []\n}", `Inappropriate value for attribute "service": string required`},
		"a computed one":      {`resource "google_service_account" "x" {` + "\n  account_id = \"a\"\n  email = \"b\"\n}", "Can't configure a value for \"email\""},
		"an unknown resource": {`resource "google_workload_pool" "x" {}`, `does not support resource type "google_workload_pool"`},
		"two blocks of one": {`resource "google_iam_workload_identity_pool_provider" "x" {` + "\n  workload_identity_pool_id = \"a\"\n  workload_identity_pool_provider_id = \"b\"\n" +
			"  oidc {\n    issuer_uri = \"a\"\n  }\n  oidc {\n    issuer_uri = \"b\"\n  }\n}", "No more than 1 \"oidc\" blocks are allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if wrong := strings.Join(w.validate(t, top+tt.text+"\n"), "\n"); !strings.Contains(wrong, tt.want) {
				t.Errorf("validate says %q, want %q", wrong, tt.want)
			}
		})
	}
}
