package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/app"
)

// handedOver is a configuration like the sandbox's own, with Storage Transfer Service as the engine.
func (c *clouds) handedOver(target string, changes ...string) string {
	return c.datasets(append([]string{"      rpo: 24h", "      rpo: 24h\n      engine: storage-transfer", "/fraud/", "/" + target + "/"}, changes...)...)
}

// proofs are those of the newest manifest, by name.
func proofs(t *testing.T, config string) map[string]string {
	t.Helper()
	dir := filepath.Join(filepath.Dir(strings.TrimPrefix(config, "--config=")), "backup", "manifests", "fraud")
	found, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil || len(found) == 0 {
		t.Fatalf("manifests: %v %v", found, err)
	}
	text, err := os.ReadFile(found[len(found)-1])
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(text)) {
		var e struct{ Name, Proof string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if e.Name != "" {
			out[e.Name] = e.Proof
		}
	}
	return out
}

// TestDatasetHandedOver has Storage Transfer Service copy, and signs what was held against the source.
func TestDatasetHandedOver(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	c.admin("POST", "/storage/blobs", map[string]any{ // made of blocks, so that Azure keeps no sum of it
		"account": c.profile.Azure.StorageAccount, "container": "training", "blob": "blocks.bin", "data": []byte("four"), "block_size": 2,
	})
	config := c.handedOver("byorder")
	run := decode[app.Run](t, c.say(0, "dataset", "sync", "fraud", config, "--output", "json"))
	if result := compact(run.Result); !strings.Contains(result, `"adopt":{"objects":10`) || strings.Contains(result, `"create"`) {
		t.Errorf("what arrived was not adopted: %s", result)
	}
	for name, proof := range proofs(t, config) {
		if want := map[bool]string{true: "crc32c", false: "crc32c+md5"}[name == "blocks.bin"]; proof != want {
			t.Errorf("%s has the proof %s, want %s", name, proof, want)
		}
	}
	c.say(0, "dataset", "verify", "fraud", "--deep", config).has(t, "10 objects", "every byte")
	c.say(0, "dataset", "sync", "fraud", config).has(t, "copied 0,")
}

// TestDatasetHandoverRefused is told with the command that mends it.
func TestDatasetHandoverRefused(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	stranger := "client_id: aaaa0007-0000-4000-8000-000000000bad"
	config := c.handedOver("refused", "client_id: "+c.profile.Azure.TransferClientID, stranger)
	c.say(4, "dataset", "sync", "fraud", config).has(t, "the transfer transferJobs/lb-fraud-", "PERMISSION_DENIED", "AADSTS", "az ad app federated-credential create")
}
