package cli_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// said is what a command line came to.
type said struct {
	code           int
	stdout, stderr string
}

// say runs a command line on the sandbox, which must end with this exit code.
func (c *clouds) say(code int, args ...string) said {
	c.t.Helper()
	got, stdout, stderr := c.run(append(args, "--sandbox")...)
	if got != code {
		c.t.Fatalf("landbridge %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, stdout, stderr)
	}
	return said{got, stdout, stderr}
}

// has fails the test unless each text was printed.
func (s said) has(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(s.stdout+s.stderr, text) {
			t.Errorf("%q is not in\n%s%s", text, s.stdout, s.stderr)
		}
	}
}

// lacks fails the test when one of the texts was printed.
func (s said) lacks(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(s.stdout+s.stderr, text) {
			t.Errorf("%q is in\n%s%s", text, s.stdout, s.stderr)
		}
	}
}

// decode reads what was printed as JSON.
func decode[T any](t *testing.T, s said) T {
	t.Helper()
	var out T
	if err := json.Unmarshal([]byte(s.stdout), &out); err != nil {
		t.Fatalf("%v: %s%s", err, s.stdout, s.stderr)
	}
	return out
}

// object reads an object of the demo bucket as Google's own clients do.
func (c *clouds) object(name string) []byte {
	c.t.Helper()
	return c.storage(http.MethodGet, "/storage/v1/b/"+c.profile.Google.Bucket+"/o/"+url.PathEscape(name)+"?alt=media", nil)
}

// put writes an object of the demo bucket as other hands would: without our mark.
func (c *clouds) put(name string, data []byte) {
	c.t.Helper()
	c.storage(http.MethodPost, "/upload/storage/v1/b/"+c.profile.Google.Bucket+"/o?uploadType=media&name="+url.QueryEscape(name), data)
}

func (c *clouds) storage(method, path string, body []byte) []byte {
	c.t.Helper()
	token := strings.TrimSpace(c.say(0, "token").stdout)
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.profile.Google.StorageURL+path, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		c.t.Fatalf("%s %s: %d %v %s", method, path, resp.StatusCode, err, data)
	}
	return data
}

// damage flips a bit of an object; its sums stay as they were.
func (c *clouds) damage(name string, offset int64) {
	c.t.Helper()
	c.admin("POST", "/buckets/"+c.profile.Google.Bucket+"/damage", map[string]any{"name": name, "flip": offset})
}

// home is the folder of the sandbox, with what it wrote for commands.
func (c *clouds) home() string {
	c.t.Helper()
	found, err := filepath.Glob(filepath.Join(c.state, "sandbox-*", "datasets.yaml"))
	if err != nil || len(found) != 1 {
		c.t.Fatalf("the sandbox's configuration of datasets: %v %v", found, err)
	}
	return filepath.Dir(found[0])
}

// datasets is the flag of a configuration like the sandbox's own, with these changes: pairs of what is replaced and by what. Its jobs,
// manifests and keys are of its own.
func (c *clouds) datasets(changes ...string) string {
	c.t.Helper()
	text, err := os.ReadFile(filepath.Join(c.home(), "datasets.yaml"))
	if err != nil {
		c.t.Fatal(err)
	}
	for i := 0; i < len(changes); i += 2 {
		if !bytes.Contains(text, []byte(changes[i])) {
			c.t.Fatalf("%q is not in\n%s", changes[i], text)
		}
		text = bytes.ReplaceAll(text, []byte(changes[i]), []byte(changes[i+1]))
	}
	dir := c.t.TempDir()
	text = bytes.ReplaceAll(text, []byte(filepath.Join(c.home(), "backup")), []byte(filepath.Join(dir, "backup")))
	text = bytes.ReplaceAll(text, []byte(filepath.Join(c.home(), "audit.jsonl")), []byte(filepath.Join(dir, "audit.jsonl")))
	path := filepath.Join(dir, "datasets.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		c.t.Fatal(err)
	}
	return "--config=" + path
}
