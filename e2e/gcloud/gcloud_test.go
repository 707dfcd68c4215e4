// Package gcloud holds "landbridge credentials write" against gcloud's create-cred-config: both must write what lies in
// testdata. Where gcloud is absent, the files still say what it wrote; -update writes them anew with it.
package gcloud

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/e2e/harness"
)

var update = flag.Bool("update", false, "write testdata anew with gcloud")

const (
	provider = "projects/123456789/locations/global/workloadIdentityPools/azure/providers/aks-prod"
	account  = "vertex-caller@my-project.iam.gserviceaccount.com"
)

// cases are the same wish in both programs' words.
var cases = []struct {
	name   string
	gcloud []string
	config string // of to_google
}{
	{
		name:   "file",
		gcloud: []string{"--service-account=" + account, "--credential-source-file=/var/run/secrets/landbridge/token"},
		config: "service_account: " + account + "\n  source: {kind: file, file: /var/run/secrets/landbridge/token}",
	},
	{
		name:   "file-direct",
		gcloud: []string{"--credential-source-file=/var/run/secrets/landbridge/token"},
		config: "source: {kind: file, file: /var/run/secrets/landbridge/token}",
	},
	{
		name: "file-json-lifetime",
		gcloud: []string{
			"--service-account=" + account, "--service-account-token-lifetime-seconds=1800",
			"--credential-source-file=/t.json", "--credential-source-type=json", "--credential-source-field-name=access_token",
		},
		config: "service_account: " + account + "\n  lifetime: 30m\n  source: {kind: file, file: /t.json, format: json, field: access_token}",
	},
	{
		name:   "virtual-machine",
		gcloud: []string{"--service-account=" + account, "--azure", "--app-id-uri=api://AzureADTokenExchange"},
		config: "service_account: " + account + "\n  source: {kind: imds}",
	},
}

func TestLandbridge(t *testing.T) {
	t.Parallel()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			config := filepath.Join(t.TempDir(), "landbridge.yaml")
			text := fmt.Sprintf("version: 1\nto_google:\n  provider: %s\n  %s\n", provider, tt.config)
			if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			got := harness.Run(t, harness.Program{Args: []string{harness.Landbridge(t), "credentials", "write", "--config", config}})
			compare(t, tt.name, []byte(got))
		})
	}
}

func TestGcloud(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("gcloud"); err != nil {
		t.Skip("gcloud is not on PATH") // no package of it can be installed: CI may skip this one
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "credentials.json")
			args := append([]string{"gcloud", "iam", "workload-identity-pools", "create-cred-config", provider, "--output-file=" + out}, tt.gcloud...)
			harness.Run(t, harness.Program{Args: args, Env: []string{"CLOUDSDK_CONFIG=" + t.TempDir(), "CLOUDSDK_CORE_DISABLE_PROMPTS=1"}})
			got, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				if err := os.WriteFile(golden(tt.name), got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			compare(t, tt.name, got)
		})
	}
}

func golden(name string) string { return filepath.Join("testdata", name+".json") }

// compare compares the meaning of the JSON: the order of keys is nobody's promise.
func compare(t *testing.T, name string, got []byte) {
	t.Helper()
	text, err := os.ReadFile(golden(name))
	if err != nil {
		t.Fatal(err)
	}
	var want, have map[string]any
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(got, &have); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("differs from %s (-want +got):\n%s", golden(name), diff)
	}
}
