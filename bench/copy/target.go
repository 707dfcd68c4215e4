package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// target is a sandbox, whose Cloud Storage is copied to, and which stands for everything else that Landbridge asks: token exchanges.
type target struct {
	*server
	program, dir string
	http         string // where it answers
	admin        string
	bucket       string
}

// startTarget starts a sandbox in a directory of its own, without a trace of any before it.
func startTarget(program, dir string) (*target, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	t := &target{program: program, dir: dir}
	var told struct {
		Profile struct {
			HTTP   string `json:"http"`
			Admin  string `json:"admin_url"`
			Google struct {
				Bucket string `json:"bucket"`
			} `json:"google"`
		} `json:"profile"`
	}
	var err error
	t.server, err = start(t.command("sandbox", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0"), func() error {
		data, err := os.ReadFile(filepath.Join(dir, "state", "sandbox.json"))
		if err == nil {
			err = json.Unmarshal(data, &told)
		}
		return err
	})
	t.http, t.admin, t.bucket = told.Profile.HTTP, told.Profile.Admin, told.Profile.Google.Bucket
	if err == nil {
		err = t.keys()
	}
	return t, err
}

// keys asks for a token of each kind and throws it away: the sandbox makes a key when it first signs with it, which takes a tenth of a second each,
// and a cloud has its keys.
func (t *target) keys() error {
	for _, to := range []string{"google", "azure"} {
		if out, err := t.command("--sandbox", "--quiet", "token", "--to", to).CombinedOutput(); err != nil {
			return fmt.Errorf("the sandbox gives no token for %s: %w: %s", to, err, out)
		}
	}
	return nil
}

// command is Landbridge, so that it finds this sandbox.
func (t *target) command(args ...string) *exec.Cmd {
	cmd := exec.Command(t.program, args...)
	cmd.Dir = t.dir
	cmd.Env = []string{"HOME=" + t.dir, "LANDBRIDGE_STATE_DIR=" + filepath.Join(t.dir, "state"), "PATH=" + os.Getenv("PATH")}
	return cmd
}

// act is "landbridge dataset ACT bench" on a dataset from source to the sandbox's bucket.
func (t *target) act(source, storage, place string, args ...string) (*exec.Cmd, error) {
	path := filepath.Join(t.dir, "landbridge.yaml")
	text := fmt.Sprintf(configuration, source, storage, filepath.Join(t.dir, "backup"), place, t.bucket)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return t.command(append([]string{"--sandbox", "--config", path, "--output", "json", "dataset"}, args...)...), nil
}

const configuration = `version: 1
audit: {file: audit.jsonl}
backup:
  azure_identity: to_azure
  endpoints: {blob: %q, storage: %q}
  jobs: {state_dir: %q}
  datasets:
    - name: bench
      source: blob://` + account + `/%s
      target: gs://%s/
`

// token is an access token of the identity that may write to the bucket.
func (t *target) token() (string, error) {
	out, err := t.command("--sandbox", "--quiet", "token").Output()
	return strings.TrimSpace(string(out)), err
}

// flip changes one bit of a byte of an object, and none of its sums.
func (t *target) flip(name string, offset int64) error {
	body, err := json.Marshal(map[string]any{"name": name, "flip": offset})
	if err != nil {
		return err
	}
	resp, err := http.Post(t.admin+"/buckets/"+t.bucket+"/damage", "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		return fmt.Errorf("the sandbox answered %d: %s", resp.StatusCode, text)
	}
	return nil
}
