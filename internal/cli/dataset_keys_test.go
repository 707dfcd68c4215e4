package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// trailer is the last line of the newest manifest of a configuration's dataset fraud.
func trailer(t *testing.T, config string) (dir, line string) {
	t.Helper()
	dir = filepath.Join(filepath.Dir(strings.TrimPrefix(config, "--config=")), "backup")
	found, err := filepath.Glob(filepath.Join(dir, "manifests", "fraud", "*.jsonl"))
	if err != nil || len(found) == 0 {
		t.Fatalf("manifests: %v %v", found, err)
	}
	text, err := os.ReadFile(found[len(found)-1]) // names of runs ascend in time
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return dir, string(lines[len(lines)-1])
}

// TestKeysFarAway signs manifests and wraps the database's key with Key Vault and with Cloud KMS.
func TestKeysFarAway(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	for name, tt := range map[string]struct{ signing, sealing, algorithm string }{
		"key vault": {c.profile.Azure.SigningKey, c.profile.Azure.SealingKey, "ES256"},
		"cloud kms": {c.profile.Google.SigningKey, c.profile.Google.SealingKey, "Ed25519"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := *c
			inner.t = t
			target := "fraud-" + strings.Fields(name)[1] + "/"
			keys := fmt.Sprintf("backup:\n  signing: {key: '%s'}", tt.signing)
			config := inner.datasets("backup:", keys, "state_dir:", "seal_key: '"+tt.sealing+"'\n    state_dir:", "/fraud/", "/"+target)
			inner.say(0, "dataset", "sync", "fraud", config).has(t, "copied 9", "signed")
			dir, last := trailer(t, config)
			if !strings.Contains(last, tt.algorithm) {
				t.Errorf("signed otherwise than by %s: %s", tt.algorithm, last)
			}
			if _, err := os.Stat(filepath.Join(dir, "keys")); err == nil {
				t.Error("a local key was made, and is not asked for")
			}
			wrapped, err := os.ReadFile(filepath.Join(dir, "jobs.key"))
			if err != nil || len(wrapped) <= 32 {
				t.Errorf("jobs.key has %d bytes, open: %v", len(wrapped), err)
			}
			inner.say(0, "dataset", "verify", "fraud", config).has(t, "9 objects, 2.2 MiB verified")

			local := strings.TrimPrefix(config, "--config=")
			text, err := os.ReadFile(local)
			if err != nil {
				t.Fatal(err)
			}
			without := strings.ReplaceAll(string(text), "seal_key: '"+tt.sealing+"'", "")
			if err := os.WriteFile(local, []byte(without), 0o600); err != nil {
				t.Fatal(err)
			}
			inner.say(2, "dataset", "verify", "fraud", config).has(t, "jobs.key is not a key of 32 bytes", "backup.jobs.seal_key")
			if err := os.WriteFile(filepath.Join(dir, "jobs.key"), bytes.Repeat([]byte{7}, 32), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(local, []byte(strings.ReplaceAll(without, keys, "backup:")), 0o600); err != nil {
				t.Fatal(err)
			}
			inner.say(6, "dataset", "verify", "fraud", config).has(t, "signed by unknown key")
			if err := os.WriteFile(local, text, 0o600); err != nil { // the key that lay open is wrapped now
				t.Fatal(err)
			}
			inner.say(0, "jobs", "ls", config)
			if wrapped, err = os.ReadFile(filepath.Join(dir, "jobs.key")); err != nil || len(wrapped) <= 32 {
				t.Errorf("jobs.key still has %d bytes: %v", len(wrapped), err)
			}
			inner.say(0, "dataset", "verify", "fraud", config)
		})
	}
}
