package node

import (
	"encoding/json"
	"net"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/kube"
	"github.com/landbridge/landbridge/e2e/parts"
)

// install installs the chart with the accounts of two teams and the job that watches the cluster's keys, and waits until all
// of it is ready. Nothing makes names and the addresses of Services work here, so that its pods are told what they need.
func (c *cluster) install(t *testing.T) {
	t.Helper()
	account := func(name, mode string) map[string]any {
		return map[string]any{
			"namespace": "analytics", "name": name, "mode": mode, "provider": c.provider, "project": c.Google.ProjectID, "location": c.Google.Location,
		}
	}
	server := net.JoinHostPort(Address, strconv.Itoa(c.control.Port))
	values, err := json.Marshal(map[string]any{
		"image": map[string]string{"repository": productImage, "tag": productTag, "pullPolicy": "Never"},
		"webhook": map[string]any{"env": []any{
			map[string]string{"name": "KUBERNETES_SERVICE_HOST", "value": Address},
			map[string]string{"name": "KUBERNETES_SERVICE_PORT", "value": strconv.Itoa(c.control.Port)},
		}},
		"jobs": map[string]any{"watch": map[string]any{
			"enabled": true, "every": "1s", "apiServer": "https://" + server, "setup": c.setup(),
			"hostAliases":    []any{hostAlias()},
			"serviceAccount": map[string]any{"annotations": map[string]string{"landbridge.dev/provider": c.provider}},
		}},
		"accounts": []any{account("report", "credentials"), account("trainer", "metadata")},
	})
	if err != nil {
		t.Fatal(err)
	}
	harness.Run(t, harness.Program{Args: []string{
		filepath.Join(harness.Part(t, parts.Helm), "helm"), "install", "landbridge", filepath.Join(parts.Root(), "charts/landbridge"),
		"--kubeconfig", c.kubeconfig, "--namespace", "landbridge", "--wait", "--timeout", "90s",
		"--values", c.Write(t, "values.yaml", string(values)),
	}})
	for _, name := range []string{"report", "trainer"} {
		c.Bind(t, c.Google.ProjectID, "roles/aiplatform.user", c.principal("analytics", name))
	}
	c.Bind(t, c.Google.ProjectID, "roles/iam.workloadIdentityPoolAdmin", c.principal("landbridge", "landbridge-watch"))
	c.Bind(t, c.Google.ProjectID, "roles/browser", c.principal("landbridge", "landbridge-watch"))
}

// setup is the section of landbridge.yaml that the job has: the cluster that it runs in.
func (c *cluster) setup() map[string]any {
	return map[string]any{
		"google": map[string]any{"project": c.Google.ProjectID, "project_number": c.Google.ProjectNumber, "operator": map[string]string{"kind": "adc"}},
		"clusters": []any{map[string]any{
			"name": "here", "issuer": kube.Issuer, "pool": "azure", "provider": "real-node", "upload_keys": true, "context": "in-cluster",
		}},
		"workloads": []any{map[string]any{
			"name":       "report",
			"kubernetes": map[string]any{"clusters": []string{"here"}, "namespace": "analytics", "service_account": "report"},
			"to_google":  map[string]any{"roles": []string{"roles/aiplatform.user"}},
		}},
	}
}

func hostAlias() map[string]any {
	return map[string]any{"ip": Address, "hostnames": harness.ProductionNames()}
}
