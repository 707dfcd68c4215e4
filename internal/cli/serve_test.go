package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/cli"
)

// served is "landbridge serve --output json" of one test.
type served struct {
	Metadata, Admin, Webhook, Gateway string
	stop                              context.CancelFunc
	ended                             chan int
	errs                              *safeBuffer
}

// safeBuffer may be written while it is read.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func (c *clouds) serve(args ...string) *served {
	c.t.Helper()
	return c.doors(append([]string{"--sandbox", "--set", "doors.metadata.listen=127.0.0.1:0", "--set", "doors.admin.listen=127.0.0.1:0"}, args...)...)
}

// doors is serve with these arguments alone.
func (c *clouds) doors(args ...string) *served {
	c.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &served{stop: cancel, ended: make(chan int, 1), errs: &safeBuffer{}}
	out, in := io.Pipe()
	args = append([]string{"serve", "--output", "json"}, args...)
	go func() { s.ended <- cli.Main(ctx, c.io(args, in, s.errs), "v0.0.0-test"); in.Close() }()
	c.t.Cleanup(func() { cancel(); out.Close() })
	watchdog := time.AfterFunc(20*time.Second, func() { out.Close() })
	defer watchdog.Stop()
	if err := json.NewDecoder(out).Decode(s); err != nil {
		c.t.Fatalf("serve: %v\n%s", err, s.errs)
	}
	return s
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Metadata-Flavor", "Google")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

const tokenPath = "/computeMetadata/v1/instance/service-accounts/default/token"

// TestServe holds a bridge with its doors open: token, readiness, metrics, the audit log, and a quiet end.
func TestServe(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	log := filepath.Join(c.state, "audit.jsonl")
	s := c.serve("--set", "audit.file="+log, "--set", "doors.metadata.instance_id=4242", "--set", "doors.metadata.hostname=vm-0.internal")

	status, body := get(t, "http://"+s.Metadata+tokenPath)
	if status != http.StatusOK || !strings.Contains(body, `"access_token":"ya29.`) {
		t.Errorf("token: %d", status)
	}
	for key, want := range map[string]string{"id": "4242", "hostname": "vm-0.internal"} {
		if status, body := get(t, "http://"+s.Metadata+"/computeMetadata/v1/instance/"+key); status != http.StatusOK || body != want {
			t.Errorf("instance/%s: %d %q", key, status, body)
		}
	}
	if status, body := get(t, "http://"+s.Admin+"/readyz"); status != http.StatusOK || body != "ready\n" {
		t.Errorf("readyz: %d %s", status, body)
	}
	if status, body := get(t, "http://"+s.Admin+"/metrics"); status != http.StatusOK || !strings.Contains(body, "landbridge_metadata_") {
		t.Errorf("metrics: %d", status)
	}
	if status, _ := get(t, "http://"+s.Admin+"/debug/pprof/heap"); status != http.StatusNotFound {
		t.Errorf("a profile that nobody configured: %d", status)
	}
	s.stop()
	if code := <-s.ended; code != 0 {
		t.Errorf("exit code %d:\n%s", code, s.errs)
	}
	data, err := os.ReadFile(log)
	if err != nil || !strings.Contains(string(data), `"event":"lease"`) || !strings.Contains(string(data), `"event":"crossing"`) {
		t.Errorf("audit log: %v\n%s", err, data)
	}
	if tokenShape.Match(data) || tokenShape.MatchString(s.errs.String()) {
		t.Error("a token is in the audit log or on standard error")
	}
}

// TestServeWhileACloudIsDown holds what programs and operators see then: a 503 that says little, a probe that says why.
func TestServeWhileACloudIsDown(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	c.admin("POST", "/faults", map[string]any{"api": "sts", "status": 503})
	s := c.serve("--set", "doors.admin.profiling=true")
	for path, want := range map[string]int{"heap": http.StatusOK, "profile?seconds=1": http.StatusOK, "cmdline": http.StatusNotFound} {
		if status, _ := get(t, "http://"+s.Admin+"/debug/pprof/"+path); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
	if status, body := get(t, "http://"+s.Metadata+tokenPath); status != http.StatusServiceUnavailable || strings.Contains(body, "access_token") {
		t.Errorf("token: %d %s", status, body)
	}
	if status, body := get(t, "http://"+s.Admin+"/readyz"); status != http.StatusServiceUnavailable || !strings.HasPrefix(body, "not ready: sts: ") {
		t.Errorf("readyz: %d %s", status, body)
	}
	if status, _ := get(t, "http://"+s.Admin+"/healthz"); status != http.StatusOK {
		t.Errorf("healthz: %d", status)
	}
}

// TestServeRefusesATakenPort holds that nothing is half open.
func TestServeRefusesATakenPort(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	s := c.serve()
	code, _, stderr := c.run("serve", "--sandbox", "--set", "doors.admin.listen="+s.Admin)
	if code != 2 || !strings.Contains(stderr, "the admin door cannot listen on "+s.Admin) {
		t.Errorf("exit code %d:\n%s", code, stderr)
	}
}
