// Package clients runs the official client libraries of both clouds against the sandbox: through the metadata server of
// "landbridge exec" and through the credential file of "landbridge credentials write", as a service account and directly.
package clients

import (
	"path/filepath"
	"testing"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/parts"
)

// client is one language's client program.
type client struct {
	command []string
	env     []string
	google  []string // its cases
}

// both runs the Google cases in every way of delivery and in both modes.
func both(t *testing.T, s *harness.Sandbox, c client) {
	t.Helper()
	for _, mode := range []harness.Mode{harness.Impersonated, harness.Direct} {
		w := s.Workload(t, mode)
		command := append(c.command, c.google...)
		t.Run("metadata server/"+string(mode), func(t *testing.T) {
			w.CheckCaller(t, w.Exec(t, c.env, command...), c.google...)
		})
		t.Run("credential file/"+string(mode), func(t *testing.T) {
			w.CheckCaller(t, w.WithFile(t, c.env, command...), c.google...)
		})
	}
}

func goClient(t *testing.T) client {
	t.Helper()
	return client{command: []string{harness.GoClient(t)}, google: []string{"auth", "oauth2", "genai", "predict-grpc"}}
}

func pythonClient(t *testing.T) client {
	t.Helper()
	python := filepath.Join(harness.Part(t, parts.Python), "bin", "python")
	return client{
		command: []string{python, filepath.Join(parts.E2E(), "clients/python/client.py")},
		google:  []string{"auth", "genai", "predict-grpc", "predict-rest"},
	}
}

func nodeClient(t *testing.T) client {
	t.Helper()
	modules := filepath.Join(harness.Part(t, parts.Node), "node_modules")
	return client{
		command: []string{"node", filepath.Join(parts.E2E(), "clients/node/client.cjs")},
		env:     []string{"NODE_PATH=" + modules},
		google:  []string{"auth", "genai"},
	}
}

func TestGoGoogle(t *testing.T)     { both(t, harness.Start(t), goClient(t)) }
func TestPythonGoogle(t *testing.T) { both(t, harness.Start(t), pythonClient(t)) }
func TestNodeGoogle(t *testing.T)   { both(t, harness.Start(t), nodeClient(t)) }

func TestJavaGoogle(t *testing.T) {
	target := filepath.Join(harness.Part(t, parts.Java), "target")
	path := filepath.Join(target, "client-1.jar") + ":" + filepath.Join(target, "jars", "*")
	s := harness.Start(t)
	// Java reads no PEM file: the sandbox's CA goes into a trust store.
	store := filepath.Join(s.Dir, "trust.p12")
	harness.Run(t, harness.Program{Args: []string{
		"keytool", "-importcert", "-noprompt", "-alias", "sandbox", "-file", s.CAFile, "-keystore", store, "-storetype", "PKCS12", "-storepass", "sandbox",
	}})
	java := []string{"java", "-Djavax.net.ssl.trustStore=" + store, "-Djavax.net.ssl.trustStorePassword=sandbox", "-cp", path, "Client"}
	both(t, s, client{command: java, google: []string{"auth"}})
}

// TestPythonSandbox is the README's line: nothing is known but HOME and PATH.
func TestPythonSandbox(t *testing.T) {
	c := pythonClient(t)
	const program = `import google.auth, google.auth.transport.requests
credentials, project = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
credentials.refresh(google.auth.transport.requests.Request())
print(project, credentials.valid)`
	out := harness.Run(t, harness.Program{Args: []string{harness.Landbridge(t), "exec", "--sandbox", "--", c.command[0], "-c", program}})
	if want := "landbridge-demo True\n"; out != want {
		t.Errorf("the program printed %q, want %q", out, want)
	}
}

func TestGoAzure(t *testing.T)     { azure(t, goClient(t)) }
func TestPythonAzure(t *testing.T) { azure(t, pythonClient(t)) }
func TestNodeAzure(t *testing.T)   { azure(t, nodeClient(t)) }

// azure gets Entra tokens with the variables that AKS's webhook and App Service set.
func azure(t *testing.T, c client) {
	t.Helper()
	s := harness.Start(t)
	const exchange = "api://AzureADTokenExchange"
	t.Run("workload identity", func(t *testing.T) {
		env := append([]string{
			"AZURE_TENANT_ID=" + s.Azure.TenantID, "AZURE_CLIENT_ID=" + s.Azure.WorkloadClientID, "AZURE_AUTHORITY_HOST=" + s.Azure.AuthorityURL,
			"AZURE_FEDERATED_TOKEN_FILE=" + s.TokenFile(t, s.Azure.ClusterIssuer, exchange), "LB_AZURE_SCOPE=https://storage.azure.com/.default",
		}, c.env...)
		out := harness.Run(t, harness.Program{Args: append(c.command, "azure-workload"), Env: s.ClientEnv(env...)})
		harness.CheckAnswers(t, out, s.Azure.WorkloadObjectID, "azure-workload")
	})
	t.Run("app service", func(t *testing.T) {
		env := append([]string{
			"IDENTITY_ENDPOINT=" + s.Azure.IdentityEndpoint, "IDENTITY_HEADER=" + s.Azure.IdentityHeader,
			"AZURE_CLIENT_ID=" + s.Azure.WorkloadClientID, "LB_AZURE_SCOPE=" + exchange + "/.default",
		}, c.env...)
		out := harness.Run(t, harness.Program{Args: append(c.command, "azure-managed"), Env: s.ClientEnv(env...)})
		harness.CheckAnswers(t, out, s.Azure.WorkloadObjectID, "azure-managed")
	})
	// Go and Python know one address of IMDS only: the production stage has a sandbox there.
	if c.command[0] == "node" {
		t.Run("virtual machine", func(t *testing.T) {
			env := append([]string{"AZURE_POD_IDENTITY_AUTHORITY_HOST=" + s.Azure.IMDSURL, "LB_AZURE_SCOPE=" + exchange + "/.default"}, c.env...)
			out := harness.Run(t, harness.Program{Args: append(c.command, "azure-managed"), Env: s.ClientEnv(env...)})
			harness.CheckAnswers(t, out, s.Azure.VMObjectID, "azure-managed")
		})
	}
}
