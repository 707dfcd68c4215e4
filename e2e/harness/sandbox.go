package harness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Profile is what the sandbox says about itself: as much of it as the tests use.
type Profile struct {
	HTTP     string `json:"http"`
	HTTPS    string `json:"https"`
	AdminURL string `json:"admin_url"`
	CAPEM    string `json:"ca_pem"`
	Google   struct {
		ProjectID          string `json:"project_id"`
		ProjectNumber      string `json:"project_number"`
		Location           string `json:"location"`
		Provider           string `json:"provider"`
		ProductionProvider string `json:"production_provider"`
		EntraProvider      string `json:"entra_provider"`
		TokenAudience      string `json:"token_audience"`
		ServiceAccount     string `json:"service_account"`
		DirectPrincipal    string `json:"direct_principal"`
		Model              string `json:"model"`
		EndpointID         string `json:"endpoint"`
	} `json:"google"`
	Azure struct {
		TenantID         string `json:"tenant_id"`
		AuthorityURL     string `json:"authority_url"`
		ClusterIssuer    string `json:"cluster_issuer"`
		ProductionIssuer string `json:"production_issuer"`
		Namespace        string `json:"namespace"`
		ServiceAccount   string `json:"service_account"`
		Subject          string `json:"subject"`
		WorkloadClientID string `json:"workload_client_id"`
		WorkloadObjectID string `json:"workload_object_id"`
		VMObjectID       string `json:"vm_object_id"`
		IMDSURL          string `json:"imds_url"`
		IdentityEndpoint string `json:"identity_endpoint"`
		IdentityHeader   string `json:"identity_header"`
	} `json:"azure"`
}

// Sandbox is a running "landbridge sandbox".
type Sandbox struct {
	Profile
	CAFile string
	Dir    string // of the test
}

// Start starts a sandbox for as long as the test lasts.
func Start(t testing.TB) *Sandbox {
	t.Helper()
	ports := freePorts(t, 2)
	return start(t, "127.0.0.1:"+ports[0], "127.0.0.1:"+ports[1])
}

// StartOn starts a sandbox on the ports of production: in a network namespace of one's own only.
func StartOn(t testing.TB, extra ...string) *Sandbox {
	t.Helper()
	return start(t, "127.0.0.1:80", "127.0.0.1:443", extra...)
}

func start(t testing.TB, plain, secure string, extra ...string) *Sandbox {
	t.Helper()
	args := []string{Landbridge(t), "sandbox", "--http", plain, "--https", secure}
	for _, addr := range extra {
		args = append(args, "--also-http", addr)
	}
	s := &Sandbox{Dir: t.TempDir()}
	Background(t, Program{Args: args}, func() error {
		return s.call(http.MethodGet, "http://"+plain+"/sandbox/v1/profile", nil, &s.Profile)
	})
	s.CAFile = s.Write(t, "ca.pem", s.CAPEM)
	return s
}

// ProductionNames are names that lead to the sandbox where a test runs with stock configuration.
func ProductionNames() []string {
	return []string{
		"sts.googleapis.com", "iam.googleapis.com", "iamcredentials.googleapis.com", "serviceusage.googleapis.com", "us-central1-aiplatform.googleapis.com", "cloudresourcemanager.googleapis.com",
		"accounts.google.com", "www.googleapis.com", "login.microsoftonline.com", "management.azure.com", "swedencentral.oic.prod-aks.azure.com",
	}
}

// ProductionHosts are the lines of a hosts file that lead those names to an address.
func ProductionHosts(address string) (lines []string) {
	for _, name := range ProductionNames() {
		lines = append(lines, address+" "+name)
	}
	return lines
}

// Write writes a file of the test's own, where no log is.
func (s *Sandbox) Write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(s.Dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TokenFile writes a projected service-account token as a kubelet would, and returns its path.
func (s *Sandbox) TokenFile(t testing.TB, issuer, audience string) string {
	t.Helper()
	var minted struct{ Token string }
	s.admin(t, http.MethodPost, "/tokens", map[string]any{"issuer": issuer, "audience": []string{audience}, "lifetime": "2h"}, &minted)
	return s.Write(t, "token-"+strings.Map(word, audience), minted.Token)
}

// Bind grants a role in the sandbox.
func (s *Sandbox) Bind(t testing.TB, resource, role, member string) {
	t.Helper()
	s.admin(t, http.MethodPost, "/bindings", map[string]string{"resource": resource, "role": role, "member": member}, nil)
}

// Bucket makes a bucket of Cloud Storage.
func (s *Sandbox) Bucket(t testing.TB, name string, bucket map[string]any) {
	t.Helper()
	s.admin(t, http.MethodPut, "/buckets/"+name, bucket, nil)
}

// PutProvider adds a provider to a pool of the sandbox's project.
func (s *Sandbox) PutProvider(t testing.TB, pool, id string, provider map[string]any) {
	t.Helper()
	s.admin(t, http.MethodPut, "/pools/"+pool+"/providers/"+id, provider, nil)
}

// AddModels lets more publisher models answer, named PUBLISHER/models/MODEL.
func (s *Sandbox) AddModels(t testing.TB, names ...string) {
	t.Helper()
	models := map[string]bool{}
	for _, name := range names {
		models["publishers/"+name] = true
	}
	s.admin(t, http.MethodPatch, "/projects/"+s.Google.ProjectID, map[string]any{"models": models}, nil)
}

// Pace says how slow the clouds are, and how they cut streams.
func (s *Sandbox) Pace(t testing.TB, pace map[string]any) {
	t.Helper()
	s.admin(t, http.MethodPut, "/pace", pace, nil)
}

func (s *Sandbox) admin(t testing.TB, method, path string, in, out any) {
	t.Helper()
	if err := s.call(method, s.AdminURL+path, in, out); err != nil {
		t.Fatal(err)
	}
}

// call makes one call of the admin API. Its answers may hold tokens, so that an error says the status and no more.
func (s *Sandbox) call(method, url string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := (&http.Client{Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s", method, url, resp.Status)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(out)
}

// freePorts finds ports that nobody listens on. They are found together, so that they differ.
func freePorts(t testing.TB, n int) (ports []string) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		ports = append(ports, port)
	}
	return ports
}

// word keeps the characters of a file's name.
func word(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
		return r
	}
	return -1
}
