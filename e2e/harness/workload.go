package harness

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// Workload is work on a pod of the sandbox's cluster: its configuration, and how to start programs in it.
type Workload struct {
	*Sandbox
	Config string // landbridge.yaml
	Caller string // who calls, in Vertex's words
}

// Mode is how a workload appears on Google's side.
type Mode string

// The modes.
const (
	Impersonated Mode = "impersonated" // as a service account
	Direct       Mode = "direct"       // as its own principal
)

// Workload makes a workload of the sandbox's own cluster.
func (s *Sandbox) Workload(t testing.TB, mode Mode) *Workload {
	t.Helper()
	token := s.TokenFile(t, s.Azure.ClusterIssuer, s.Google.TokenAudience)
	if mode == Direct {
		return s.workload(t, string(mode), s.Google.Provider, "", token, s.Google.DirectPrincipal)
	}
	return s.workload(t, string(mode), s.Google.Provider, s.Google.ServiceAccount, token, s.Google.ServiceAccount+" for "+s.Google.DirectPrincipal)
}

// WorkloadWith makes a workload with a provider and a token file of the test's own, and direct access.
func (s *Sandbox) WorkloadWith(t testing.TB, provider, token string) *Workload {
	t.Helper()
	return s.workload(t, filepath.Base(token), provider, "", token, "")
}

func (s *Sandbox) workload(t testing.TB, name, provider, account, token, caller string) *Workload {
	t.Helper()
	records := filepath.Join(s.Dir, "audit-"+name+".jsonl")
	t.Cleanup(func() { logFile(t, records) })
	if account != "" {
		account = "\n  service_account: " + account
	}
	config := fmt.Sprintf(`version: 1
to_google:
  provider: %s%s
  project: %s
  location: %s
  source: {kind: file, file: %s}
  endpoints: {sts: %s, iam_credentials: %s, aiplatform: %s}
tls: {ca_file: %s}
audit: {file: %s}
`, provider, account, s.Google.ProjectID, s.Google.Location, token, s.HTTPS, s.HTTPS, s.HTTPS, s.CAFile, records)
	return &Workload{Sandbox: s, Config: s.Write(t, "landbridge-"+name+".yaml", config), Caller: caller}
}

// ClientEnv is what the client programs ask for and every way of delivery leaves open.
func (s *Sandbox) ClientEnv(more ...string) []string {
	return append([]string{
		"LB_MODEL=" + s.Google.Model, "LB_ENDPOINT_ID=" + s.Google.EndpointID, "LB_GRPC=" + strings.TrimPrefix(s.HTTPS, "https://"),
		"SSL_CERT_FILE=" + s.CAFile, "REQUESTS_CA_BUNDLE=" + s.CAFile, "NODE_EXTRA_CA_CERTS=" + s.CAFile, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=" + s.CAFile,
	}, more...)
}

// Exec runs a client program under "landbridge exec": with the metadata server.
func (w *Workload) Exec(t testing.TB, env []string, client ...string) string {
	t.Helper()
	args := append([]string{Landbridge(t), "exec", "--config", w.Config, "--"}, client...)
	return Run(t, Program{Args: args, Env: w.ClientEnv(env...), Dir: w.Dir})
}

// WithFile runs a client program with the credential file that "landbridge credentials write" makes.
func (w *Workload) WithFile(t testing.TB, env []string, client ...string) string {
	t.Helper()
	file := w.Write(t, "credentials.json", Run(t, Program{Args: []string{Landbridge(t), "credentials", "write", "--config", w.Config}, Dir: w.Dir}))
	env = append(env,
		"GOOGLE_APPLICATION_CREDENTIALS="+file, "GOOGLE_CLOUD_PROJECT="+w.Google.ProjectID, "GOOGLE_CLOUD_LOCATION="+w.Google.Location,
		"GOOGLE_VERTEX_BASE_URL="+w.HTTPS)
	return Run(t, Program{Args: client, Env: w.ClientEnv(env...), Dir: w.Dir})
}

// answer is one line of a client program.
type answer struct{ Case, Answer string }

// CheckCaller checks that a client program answered every case, and that in each answer Vertex names the caller.
func (w *Workload) CheckCaller(t testing.TB, out string, cases ...string) {
	t.Helper()
	CheckAnswers(t, out, "called by "+w.Caller, cases...)
}

// CheckAnswers checks that a client program answered every case, and that each answer, of other cases too, says what is
// wanted.
func CheckAnswers(t testing.TB, out, want string, cases ...string) {
	t.Helper()
	each := map[string]string{}
	for _, a := range answers(out) {
		each[a.Case] = want
	}
	for _, name := range cases {
		each[name] = want
	}
	CheckEach(t, out, each)
}

// answers are those that a client program printed, a line each, among the lines of its libraries.
func answers(out string) []answer {
	var all []answer
	for line := range strings.Lines(out) {
		var a answer
		if json.Unmarshal([]byte(line), &a) == nil {
			all = append(all, a)
		}
	}
	return all
}

// CheckEach checks that a client program answered these cases and no others, and what each answer says.
func CheckEach(t testing.TB, out string, want map[string]string) {
	t.Helper()
	seen := map[string]bool{}
	for _, a := range answers(out) {
		text, asked := want[a.Case]
		seen[a.Case] = true
		if !asked || !strings.Contains(a.Answer, text) {
			t.Errorf("%s: the answer does not say %q: %s", a.Case, text, a.Answer)
		}
	}
	for name := range want {
		if !seen[name] {
			t.Errorf("%s: no answer", name)
		}
	}
}
