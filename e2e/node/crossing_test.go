package node

import (
	"fmt"
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

// call calls the API server and must succeed.
func (c *cluster) call(t *testing.T, method, path string, in any) {
	t.Helper()
	if err := c.control.Call(t.Context(), method, path, in, nil); err != nil {
		t.Fatal(err)
	}
}

// namespace makes the namespace analytics, which admits restricted pods only, with the sandbox's authority and what the
// controller manager makes in every namespace.
func (c *cluster) namespace(t *testing.T) {
	t.Helper()
	c.call(t, http.MethodPost, "/api/v1/namespaces", map[string]any{"metadata": map[string]any{
		"name": "analytics", "labels": map[string]string{"pod-security.kubernetes.io/enforce": "restricted", "landbridge.dev/inject": "enabled"},
	}})
	for _, name := range []string{"kube-root-ca.crt", "sandbox-ca"} {
		c.call(t, http.MethodPost, "/api/v1/namespaces/analytics/configmaps", map[string]any{
			"metadata": map[string]string{"name": name}, "data": map[string]string{"ca.crt": c.CAPEM},
		})
	}
}

// account makes a service account with what a team sets on it.
func (c *cluster) account(t *testing.T, name string, annotations map[string]string) {
	t.Helper()
	c.call(t, http.MethodPost, "/api/v1/namespaces/analytics/serviceaccounts", map[string]any{
		"metadata": map[string]any{"name": name, "annotations": annotations},
	})
	c.Bind(t, c.Google.ProjectID, "roles/aiplatform.user", c.principal(name))
}

// workload is the pod of a team whose program calls Vertex every two seconds with a stock SDK. It knows nothing of Google's
// authentication: its variables say which model, and which authority is the sandbox's.
func (c *cluster) workload(account string) map[string]any {
	return map[string]any{
		"serviceAccountName": account,
		"securityContext":    map[string]any{"runAsUser": 12345},
		"hostAliases":        []any{map[string]any{"ip": Address, "hostnames": productionNames()}},
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

func productionNames() (names []string) {
	for _, line := range harness.ProductionHosts("") {
		names = append(names, strings.TrimSpace(line))
	}
	return names
}

// answers counts the answers that a pod's program printed, each of which must name the caller.
func (c *cluster) answers(t *testing.T, pod *Pod, caller string) int {
	t.Helper()
	out, err := c.node.Log(pod, "app")
	if err != nil {
		t.Fatal(err)
	}
	harness.CheckAnswers(t, out, "called by "+caller)
	return strings.Count(out, `"case":"genai"`)
}

func TestCrossing(t *testing.T) {
	c := startCluster(t)
	c.namespace(t)
	c.account(t, "report", nil)
	spec := c.workload("report")
	app := spec["containers"].([]any)[0].(map[string]any)
	app["env"] = append(app["env"].([]any), map[string]string{"name": "GOOGLE_APPLICATION_CREDENTIALS", "value": "/var/run/secrets/landbridge/credentials.json"},
		map[string]string{"name": "GOOGLE_CLOUD_PROJECT", "value": c.Google.ProjectID},
		map[string]string{"name": "GOOGLE_CLOUD_LOCATION", "value": "us-central1"})
	app["volumeMounts"] = append(app["volumeMounts"].([]any), map[string]any{"name": "landbridge", "mountPath": "/var/run/secrets/landbridge"})
	spec["volumes"] = append(spec["volumes"].([]any), map[string]any{"name": "landbridge", "projected": map[string]any{
		"defaultMode": 292, "sources": []any{
			map[string]any{"serviceAccountToken": map[string]any{"path": "token", "audience": "https://iam.googleapis.com/" + c.provider, "expirationSeconds": 7200}},
			map[string]any{"downwardAPI": map[string]any{"items": []any{map[string]any{"path": "credentials.json", "fieldRef": map[string]string{"fieldPath": "metadata.annotations['landbridge.dev/credentials']"}}}}},
		},
	}})
	file := fmt.Sprintf(`{"universe_domain":"googleapis.com","type":"external_account","audience":"//iam.googleapis.com/%s","subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"https://sts.googleapis.com/v1/token","credential_source":{"file":"/var/run/secrets/landbridge/token"}}`, c.provider)
	pod, err := c.node.CreatePod(t.Context(), "analytics", "report", map[string]string{"landbridge.dev/credentials": file}, spec)
	if err != nil {
		t.Fatal(err)
	}
	pod, err = c.node.WaitPod(t.Context(), "analytics", "report", func(p *Pod) bool { return c.answers(t, p, c.principal("report")) > 0 })
	if err != nil {
		t.Fatal(err)
	}
	before, err := c.node.Projected(pod, "landbridge", "token")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.node.RestartKubelet(); err != nil {
		t.Fatal(err)
	}
	var n int
	_, err = c.node.WaitPod(t.Context(), "analytics", "report", func(p *Pod) bool {
		now, err := c.node.Projected(pod, "landbridge", "token")
		if err != nil || now == before {
			return false
		}
		if n == 0 {
			n = c.answers(t, p, c.principal("report"))
			return false
		}
		return c.answers(t, p, c.principal("report")) > n+2
	})
	if err != nil {
		t.Fatal(err)
	}
}
