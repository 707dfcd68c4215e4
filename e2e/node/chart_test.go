package node

import (
	"encoding/json"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/parts"
)

// install installs the chart with the accounts of two teams, and waits until its webhook is ready. Nothing makes the
// addresses of Services work here, so that its pods are told where the API server is.
func (c *cluster) install(t *testing.T) {
	t.Helper()
	account := func(name, mode string) map[string]any {
		return map[string]any{
			"namespace": "analytics", "name": name, "mode": mode, "provider": c.provider, "project": c.Google.ProjectID, "location": c.Google.Location,
		}
	}
	values, err := json.Marshal(map[string]any{
		"image": map[string]string{"repository": productImage, "tag": productTag, "pullPolicy": "Never"},
		"webhook": map[string]any{"env": []any{
			map[string]string{"name": "KUBERNETES_SERVICE_HOST", "value": Address},
			map[string]string{"name": "KUBERNETES_SERVICE_PORT", "value": strconv.Itoa(c.control.Port)},
		}},
		"accounts": []any{account("report", "credentials"), account("trainer", "metadata")},
	})
	if err != nil {
		t.Fatal(err)
	}
	harness.Run(t, harness.Program{Args: []string{
		filepath.Join(harness.Part(t, parts.Helm), "helm"), "install", "landbridge", filepath.Join(parts.Root(), "charts/landbridge"),
		"--kubeconfig", c.kubeconfig, "--namespace", "landbridge", "--create-namespace", "--wait", "--timeout", "90s",
		"--values", c.Write(t, "values.yaml", string(values)),
	}})
	for _, name := range []string{"report", "trainer"} {
		c.Bind(t, c.Google.ProjectID, "roles/aiplatform.user", c.principal(name))
	}
}
