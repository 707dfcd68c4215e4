// Package production runs what users get, unchanged, where production's addresses lead to the sandbox: stock
// configuration, stock client libraries, no test hook.
//
// The package's tests run in a space of their own: the only interface is loopback, production's names are in its hosts
// file, and a certificate authority that lives as long as the sandbox is trusted.
package production

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/parts"
	"github.com/landbridge/landbridge/e2e/space"
)

// metadata is where both clouds have their metadata server.
const metadata = "169.254.169.254"

// outside says why the tests could not enter their space.
var outside error

func TestMain(m *testing.M) {
	flag.Parse()
	s := space.Space{
		Hosts:     append(harness.ProductionHosts("127.0.0.1"), metadata+" metadata.google.internal"),
		Addresses: [][4]byte{{169, 254, 169, 254}},
	}
	os.Exit(s.Main(m, func(ctx context.Context) error { return harness.Prepare(ctx, parts.Python, parts.Node) }, &outside))
}

// enter starts a sandbox on production's addresses; extra are more of them.
func enter(t *testing.T, extra ...string) *harness.Sandbox {
	t.Helper()
	if outside != nil {
		harness.Skip(t, outside.Error())
	}
	return harness.StartOn(t, extra...)
}

// trust makes every client trust the sandbox's authority, as a machine's administrator would.
func trust(s *harness.Sandbox) []string {
	return []string{
		"SSL_CERT_FILE=" + s.CAFile, "REQUESTS_CA_BUNDLE=" + s.CAFile, "NODE_EXTRA_CA_CERTS=" + s.CAFile,
		"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=" + s.CAFile, "LB_MODEL=" + s.Google.Model, "LB_ENDPOINT_ID=" + s.Google.EndpointID,
	}
}

// client is a client program of one language, its own variables and its cases.
type client struct {
	name    string
	command []string
	env     []string
	cases   []string
}

func clients(t *testing.T) []client {
	t.Helper()
	e2e := parts.E2E()
	return []client{
		{name: "go", command: []string{harness.GoClient(t)}, cases: []string{"auth", "oauth2", "genai", "predict-grpc"}},
		{
			name:    "python",
			command: []string{filepath.Join(harness.Part(t, parts.Python), "bin/python"), filepath.Join(e2e, "clients/python/client.py")},
			cases:   []string{"auth", "genai", "predict-grpc"},
		},
		{
			name: "node", command: []string{"node", filepath.Join(e2e, "clients/node/client.cjs")},
			env: []string{"NODE_PATH=" + filepath.Join(harness.Part(t, parts.Node), "node_modules")}, cases: []string{"auth", "genai"},
		},
	}
}

// runAll runs every client and checks the caller.
func runAll(t *testing.T, env []string, caller string) {
	t.Helper()
	for _, c := range clients(t) {
		t.Run(c.name, func(t *testing.T) {
			out := harness.Run(t, harness.Program{Args: append(c.command, c.cases...), Env: append(c.env, env...)})
			harness.CheckAnswers(t, out, "called by "+caller, c.cases...)
		})
	}
}

// config is a landbridge.yaml as it stands in production.
func config(t *testing.T, s *harness.Sandbox, provider, source, more string) string {
	t.Helper()
	return s.Write(t, "landbridge.yaml", fmt.Sprintf(`version: 1
to_google:
  provider: %s
  service_account: %s
  project: %s
  location: %s
  source: %s
%s`, provider, s.Google.ServiceAccount, s.Google.ProjectID, s.Google.Location, source, more))
}

