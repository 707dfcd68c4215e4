package cli_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox"
)

// kube makes a call to the cluster's API as its administrator; a patch is a merge patch.
func (c *clouds) kube(method, path string, body, out any) {
	c.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.profile.Azure.KubeURL+path, bytes.NewReader(text))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.profile.Azure.KubeToken)
	req.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		req.Header.Set("Content-Type", "application/merge-patch+json")
	}
	status, answer := c.call(req, &tls.Config{RootCAs: pool(c.t, []byte(c.profile.CAPEM))})
	if status >= http.StatusMultipleChoices {
		c.t.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	if err := json.Unmarshal(answer, out); out != nil && err != nil {
		c.t.Fatal(err)
	}
}

func (c *clouds) call(req *http.Request, trust *tls.Config) (status int, body []byte) {
	c.t.Helper()
	transport := &http.Transport{TLSClientConfig: trust}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err = io.ReadAll(resp.Body); err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, body
}

func pool(t *testing.T, pem []byte) *x509.CertPool {
	t.Helper()
	out := x509.NewCertPool()
	if !out.AppendCertsFromPEM(pem) {
		t.Fatalf("no certificates in %d bytes", len(pem))
	}
	return out
}

// configured writes landbridge.yaml with a webhook.
func (c *clouds) configured(webhook string, more ...string) string {
	c.t.Helper()
	path := filepath.Join(c.t.TempDir(), "landbridge.yaml")
	lines := append([]string{"version: 1", "doors: {webhook: {listen: '127.0.0.1:0', " + webhook + "}, admin: {listen: '127.0.0.1:0'}}"}, more...)
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

// ready waits until the admin door says so.
func (s *served) ready(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		status, body := get(t, "http://"+s.Admin+"/readyz")
		if status == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not ready: %s\n%s", body, s.errs)
		}
	}
}

// review is a pod of an account as the API server asks for it, over a connection that it would trust.
func (c *clouds) review(s *served, account string) (patch string, denied string) {
	c.t.Helper()
	var configuration struct {
		Webhooks []struct{ ClientConfig struct{ CABundle []byte } }
	}
	c.kube(http.MethodGet, "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/landbridge-webhook", nil, &configuration)
	body := fmt.Sprintf(`{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u-1","kind":{"group":"","version":"v1","kind":"Pod"},"namespace":"demo","operation":"CREATE",
		"object":{"metadata":{"name":"app-0"},"spec":{"serviceAccountName":%q,"containers":[{"name":"app","image":"app:1"}]}}}}`, account)
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, s.Webhook, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	status, text := c.call(req, &tls.Config{RootCAs: pool(c.t, configuration.Webhooks[0].ClientConfig.CABundle), ServerName: "landbridge-webhook.demo.svc"})
	var answer struct {
		Response struct {
			Allowed bool
			Patch   []byte
			Status  struct{ Message string }
		}
	}
	if err := json.Unmarshal(text, &answer); err != nil || status != http.StatusOK {
		c.t.Fatalf("%d %s", status, text)
	}
	return string(answer.Response.Patch), answer.Response.Status.Message
}

// annotate changes the annotations of the workload's account; nil takes one away.
func (c *clouds) annotate(annotations map[string]any) {
	c.t.Helper()
	c.kube(http.MethodPatch, "/api/v1/namespaces/demo/serviceaccounts/"+c.profile.Azure.ServiceAccount, map[string]any{"metadata": map[string]any{"annotations": annotations}}, nil)
}

// TestServeWebhook goes the whole way of a platform team: the chart's configuration, a webhook beside it, an account that its
// team annotates, a pod. The sidecar of the route entra is then run as the patch says, and hands out a token.
func TestServeWebhook(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	g, z := c.profile.Google, c.profile.Azure
	c.kube(http.MethodPost, "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", map[string]any{
		"metadata": map[string]any{"name": "landbridge-webhook"},
		"webhooks": []any{map[string]any{
			"name": "pods.webhook.landbridge.dev", "admissionReviewVersions": []string{"v1"}, "sideEffects": "None",
			"clientConfig": map[string]any{"service": map[string]any{"name": "landbridge-webhook", "namespace": "demo", "path": "/mutate"}},
		}},
	}, nil)
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(kubeconfig, sandbox.Kubeconfig(c.profile), 0o600); err != nil {
		t.Fatal(err)
	}
	s := c.doors("--config", c.configured(fmt.Sprintf("namespace: demo, kubeconfig: '%s', image: 'registry.example/landbridge:1', sidecar: {pull_policy: Always, memory_limit: 96Mi}, "+
		"endpoints: {sts: '%s', iam_credentials: '%s', entra: '%s'}", kubeconfig, c.profile.HTTP, g.CredentialsURL, z.AuthorityURL)))
	s.ready(t)
	if patch, denied := c.review(s, z.ServiceAccount); patch != "" || denied != "" {
		t.Errorf("without annotations: %s %s", patch, denied)
	}
	if _, denied := c.review(s, "nobody"); !strings.Contains(denied, "ServiceAccount demo/nobody does not exist; create it: kubectl create serviceaccount nobody --namespace demo") {
		t.Errorf("without an account: %s", denied)
	}
	c.annotate(map[string]any{"landbridge.dev/provider": g.Provider})
	if patch, denied := c.review(s, z.ServiceAccount); !strings.Contains(patch, `"path":"/metadata/annotations"`) || !strings.Contains(patch, c.profile.HTTP+"/v1/token") || !strings.Contains(patch, g.TokenAudience) {
		t.Errorf("credentials: %s %s", patch, denied)
	}
	c.annotate(map[string]any{
		"landbridge.dev/provider": g.EntraProvider, "landbridge.dev/route": "entra", "landbridge.dev/service-account": g.ServiceAccount,
		"azure.workload.identity/client-id": z.WorkloadClientID, "azure.workload.identity/tenant-id": z.TenantID,
	})
	patch, denied := c.review(s, z.ServiceAccount)
	if denied != "" {
		t.Fatal(denied)
	}
	c.runSidecar(t, patch)
	if text := s.errs.String(); strings.Count(text, "cannot be followed") != 1 {
		t.Errorf("the sandbox has no watches, which is said once:\n%s", text)
	}
	s.stop()
	if code := <-s.ended; code != 0 {
		t.Errorf("exit code %d:\n%s", code, s.errs)
	}
}

