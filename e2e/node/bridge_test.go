package node

import (
	"net/http"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/e2e/harness"
)

// restricted is what the strictest pod security standard asks of a container.
var restricted = map[string]any{
	"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "runAsNonRoot": true,
	"capabilities": map[string]any{"drop": []string{"ALL"}}, "seccompProfile": map[string]string{"type": "RuntimeDefault"},
}

// workload is the pod of a team whose program calls Vertex every second with a stock SDK. It knows nothing of Google's
// authentication: its variables say which model, and which authority is the sandbox's.
func (c *cluster) workload(account string) map[string]any {
	return map[string]any{
		"serviceAccountName": account,
		"securityContext":    map[string]any{"runAsUser": 12345},
		"hostAliases":        []any{hostAlias()},
		"containers": []any{map[string]any{
			"name": "app", "image": clientImage, "imagePullPolicy": "Never", "args": []string{"-every", "1s", "genai"}, "securityContext": restricted,
			"env": []any{
				map[string]string{"name": "LB_MODEL", "value": c.Google.Model},
				map[string]string{"name": "SSL_CERT_FILE", "value": "/sandbox/ca.crt"},
			},
			"volumeMounts": []any{map[string]any{"name": "sandbox", "mountPath": "/sandbox"}},
		}},
		"volumes": []any{map[string]any{"name": "sandbox", "configMap": map[string]string{"name": "sandbox-ca"}}},
	}
}

// answers counts the answers that a pod's program printed, each of which must name the account as the caller.
func (c *cluster) answers(t *testing.T, pod *Pod) int {
	t.Helper()
	out, err := c.node.Log(pod, "app")
	if err != nil {
		t.Fatal(err)
	}
	harness.CheckAnswers(t, out, "called by "+c.principal("analytics", pod.Metadata.Name))
	return strings.Count(out, `"case":"genai"`)
}

// more waits until a pod's program has had a few more answers than now.
func (c *cluster) more(t *testing.T, pod *Pod) {
	t.Helper()
	before := c.answers(t, pod)
	if _, err := c.node.WaitPod(t.Context(), "analytics", pod.Metadata.Name, func(p *Pod) bool { return c.answers(t, p) > before+2 }); err != nil {
		t.Error(err)
	}
}

// start creates a team's pod, named as its account, and waits for answers.
func (c *cluster) start(t *testing.T, account string) *Pod {
	t.Helper()
	pod, err := c.node.CreatePod(t.Context(), "analytics", account, nil, c.workload(account))
	if err != nil {
		t.Fatal(err)
	}
	c.more(t, pod)
	return pod
}

// The webhook of the chart runs on the node itself. A pod's account is annotated, and that is all that its team does.
func TestBridge(t *testing.T) {
	c := startCluster(t)
	defer c.explain(t)
	c.alone(t)
	c.install(t)
	report, trainer := c.start(t, "report"), c.start(t, "trainer")
	if len(trainer.Status.InitContainerStatuses) > 0 {
		t.Error("the pod had its sidecar before it was created")
	}

	t.Run("over a token rotation", func(t *testing.T) {
		before := map[*Pod]string{}
		for _, pod := range []*Pod{report, trainer} {
			before[pod] = c.token(t, pod)
		}
		if err := c.node.RestartKubelet(); err != nil {
			t.Fatal(err)
		}
		for pod, old := range before {
			if _, err := c.node.WaitPod(t.Context(), "analytics", pod.Metadata.Name, func(*Pod) bool { return c.token(t, pod) != old }); err != nil {
				t.Fatal(err)
			}
			c.more(t, pod)
		}
	})
	// The new one knows nothing of the old one's leases: it crosses with the token as it is now.
	t.Run("over the sidecar's end", func(t *testing.T) {
		if err := c.node.Kill(t.Context(), trainer, "landbridge-metadata"); err != nil {
			t.Fatal(err)
		}
		again := func(p *Pod) bool {
			return len(p.Status.InitContainerStatuses) == 1 && p.Status.InitContainerStatuses[0].RestartCount == 1 && p.Ready()
		}
		if _, err := c.node.WaitPod(t.Context(), "analytics", "trainer", again); err != nil {
			t.Fatal(err)
		}
		c.more(t, trainer)
	})
	t.Run("a pod without its bridge is found", c.found)
	t.Run("keys that are uploaded wrong are mended", c.mended)
	t.Run("a wrong annotation is refused", func(t *testing.T) {
		c.call(t, http.MethodPost, "/api/v1/namespaces/analytics/serviceaccounts", map[string]any{
			"metadata": map[string]any{"name": "wrong", "annotations": map[string]string{"landbridge.dev/provider": "projects/my-project/locations/global"}},
		})
		_, err := c.node.CreatePod(t.Context(), "analytics", "wrong", nil, c.workload("wrong"))
		if want := "annotation landbridge.dev/provider of ServiceAccount analytics/wrong"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the refusal is %v, want one that says %q", err, want)
		}
	})
}

// token is the token that the kubelet keeps for a pod.
func (c *cluster) token(t *testing.T, pod *Pod) string {
	t.Helper()
	token, err := c.node.Projected(pod, "landbridge", "token")
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// alone starts a pod that has no bridge though its account is annotated: there is no webhook yet.
func (c *cluster) alone(t *testing.T) {
	t.Helper()
	c.call(t, http.MethodPost, "/api/v1/namespaces/analytics/serviceaccounts", map[string]any{
		"metadata": map[string]any{"name": "alone", "annotations": map[string]string{"landbridge.dev/provider": c.provider}},
	})
	spec := c.workload("alone")
	app := spec["containers"].([]any)[0].(map[string]any)
	app["image"], app["args"] = "localhost/pause:1", nil
	if _, err := c.node.CreatePod(t.Context(), "analytics", "alone", nil, spec); err != nil {
		t.Fatal(err)
	}
	if _, err := c.node.WaitPod(t.Context(), "analytics", "alone", (*Pod).Ready); err != nil {
		t.Fatal(err)
	}
}

// found checks that the webhook, which looks through the running pods, has found the one without a bridge.
func (c *cluster) found(t *testing.T) {
	var list struct{ Items []Pod }
	if err := c.control.Call(t.Context(), http.MethodGet, "/api/v1/namespaces/landbridge/pods", nil, &list); err != nil {
		t.Fatal(err)
	}
	for i := range list.Items {
		out, err := c.node.Log(&list.Items[i], "webhook")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out) {
			if strings.Contains(line, "a running pod has no bridge") && strings.Contains(line, "alone") {
				return
			}
		}
	}
	t.Errorf("the %d pods of the webhook have not found it", len(list.Items))
}
