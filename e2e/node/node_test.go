package node

import (
	"context"
	"flag"
	"os"
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

// cluster is a control plane, a node of it, and a sandbox on production's addresses.
type cluster struct {
	*harness.Sandbox
	control *kube.Control
	node    *Node
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	if outside != nil {
		harness.Skip(t, outside.Error())
	}
	c := &cluster{Sandbox: harness.StartOn(t)}
	control, stop, err := kube.Start(t.Context(), kube.In(harness.Part(t, parts.Kube)), t.TempDir(), harness.Logs(t))
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
	return c
}

func TestPlain(t *testing.T) {
	c := startCluster(t)
	if err := c.control.CreateServiceAccount(t.Context(), "analytics", "report"); err != nil {
		t.Fatal(err)
	}
	pod, err := c.node.CreatePod(t.Context(), "analytics", "plain", nil, map[string]any{
		"serviceAccountName": "report", "automountServiceAccountToken": false,
		"containers": []any{map[string]any{
			"name": "app", "image": "localhost/pause:1", "imagePullPolicy": "Never",
			"volumeMounts": []any{map[string]any{"name": "t", "mountPath": "/t"}},
		}},
		"volumes": []any{map[string]any{"name": "t", "projected": map[string]any{"sources": []any{
			map[string]any{"serviceAccountToken": map[string]any{"path": "token", "audience": "x", "expirationSeconds": 7200}},
		}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	pod, err = c.node.WaitPod(t.Context(), "analytics", "plain", (*Pod).Ready)
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.node.Projected(pod, "t", "token")
	t.Log(len(text), err)
	if err := c.node.RestartKubelet(); err != nil {
		t.Fatal(err)
	}
}
