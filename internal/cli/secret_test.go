package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/landbridge/landbridge/internal/app"
)

// TestSecrets lists, reads and rotates secrets of Key Vault in two steps; no value is in the audit log.
func TestSecrets(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	c.say(7, "secret", "ls").has(t, "weather", "search", "secret weather is due for rotation", "landbridge secret rotate weather")
	old := c.say(0, "secret", "get", "weather").stdout
	c.say(2, "secret", "get", "wether").has(t, `there is no secret "wether"`, "did you mean weather?")
	c.say(2, "secret", "retire", "weather").has(t, "was not set by a rotation")
	c.say(0, "secret", "rotate", "weather", "--random", "24").has(t, "weather: set version")
	fresh := c.say(0, "secret", "get", "weather").stdout
	if fresh == old || len(fresh) != 32 {
		t.Errorf("after the rotation the value has %d characters, and is the old one: %v", len(fresh), fresh == old)
	}
	c.say(0, "secret", "retire", "weather").has(t, "weather: disable version")
	if list := decode[struct{ Secrets []app.SecretState }](t, c.say(0, "secret", "ls", "--output", "json")); len(list.Secrets) != 2 || list.Secrets[1].Due {
		t.Errorf("after the rotation: %+v", list)
	}
	log, err := os.ReadFile(filepath.Join(c.home(), "audit.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(log, []byte(old)) || bytes.Contains(log, []byte(fresh)) || !bytes.Contains(log, []byte(`"act":"secret-get"`)) {
		t.Errorf("the audit log holds a value, or no reading:\n%s", log)
	}
}
