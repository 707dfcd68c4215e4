package node

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
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
		Processes: true,
		After:     RemoveCgroup,
	}
	os.Exit(s.Main(m, func(ctx context.Context) error {
		return harness.Prepare(ctx, parts.Kube, parts.KubeNode, parts.Containerd)
	}, &outside))
}

// The images of the tests' pods.
const (
	clientImage  = "localhost/client:1"                // the program that calls with the Go clients
	productImage = "docker.io/library/landbridge:test" // the product's own
)

// cluster is a control plane, a node of it, and a sandbox on production's addresses, whose Google trusts the accounts of the
// namespace analytics.
type cluster struct {
	*harness.Sandbox
	control  *kube.Control
	node     *Node
	provider string // its name
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
	plane := kube.In(harness.Part(t, parts.Kube))
	plane.Address = Address
	control, stop, err := kube.Start(t.Context(), plane, t.TempDir(), harness.Logs(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	c.control = control
	c.node, err = Start(t.Context(), Options{
		Control: control, Kubelet: harness.Part(t, parts.KubeNode), Containerd: harness.Part(t, parts.Containerd),
		Pause: harness.Build(t, "./node/pause"), Logs: harness.Logs(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.node.Stop() })
	c.trust(t)
	c.images(t)
	return c
}

// trust uploads the cluster's keys: nobody can reach its issuer.
func (c *cluster) trust(t *testing.T) {
	t.Helper()
	keys, err := c.control.JWKS(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.provider = fmt.Sprintf("projects/%s/locations/global/workloadIdentityPools/azure/providers/real-node", c.Google.ProjectNumber)
	c.PutProvider(t, "azure", "real-node", map[string]any{
		"name":               c.provider,
		"attributeMapping":   map[string]string{"google.subject": "assertion.sub"},
		"attributeCondition": "assertion['kubernetes.io']['namespace'] == 'analytics'",
		"oidc":               map[string]any{"issuerUri": kube.Issuer, "jwksJson": keys},
	})
}

// images gives the node the images of the pods. The product's trusts the sandbox's authority, as one that is made behind a
// proxy that inspects TLS trusts that proxy's.
func (c *cluster) images(t *testing.T) {
	t.Helper()
	client := filepath.Join(t.TempDir(), "client.tar")
	if err := WriteImage(client, clientImage, harness.GoClient(t)); err != nil {
		t.Fatal(err)
	}
	for _, archive := range []string{client, harness.Image(t, "test", c.CAFile)} {
		if err := c.node.Import(archive); err != nil {
			t.Fatal(err)
		}
	}
}

// principal is who an account of the namespace analytics is for Google.
func (c *cluster) principal(account string) string {
	return fmt.Sprintf("principal://iam.googleapis.com/projects/%s/locations/global/workloadIdentityPools/azure/subject/system:serviceaccount:analytics:%s",
		c.Google.ProjectNumber, account)
}