// A pod on AKS: its cluster's issuer is trusted, a credential file lies beside it.
func TestPod(t *testing.T) {
	s := enter(t)
	token := s.TokenFile(t, s.Azure.ProductionIssuer, "https://iam.googleapis.com/"+s.Google.ProductionProvider)
	file := config(t, s, s.Google.ProductionProvider, "{kind: file, file: "+token+"}", "")
	caller := s.Google.ServiceAccount + " for " + s.Google.DirectPrincipal

	t.Run("a token", func(t *testing.T) {
		out := harness.Run(t, harness.Program{Args: []string{harness.Landbridge(t), "token", "--config", file}, Env: trust(s)})
		if out == "" {
			t.Error("no token")
		}
	})
	t.Run("credential file", func(t *testing.T) {
		written := harness.Run(t, harness.Program{Args: []string{harness.Landbridge(t), "credentials", "write", "--config", file}})
		runAll(t, append(trust(s),
			"GOOGLE_APPLICATION_CREDENTIALS="+s.Write(t, "credentials.json", written),
			"GOOGLE_CLOUD_PROJECT="+s.Google.ProjectID, "GOOGLE_CLOUD_LOCATION="+s.Google.Location), caller)
	})
}

// A pod with Azure Workload Identity: the variables that its webhook sets are all there is, the source is detected, and the
// assertion goes through Entra.
func TestWorkloadIdentity(t *testing.T) {
	s := enter(t)
	webhook := append(trust(s),
		"AZURE_TENANT_ID="+s.Azure.TenantID, "AZURE_CLIENT_ID="+s.Azure.WorkloadClientID, "AZURE_AUTHORITY_HOST=https://login.microsoftonline.com/",
		"AZURE_FEDERATED_TOKEN_FILE="+s.TokenFile(t, s.Azure.ProductionIssuer, "api://AzureADTokenExchange"))
	file := config(t, s, s.Google.EntraProvider, "{kind: auto}", "")
	caller := fmt.Sprintf("%s for principal://iam.googleapis.com/projects/%s/locations/global/workloadIdentityPools/azure/subject/%s",
		s.Google.ServiceAccount, s.Google.ProjectNumber, s.Azure.WorkloadObjectID)
	command := []string{harness.Landbridge(t), "exec", "--config", file, "--", harness.GoClient(t), "genai"}
	harness.CheckAnswers(t, harness.Run(t, harness.Program{Args: command, Env: webhook}), "called by "+caller, "genai")
}

// A virtual machine: its managed identity is known to the metadata service of Azure, on the address that it has.
func TestVirtualMachine(t *testing.T) {
	s := enter(t, metadata+":80")
	file := config(t, s, s.Google.EntraProvider, "{kind: imds}", "")
	t.Run("a token", func(t *testing.T) {
		harness.Run(t, harness.Program{Args: []string{harness.Landbridge(t), "token", "--config", file}, Env: trust(s)})
	})
	managed(t, s)
}

// The metadata server on the stock address: Google's clients find it by themselves, Azure's go through it.
func TestMetadataAddress(t *testing.T) {
	s := enter(t)
	token := s.TokenFile(t, s.Azure.ProductionIssuer, "https://iam.googleapis.com/"+s.Google.ProductionProvider)
	doors := fmt.Sprintf("doors:\n  metadata: {listen: %q, azure_imds: %q}\n", metadata+":80", s.HTTP)
	file := config(t, s, s.Google.ProductionProvider, "{kind: file, file: "+token+"}", doors)
	harness.Background(t, harness.Program{Args: []string{harness.Landbridge(t), "serve", "--config", file}, Env: trust(s)}, answers)

	runAll(t, append(trust(s), "GOOGLE_CLOUD_PROJECT="+s.Google.ProjectID, "GOOGLE_CLOUD_LOCATION="+s.Google.Location),
		s.Google.ServiceAccount+" for "+s.Google.DirectPrincipal)
	managed(t, s)
}

func answers() error {
	resp, err := http.Get("http://" + metadata + "/")
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// managed gets tokens of the machine's identity with Azure's clients.
func managed(t *testing.T, s *harness.Sandbox) {
	t.Helper()
	for _, c := range clients(t) {
		t.Run("azure/"+c.name, func(t *testing.T) {
			env := append(trust(s), "LB_AZURE_SCOPE=api://AzureADTokenExchange/.default")
			out := harness.Run(t, harness.Program{Args: append(c.command, "azure-managed"), Env: append(c.env, env...)})
			harness.CheckAnswers(t, out, s.Azure.VMObjectID, "azure-managed")
		})
	}
}
