package node

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/kube"
	"github.com/landbridge/landbridge/e2e/parts"
	"github.com/landbridge/landbridge/e2e/space"
)

// outside says why the tests could not enter their space.
var outside error

func TestMain(m *testing.M) {
	flag.Parse()
	s := space.Space{
		Hosts:     harness.ProductionHosts("127.0.0.1"),
		Addresses: [][4]byte{{10, 77, 0, 1}},
		Empty:     []string{"/run"},
		Scratch:   []string{"/var/lib", "/var/log"}, // where kubelet and the network plug-ins leave things whatever they are told
		Processes: true,
		After:     RemoveCgroup,
	}
	os.Exit(s.Main(m, func(ctx context.Context) error {
		return harness.Prepare(ctx, parts.Kube, parts.KubeNode, parts.Containerd, parts.Helm)
	}, &outside))
}

// The images of the tests' pods.
const (
	clientImage  = "localhost/client:1"           // the program that calls with the Go clients
	productImage = "docker.io/library/landbridge" // the product's own
	productTag   = "test"
)

// cluster is a control plane, a node of it, and a sandbox on production's addresses, whose Google trusts the accounts of
// two namespaces.
type cluster struct {
	*harness.Sandbox
	control    *kube.Control
	kubeconfig string // of an administrator
	node       *Node
	provider   string // its name
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	if outside != nil {
		harness.Skip(t, outside.Error())
	}
	c := &cluster{Sandbox: harness.StartOn(t)}
	if err := Relay(t.Context(), Address+":443", "127.0.0.1:443"); err != nil {
		t.Fatal(err)
	}
	c.startControl(t)
	node, err := Start(t.Context(), Options{
		Control: c.control, Kubelet: harness.Part(t, parts.KubeNode), Containerd: harness.Part(t, parts.Containerd),
		Pause: harness.Build(t, "./node/pause"), Logs: harness.Logs(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = node.Stop() })
	c.node = node
	c.trust(t)
	c.images(t)
	c.namespaces(t)
	return c
}

func (c *cluster) startControl(t *testing.T) {
	t.Helper()
	plane := kube.In(harness.Part(t, parts.Kube))
	plane.Address = Address
	control, stop, err := kube.Start(t.Context(), plane, t.TempDir(), harness.Logs(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	c.control = control
	stop, err = control.StartManagers(t.Context(), harness.Part(t, parts.KubeNode), harness.Logs(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	if c.kubeconfig, err = control.Kubeconfig(t.TempDir(), kube.Administrator); err != nil {
		t.Fatal(err)
	}
}

// trust uploads the cluster's keys: nobody can reach its issuer.
func (c *cluster) trust(t *testing.T) {
	t.Helper()
	keys, err := c.control.JWKS(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.provider = fmt.Sprintf("projects/%s/locations/global/workloadIdentityPools/azure/providers/real-node", c.Google.ProjectNumber)
	c.PutProvider(t, "azure", "real-node", c.trusted(keys))
}

// trusted is the provider with these keys.
func (c *cluster) trusted(keys string) map[string]any {
	return map[string]any{
		"name":               c.provider,
		"attributeMapping":   map[string]string{"google.subject": "assertion.sub"},
		"attributeCondition": "assertion['kubernetes.io']['namespace'] in ['analytics', 'landbridge']",
		"oidc":               map[string]any{"issuerUri": kube.Issuer, "jwksJson": keys},
	}
}

// images gives the node the images of the pods. The product's trusts the sandbox's authority, as one that is made behind a
// proxy that inspects TLS trusts that proxy's.
func (c *cluster) images(t *testing.T) {
	t.Helper()
	client := filepath.Join(t.TempDir(), "client.tar")
	if err := WriteImage(client, clientImage, harness.GoClient(t)); err != nil {
		t.Fatal(err)
	}
	for _, archive := range []string{client, harness.Image(t, productTag, c.CAFile)} {
		if err := c.node.Import(archive); err != nil {
			t.Fatal(err)
		}
	}
}

// namespaces makes two that admit restricted pods only and ask for bridges: analytics, with the sandbox's authority in it, and
// the chart's.
func (c *cluster) namespaces(t *testing.T) {
	t.Helper()
	for _, name := range []string{"analytics", "landbridge"} {
		c.call(t, http.MethodPost, "/api/v1/namespaces", map[string]any{"metadata": map[string]any{
			"name": name, "labels": map[string]string{"pod-security.kubernetes.io/enforce": "restricted", "landbridge.dev/inject": "enabled"},
		}})
	}
	c.call(t, http.MethodPost, "/api/v1/namespaces/analytics/configmaps", map[string]any{
		"metadata": map[string]string{"name": "sandbox-ca"}, "data": map[string]string{"ca.crt": c.CAPEM},
	})
}

// call calls the API server and must succeed.
func (c *cluster) call(t *testing.T, method, path string, in any) {
	t.Helper()
	if err := c.control.Call(t.Context(), method, path, in, nil); err != nil {
		t.Fatal(err)
	}
}

// principal is who an account is for Google.
func (c *cluster) principal(namespace, account string) string {
	return fmt.Sprintf("principal://iam.googleapis.com/projects/%s/locations/global/workloadIdentityPools/azure/subject/system:serviceaccount:%s:%s",
		c.Google.ProjectNumber, namespace, account)
}

// explain, deferred, keeps, of a test that failed, what the cluster says of its pods and what their containers said.
func (c *cluster) explain(t *testing.T) {
	if !t.Failed() {
		return
	}
	for _, what := range []string{"pods,deployments,nodes", "events"} {
		r := harness.Try(t, harness.Program{Args: []string{
			filepath.Join(harness.Part(t, parts.KubeNode), "kubectl"), "--kubeconfig", c.kubeconfig, "get", what, "--all-namespaces", "--output=wide",
		}})
		t.Logf("%s%s", r.Out, r.Err)
	}
	logs, _ := filepath.Glob(filepath.Join(dir, "logs", "*", "*", "*.log")) // the pattern is well-formed
	for _, file := range logs {
		text, err := os.ReadFile(file)
		t.Logf("%s (%v):\n%s", strings.TrimPrefix(file, dir), err, text)
	}
}
