package kube

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/parts"
)

// cluster is a control plane whose service accounts the sandbox's Google trusts, by uploaded keys and under a condition.
type cluster struct {
	*harness.Sandbox
	control  *Control
	provider map[string]any
	name     string // of the provider
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	control, stop, err := Start(t.Context(), In(harness.Part(t, parts.Kube)), t.TempDir(), harness.Logs(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	keys, err := control.JWKS(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{Sandbox: harness.Start(t), control: control}
	c.name = fmt.Sprintf("projects/%s/locations/global/workloadIdentityPools/azure/providers/real-cluster", c.Google.ProjectNumber)
	c.provider = map[string]any{
		"name":               c.name,
		"attributeMapping":   map[string]string{"google.subject": "assertion.sub"},
		"attributeCondition": "assertion['kubernetes.io']['namespace'] == 'analytics'",
		"oidc":               map[string]any{"issuerUri": Issuer, "jwksJson": keys},
	}
	c.PutProvider(t, "azure", "real-cluster", c.provider)
	for _, namespace := range []string{"analytics", "elsewhere"} {
		if err := control.CreateServiceAccount(t.Context(), namespace, "report"); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// token asks the API server for a token and writes it where a kubelet would.
func (c *cluster) token(t *testing.T, namespace string) (token, path string) {
	t.Helper()
	token, err := c.control.Token(t.Context(), namespace, "report", "https://iam.googleapis.com/"+c.name)
	if err != nil {
		t.Fatal(err)
	}
	return token, c.Write(t, "token-"+namespace, token)
}

func TestRealCluster(t *testing.T) {
	c := startCluster(t)
	principal := fmt.Sprintf("principal://iam.googleapis.com/projects/%s/locations/global/workloadIdentityPools/azure/subject/system:serviceaccount:analytics:report", c.Google.ProjectNumber)
	c.Bind(t, c.Google.ProjectID, "roles/aiplatform.user", principal)
	token, path := c.token(t, "analytics")
	w := c.WorkloadWith(t, c.name, path)
	w.Caller = principal

	t.Run("the provider explains the token", func(t *testing.T) {
		provider, err := json.Marshal(c.provider)
		if err != nil {
			t.Fatal(err)
		}
		out := harness.Run(t, harness.Program{
			Args:  []string{harness.Landbridge(t), "trust", "explain", "--provider", c.Write(t, "provider.json", string(provider)), "--token", "-"},
			Stdin: token,
		})
		if !strings.Contains(out, principal) || strings.Contains(out, token) {
			t.Errorf("the explanation does not name %s, or shows the token", principal)
		}
	})
	t.Run("a token", func(t *testing.T) {
		var lease struct{ Principal string }
		out := harness.Run(t, harness.Program{Args: []string{harness.Landbridge(t), "token", "--config", w.Config, "--output", "json"}, Dir: w.Dir})
		if err := json.Unmarshal([]byte(out), &lease); err != nil || lease.Principal != principal {
			t.Errorf("principal = %q, %v; want %q", lease.Principal, err, principal)
		}
	})
	t.Run("an answer of Vertex", func(t *testing.T) {
		cases := []string{"genai", "predict-grpc"}
		w.CheckCaller(t, w.Exec(t, nil, append([]string{harness.GoClient(t)}, cases...)...), cases...)
	})
	t.Run("another namespace is refused", func(t *testing.T) {
		_, path := c.token(t, "elsewhere")
		refused := c.WorkloadWith(t, c.name, path)
		r := harness.Try(t, harness.Program{Args: []string{harness.Landbridge(t), "token", "--config", refused.Config}, Dir: w.Dir})
		if r.Code != 4 || r.Out != "" {
			t.Errorf("exit code = %d with %d bytes on standard output, want 4: refused by a cloud", r.Code, len(r.Out))
		}
		if want := "The given credential is rejected by the attribute condition."; !strings.Contains(r.Err, want) {
			t.Errorf("the refusal does not say %q", want)
		}
	})
}