// runSidecar runs the container that a patch adds, with its own variables, and asks it for a token. The token file, the
// ports and the sandbox's own authority are this machine's.
func (c *clouds) runSidecar(t *testing.T, patch string) {
	t.Helper()
	var operations []struct {
		Path  string
		Value json.RawMessage
	}
	if err := json.Unmarshal([]byte(patch), &operations); err != nil {
		t.Fatal(err)
	}
	var containers []struct {
		Image, ImagePullPolicy string
		Args                   []string
		Env                    []struct{ Name, Value string }
		Resources              struct{ Limits struct{ Memory string } }
	}
	for _, o := range operations {
		if o.Path == "/spec/initContainers" {
			if err := json.Unmarshal(o.Value, &containers); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(containers) != 1 || containers[0].Image != "registry.example/landbridge:1" || containers[0].ImagePullPolicy != "Always" || containers[0].Resources.Limits.Memory != "96Mi" {
		t.Fatalf("containers = %+v in %s", containers, patch)
	}
	pod := *c
	pod.environ = nil
	for _, v := range containers[0].Env {
		pod.environ = append(pod.environ, v.Name+"="+v.Value)
	}
	if !strings.Contains(patch, `{"audience":"api://AzureADTokenExchange","expirationSeconds":7200,"path":"token"}`) {
		t.Errorf("patch = %s", patch)
	}
	token := c.mint(map[string]any{"lifetime": "2h", "audience": []string{"api://AzureADTokenExchange"}})
	authority := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authority, []byte(c.profile.CAPEM), 0o600); err != nil {
		t.Fatal(err)
	}
	sidecar := pod.doors(append(containers[0].Args[1:], token, "--set", "tls.ca_file="+authority, "--set", "doors.metadata.listen=127.0.0.1:0", "--set", "doors.admin.listen=127.0.0.1:0")...)
	sidecar.ready(t)
	if status, body := get(t, "http://"+sidecar.Metadata+tokenPath); status != http.StatusOK || !strings.Contains(body, `"access_token":"ya29.`) {
		t.Errorf("token: %d\n%s", status, sidecar.errs)
	}
}

// TestServeWebhookRefusals holds that what cannot work is said before anything listens.
func TestServeWebhookRefusals(t *testing.T) {
	t.Parallel()
	c := &clouds{t: t, state: t.TempDir()}
	empty := filepath.Join(c.state, "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ webhook, stderr string }{
		"no namespace outside of a pod": {"kubeconfig: nowhere", "doors.webhook.namespace is missing: outside of a pod nothing else says where the certificate is kept\n  next: set doors.webhook.namespace, or cert_file and key_file"},
		"no cluster":                    {"namespace: demo", "\n  next: leave automountServiceAccountToken on, or name a kubeconfig"},
		"no authorities":                {"namespace: demo, kubeconfig: nowhere, client_ca_file: /nowhere/ca.pem", "/nowhere/ca.pem"},
		"empty authorities":             {"namespace: demo, kubeconfig: nowhere, client_ca_file: '" + empty + "'", empty + " holds no certificate\n  next: doors.webhook.client_ca_file is a PEM file of certificate authorities"},
		"half a certificate":            {"namespace: demo, kubeconfig: nowhere, cert_file: '" + empty + "'", "doors.webhook.key_file: is missing"},
		"an amount":                     {"namespace: demo, kubeconfig: nowhere, image: x, sidecar: {memory_limit: much}", `doors.webhook.sidecar.memory_limit: "much" is not an amount`},
	} {
		code, stdout, stderr := c.run("serve", "--config", c.configured(tc.webhook))
		if code != 2 || stdout != "" || !strings.Contains(stderr, tc.stderr) {
			t.Errorf("%s: exit code %d\n%s", name, code, stderr)
		}
	}
}

// A kubeconfig that leads nowhere keeps the door from being ready, and the reason is told.
func TestServeWebhookWithoutACluster(t *testing.T) {
	t.Parallel()
	c := &clouds{t: t, state: t.TempDir()}
	kubeconfig := filepath.Join(c.state, "kubeconfig")
	if err := os.WriteFile(kubeconfig, []byte("apiVersion: v1\nkind: Config\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := c.doors("--config", c.configured("namespace: demo, kubeconfig: '"+kubeconfig+"'"))
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		status, body := get(t, "http://"+s.Admin+"/readyz")
		if status == http.StatusServiceUnavailable && strings.Contains(body, kubeconfig+" has no current context") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d %s", status, body)
		}
	}
}
