package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// gatewayFile is a configuration of the gateway for the sandbox's clouds: the pretended pod and programs of this machine.
func (c *clouds) gatewayFile(more string) string {
	c.t.Helper()
	g, z := c.profile.Google, c.profile.Azure
	text := strings.NewReplacer("{issuer}", z.ClusterIssuer, "{account}", g.ServiceAccount, "{location}", g.Location, "{dir}", c.state).Replace(`version: 1
doors:
  gateway:
    listen: 127.0.0.1:0
    loopback: you
    revoked_file: {dir}/revoked
    callers:
      - {name: aks, issuer: "{issuer}"}
  admin: {listen: "127.0.0.1:0"}
audit: {file: "{dir}/audit.jsonl"}
policy:
  rules:
    - name: demo
      workloads: ["aks/*", loopback/you]
      models: [google/gemini-2.5-flash]
      locations: ["{location}", europe-west4]
      service_account: "{account}"
`) + more
	path := filepath.Join(c.state, "landbridge.yaml")
	write(c.t, path, text)
	if _, err := os.Stat(filepath.Join(c.state, "revoked")); err != nil {
		write(c.t, filepath.Join(c.state, "revoked"), "")
	}
	return path
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// podToken is the projected token of the pretended pod.
func (c *clouds) podToken() string {
	c.t.Helper()
	var found struct {
		TokenFile string `json:"token_file"`
	}
	data, err := os.ReadFile(filepath.Join(c.state, "sandbox.json"))
	if err == nil {
		err = json.Unmarshal(data, &found)
	}
	if err == nil {
		data, err = os.ReadFile(found.TokenFile)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return string(data)
}

// ask sends a prompt, with a bearer token unless that is empty.
func ask(t *testing.T, gateway, method, token, text string) (int, string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"contents": []any{map[string]any{"role": "user", "parts": []any{map[string]any{"text": text}}}}})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, gateway+"/v1/publishers/google/models/gemini-2.5-flash:"+method, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
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

// TestGateway goes the whole way by every credential, and looks at what is left behind: the record, the metrics, no content.
func TestGateway(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	s := c.doors("--sandbox", "--config", c.gatewayFile(""))
	const secret = "ada.lovelace@example.com"
	const prompt = "Repeat after me: " + secret
	pod := c.podToken()

	form := url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "audience": {c.profile.Google.Audience}, "scope": {"https://www.googleapis.com/auth/cloud-platform"},
		"requested_token_type": {"urn:ietf:params:oauth:token-type:access_token"}, "subject_token_type": {"urn:ietf:params:oauth:token-type:jwt"}, "subject_token": {pod},
	}
	resp, err := http.PostForm(s.Gateway+"/v1/token", form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&granted); err != nil || !strings.HasPrefix(granted.AccessToken, "lbt1_") {
		t.Fatalf("the token endpoint: %d, %v", resp.StatusCode, err)
	}
	for name, token := range map[string]string{"the pod's own token": pod, "a token of the gateway": granted.AccessToken, "none, over loopback": ""} {
		status, body := ask(t, s.Gateway, "streamGenerateContent?alt=sse", token, prompt)
		if status != http.StatusOK || !strings.Contains(body, secret) || !strings.HasPrefix(body, "data: {") {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if status, body := ask(t, s.Gateway, "generateContent", strings.TrimRight(pod, "\n")+"x", prompt); status != http.StatusUnauthorized || !strings.Contains(body, "UNAUTHENTICATED") {
		t.Errorf("a broken token: %d %s", status, body)
	}
	if status, metrics := get(t, "http://"+s.Admin+"/metrics"); status != http.StatusOK || !strings.Contains(metrics, `landbridge_gateway_calls_total{`) || !strings.Contains(metrics, "gen_ai_client_token_usage") || strings.Contains(metrics, secret) {
		t.Errorf("metrics: %d", status)
	}

	write(t, filepath.Join(c.state, "revoked"), "# gone\naks/"+c.profile.Azure.Subject+"\n")
	eventually(t, "revoked", func() bool {
		one, _ := ask(t, s.Gateway, "generateContent", pod, prompt)
		two, _ := ask(t, s.Gateway, "generateContent", granted.AccessToken, prompt)
		return one == http.StatusUnauthorized && two == http.StatusUnauthorized
	})
	if status, _ := ask(t, s.Gateway, "generateContent", "", prompt); status != http.StatusOK {
		t.Errorf("another caller: %d", status)
	}
	s.stop()
	if code := <-s.ended; code != 0 {
		t.Errorf("exit code %d:\n%s", code, s.errs)
	}
	data, err := os.ReadFile(filepath.Join(c.state, "audit.jsonl"))
	for _, want := range []string{`"event":"asked"`, `"event":"answered"`, `"workload":"aks/` + c.profile.Azure.Subject, `"masked":"EMAIL_ADDRESS:1"`, `"code":"caller_revoked"`} {
		if err != nil || !strings.Contains(string(data), want) {
			t.Errorf("the audit log has no %s: %v", want, err)
		}
	}
	if bytes.Contains(data, []byte("ada.lovelace")) || tokenShape.Match(data) || tokenShape.MatchString(s.errs.String()) {
		t.Error("content or a token is in the audit log or on standard error")
	}
}

// eventually waits for what takes a moment, as long as a file is looked at again.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); !holds(); {
		if time.Now().After(end) {
			t.Fatal(what + " does not hold")
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// TestGatewayReload changes the policy under a stream that is open: the stream goes on, the next call is judged anew, and a
// mistake changes nothing.
func TestGatewayReload(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	file := c.gatewayFile("")
	c.admin("PUT", "/pace", map[string]any{"piece": 4, "event": "100ms"})
	s := c.doors("--sandbox", "--config", file)
	text := "Repeat after me: " + strings.Repeat("one two three four ", 12)
	body, err := json.Marshal(map[string]any{"contents": []any{map[string]any{"role": "user", "parts": []any{map[string]any{"text": text}}}}})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(s.Gateway+"/v1/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	stream := bufio.NewReader(resp.Body)
	if first, err := stream.ReadString('\n'); err != nil || !strings.HasPrefix(first, "data: ") {
		t.Fatalf("%q, %v", first, err)
	}
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, strings.Replace(string(good), "google/gemini-2.5-flash", "google/gemini-2.5-pro", 1))
	eventually(t, "the new policy", func() bool {
		status, answer := ask(t, s.Gateway, "countTokens", "", "hello")
		return status == http.StatusForbidden && strings.Contains(answer, "POLICY_MODEL")
	})
	rest, err := io.ReadAll(stream)
	if err != nil || !strings.Contains(string(rest), `"finishReason":"STOP"`) {
		t.Errorf("the stream that was open: %v, ends with %q", err, rest[max(0, len(rest)-200):])
	}
	write(t, file, strings.Replace(string(good), "rules:", "rulez:", 1))
	eventually(t, "the mistake", func() bool { return strings.Contains(s.errs.String(), "the rules from before hold") })
	if status, _ := ask(t, s.Gateway, "countTokens", "", "hello"); status != http.StatusForbidden {
		t.Errorf("after a mistake: %d", status)
	}
	write(t, file, string(good))
	eventually(t, "the old policy", func() bool {
		status, _ := ask(t, s.Gateway, "countTokens", "", "hello")
		return status == http.StatusOK
	})
}

// TestGatewayKilled kills the process under load: whoever had an answer to its end has its record.
func TestGatewayKilled(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	file := c.gatewayFile("")
	cmd := exec.CommandContext(t.Context(), "landbridge", "serve", "--sandbox", "--config", file, "--output", "json")
	cmd.Env = append(os.Environ(), "LANDBRIDGE_STATE_DIR="+c.state)
	cmd.Dir = c.state
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs safeBuffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var at served
	if err := json.NewDecoder(out).Decode(&at); err != nil {
		_ = cmd.Process.Kill()
		t.Fatalf("%v\n%s", err, &errs)
	}
	var (
		mu       sync.Mutex
		answered []string
		enough   atomic.Bool
		all      sync.WaitGroup
	)
	for n := range 8 {
		method := "generateContent"
		if n%2 == 0 {
			method = "streamGenerateContent?alt=sse"
		}
		all.Go(func() {
			client := &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}
			defer client.CloseIdleConnections()
			for {
				resp, err := client.Post(at.Gateway+"/v1/publishers/google/models/gemini-2.5-flash:"+method, "application/json",
					strings.NewReader(`{"contents":[{"role":"user","parts":[{"text":"Repeat after me: ada@example.com"}]}]}`))
				if err != nil {
					return // killed
				}
				body, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if err != nil || !bytes.Contains(body, []byte("ada@example.com")) {
					return
				}
				mu.Lock()
				answered = append(answered, resp.Header.Get("X-Landbridge-Call-Id"))
				enough.Store(len(answered) > 200)
				mu.Unlock()
			}
		})
	}
	eventually(t, "load", enough.Load)
	if err := cmd.Process.Kill(); err != nil { // SIGKILL
		t.Fatal(err)
	}
	_ = cmd.Wait()
	all.Wait()
	data, err := os.ReadFile(filepath.Join(c.state, "audit.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	ends := map[string]int{}
	for line := range strings.Lines(string(data)) {
		var r struct {
			Event string
			Call  struct{ ID string }
		}
		if json.Unmarshal([]byte(line), &r) == nil && r.Event == "answered" {
			ends[r.Call.ID]++
		}
	}
	for _, id := range answered {
		if id == "" || ends[id] != 1 {
			t.Errorf("the answered call %q has %d records of its end", id, ends[id])
		}
	}
	t.Logf("%d answered calls before the kill, %d records of an end", len(answered), len(ends))
}
