package cli_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// strait stands between a set-up and the sandbox: every call of the set-up goes through it, in both clouds and the clusters.
type strait struct {
	clouds *clouds
	server *httptest.Server
	client *http.Client
	flags  []string // of a set-up that goes through it

	mu    sync.Mutex
	seen  int
	calls []string // METHOD host-less path, as they came
	at    int      // the call at which sink is called; 0 never
	early bool     // sink comes before that call is answered, else right after
	sink  func()
	sunk  chan struct{} // closed once sink has returned

	before func(*http.Request) // comes before a call is passed on; nil for nothing
}

func newStrait(t *testing.T, c *clouds) *strait {
	t.Helper()
	s := &strait{clouds: c, client: c.https(), sunk: make(chan struct{})}
	s.server = httptest.NewUnstartedServer(s)
	s.server.Config.ErrorLog = log.New(io.Discard, "", 0) // it would tell of every caller that was killed
	s.server.StartTLS()
	t.Cleanup(s.server.Close) // waits for the calls under way
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.server.Certificate().Raw}))
	set := func(path, value string) { s.flags = append(s.flags, "--set=setup."+path+"="+value) }
	set("kubeconfig", write("kubeconfig", s.kubeconfig(ca)))
	set("google.operator.kind", "file")
	set("google.operator.file", write("google", c.operator("google-operator")))
	set("azure.operator.kind", "file")
	set("azure.operator.file", write("azure", c.operator("azure-operator")))
	for _, api := range []string{"iam", "resource_manager", "service_usage", "sts", "iam_credentials", "aiplatform"} {
		set("google.endpoints."+api, s.server.URL)
	}
	set("azure.endpoints.resource_manager", s.server.URL)
	set("azure.authority_host", s.server.URL)
	s.flags = append(s.flags, "--set=tls.ca_file="+write("ca.pem", ca+c.profile.CAPEM))
	return s
}

func (s *strait) kubeconfig(ca string) string {
	var clusters, contexts strings.Builder
	for _, name := range s.clouds.profile.Azure.Clusters {
		fmt.Fprintf(&clusters, "- {name: %[1]s, cluster: {server: %[2]s/clusters/%[1]s, certificate-authority-data: %[3]s}}\n",
			name, s.server.URL, base64.StdEncoding.EncodeToString([]byte(ca)))
		fmt.Fprintf(&contexts, "- {name: %[1]s, context: {cluster: %[1]s, user: me}}\n", name)
	}
	return "apiVersion: v1\nkind: Config\nclusters:\n" + clusters.String() + "contexts:\n" + contexts.String() +
		"users:\n- {name: me, user: {token: " + s.clouds.profile.Azure.KubeToken + "}}\n"
}

// ServeHTTP passes a call on, whatever becomes of its caller: what the cloud has received, it does.
func (s *strait) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the caller is gone before the call was whole
	}
	s.mu.Lock()
	s.seen++
	mine := s.seen
	s.calls = append(s.calls, r.Method+" "+r.URL.Path)
	s.mu.Unlock()
	if s.at > 0 && mine > s.at {
		<-s.sunk
		panic(http.ErrAbortHandler)
	}
	if s.before != nil {
		s.before(r)
	}
	status, header, answer, err := s.pass(r, body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if mine == s.at && s.early {
		s.sink()
		panic(http.ErrAbortHandler)
	}
	maps.Copy(rw.Header(), header)
	rw.WriteHeader(status)
	_, _ = rw.Write(answer)
	if mine == s.at {
		_ = http.NewResponseController(rw).Flush()
		s.sink()
	}
}

func (s *strait) pass(r *http.Request, body []byte) (int, http.Header, []byte, error) {
	req, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), r.Method, s.clouds.profile.HTTPS+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	req.Header = r.Header.Clone()
	req.Header.Del("Accept-Encoding")
	req.Host = r.Host // links in answers lead through here too
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, answer, err
}

// child is landbridge as a process of its own, going through the strait.
func (s *strait) child(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "landbridge", append(args, s.flags...)...)
	var out bytes.Buffer
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = []string{"HOME=" + s.clouds.state}, s.clouds.state, &out, &out
	return cmd, &out
}

// apply runs "setup apply" to its end, which must be a good one.
func (s *strait) apply(t *testing.T, file string) {
	t.Helper()
	cmd, out := s.child(t, "setup", "apply", "--yes", "--no-wait", "--config", file)
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// applyUntil runs "setup apply" and kills it, as nothing can be caught, at its n-th call: right after the answer, or when the
// cloud has done it and nobody was told. It reports whether the process had ended by itself before.
func (s *strait) applyUntil(t *testing.T, file string, n int, untold bool) (ended bool) {
	t.Helper()
	cmd, out := s.child(t, "setup", "apply", "--yes", "--no-wait", "--config", file)
	s.at, s.early = n, untold
	s.sink = func() {
		defer close(s.sunk)
		_ = cmd.Process.Kill()
	}
	err := cmd.Run()
	if err != nil && cmd.ProcessState.Exited() {
		t.Fatalf("%v\n%s", err, out)
	}
	return err == nil
}
