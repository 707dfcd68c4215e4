package kube_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/kube"
	"github.com/landbridge/landbridge/internal/sandbox"
	"github.com/landbridge/landbridge/internal/sandbox/kubeapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// realServer names a kubeconfig, whose current context is an administrator's, of a kube-apiserver to run the suite against
// besides the sandbox. The server needs no controllers and no nodes.
const realServer = "LANDBRIDGE_TEST_KUBECONFIG"

// cluster is an API server under test, with an administrator's hands.
type cluster struct {
	*testing.T
	reach    estate.Reach
	clusters *kube.Clusters
	client   *kube.Client
	space    string // a namespace of this test's own
	admin    *http.Client
	url      string
}

// onEach runs a test against the sandbox, and against a real API server where one is named.
func onEach(t *testing.T, test func(t *testing.T, c *cluster)) {
	t.Helper()
	t.Run("sandbox", func(t *testing.T) {
		t.Parallel()
		file, _ := sandboxKubeconfig(t, "aks")
		test(t, open(t, file))
	})
	if file := os.Getenv(realServer); file != "" {
		t.Run("real", func(t *testing.T) {
			t.Parallel()
			test(t, open(t, file))
		})
	}
}

// sandboxKubeconfig starts the pretended API servers of the named clusters and writes a kubeconfig for them.
func sandboxKubeconfig(t *testing.T, names ...string) (file string, w *world.World) {
	t.Helper()
	w = world.New(time.Now)
	token := bridge.NewSecret("kube-" + rand.Text())
	for _, name := range names {
		w.AddCluster(world.Cluster{Name: name, Issuer: "https://swedencentral.oic.prod-aks.azure.com/tenant/" + name + "/"})
	}
	server := httptest.NewTLSServer(kubeapi.New(w, kubeapi.Options{Admin: token, Namespaces: []string{"demo"}}))
	t.Cleanup(server.Close)
	profile := sandbox.Profile{
		CAPEM: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})),
		Azure: sandbox.AzureProfile{KubeURL: server.URL, KubeToken: token.Reveal(), Clusters: names},
	}
	return writeFile(t, "kubeconfig", string(sandbox.Kubeconfig(profile))), w
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func noEnv(string) string { return "" }

// open takes the current context of a kubeconfig and makes a namespace of the test's own there.
func open(t *testing.T, kubeconfig string) *cluster {
	t.Helper()
	file, err := clientcmd.LoadFromFile(kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.NewDefaultClientConfig(*file, nil).ClientConfig()
	if err != nil {
		t.Fatal(err)
	}
	admin, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{T: t, admin: admin, url: strings.TrimSuffix(config.Host, "/"), space: "kube-test-" + strings.ToLower(rand.Text()[:10])}
	c.reach = estate.Reach{Cluster: "prod", Kubeconfig: kubeconfig, Context: file.CurrentContext}
	c.clusters = kube.New(kube.Options{Clock: time.Now, Env: noEnv})
	c.client = c.clusters.Client(c.reach)
	c.must(http.MethodPost, "/api/v1/namespaces", `{"metadata":{"name":"`+c.space+`"}}`)
	t.Cleanup(func() { c.call(http.MethodDelete, "/api/v1/namespaces/"+c.space, "") })
	return c
}

// in is the path of a resource in the test's namespace.
func (c *cluster) in(path string) string { return "/api/v1/namespaces/" + c.space + "/" + path }

// call makes a call as the administrator; a patch is a merge patch.
func (c *cluster) call(method, path, body string) (int, map[string]any) {
	c.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		req.Header.Set("Content-Type", "application/merge-patch+json")
	}
	if body == "" {
		req.Body, req.ContentLength = nil, 0
	}
	resp, err := c.admin.Do(req)
	if err != nil {
		c.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.Fatal(err)
	}
	var out map[string]any
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&out); err != nil {
		c.Fatalf("%s %s: %d %.200s", method, path, resp.StatusCode, text)
	}
	return resp.StatusCode, out
}

// must is a call that is to succeed.
func (c *cluster) must(method, path, body string) map[string]any {
	c.Helper()
	status, out := c.call(method, path, body)
	if status >= http.StatusMultipleChoices {
		c.Fatalf("%s %s: %d %v", method, path, status, out["message"])
	}
	return out
}

// account makes a service account with annotations, as kubectl would.
func (c *cluster) account(name string, annotations map[string]string) {
	c.Helper()
	text, err := json.Marshal(map[string]any{"metadata": map[string]any{"name": name, "annotations": annotations}})
	if err != nil {
		c.Fatal(err)
	}
	c.must(http.MethodPost, c.in("serviceaccounts")+"?fieldManager=kubectl-create", string(text))
}

// running makes a pod and says, as its kubelet would, that it runs.
func (c *cluster) running(name, account, meta, spec string) {
	c.Helper()
	body := fmt.Sprintf(`{"metadata":{"name":%q%s},"spec":{"serviceAccountName":%q,"automountServiceAccountToken":false,"containers":[{"name":"main","image":"x"%s}]%s}}`,
		name, meta, account, "", spec)
	if strings.Contains(spec, `"containers"`) {
		body = fmt.Sprintf(`{"metadata":{"name":%q%s},"spec":{"serviceAccountName":%q,"automountServiceAccountToken":false%s}}`, name, meta, account, spec)
	}
	c.must(http.MethodPost, c.in("pods"), body)
	c.must(http.MethodPatch, c.in("pods/"+name+"/status"), `{"status":{"phase":"Running"}}`)
}

// counting is how many calls a sandbox has answered.
func counting(next http.Handler, n *atomic.Int64, wait func()) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		n.Add(1)
		wait()
		next.ServeHTTP(rw, r)
	})
}

// wantError checks a refusal: its code, and what its text and hint say.
func wantError(t *testing.T, err error, kind bridge.Kind, code string, says ...string) {
	t.Helper()
	var e *bridge.Error
	if !asError(err, &e) {
		t.Fatalf("no refusal but %v", err)
	}
	if e.Kind != kind || e.Code != code || e.Hop != bridge.HopHome {
		t.Errorf("%s, %s at %s (%s; %s), want %s, %s", e.Kind, e.Code, e.Hop, e, e.Hint, kind, code)
	}
	for _, part := range says {
		if !strings.Contains(e.Error()+"\n"+e.Hint, part) {
			t.Errorf("%q / %q does not say %q", e.Error(), e.Hint, part)
		}
	}
}

func asError(err error, out **bridge.Error) bool {
	e, ok := err.(*bridge.Error) //nolint:errorlint // the room's own errors are never wrapped
	*out = e
	return ok
}
