package helm

import (
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/e2e/harness"
)

// What would start and not work is refused with the next step.
func TestRefusedGateway(t *testing.T) {
	t.Parallel()
	const door = "gateway.config.doors.gateway."
	for set, want := range map[string]string{
		door + "listen=127.0.0.1:80":                        door + "listen is the chart's: remove it; gateway.tls says how the gateway serves",
		door + "cert_file=a.pem":                            door + "cert_file is the chart's: remove it",
		door + "plain_http=true":                            door + "plain_http is the chart's: remove it",
		door + "loopback=app":                               door + "loopback: no program calls from the gateway's own pod; remove it",
		door + "tokens.key_file=":                           door + "tokens.key_file is missing: a token that one replica hands out opens no other; kubectl create secret generic NAME",
		"gateway.tls.secretName=":                           "gateway.tls.secretName is missing: name a Secret of type kubernetes.io/tls",
		"gateway.tls.mode=cert-manager":                     "gateway.tls.certManager.issuerRef is missing: name an issuer whose authority the callers trust",
		"gateway.secrets[0].mountPath=/etc/landbridge/keys": "gateway.secrets: /etc/landbridge/keys is the chart's: write another mountPath",
	} {
		t.Run(set, func(t *testing.T) {
			t.Parallel()
			r := helm(t, "template", "shop", chart(), "--values", "testdata/gateway.values.yaml", "--set", set)
			if r.Code == 0 || !strings.Contains(r.Err, want) {
				t.Errorf("exit code %d, %q; want a refusal that says %q", r.Code, r.Err, want)
			}
		})
	}
}

var checksum = regexp.MustCompile(`checksum/config: \w+`)

// Running pods take over rules by themselves; a pod made anew would cut its streams.
func TestWhatMakesNewPods(t *testing.T) {
	t.Parallel()
	pods := func(set ...string) string {
		return checksum.FindString(gatewayManifest(t, "testdata/gateway-all", "deployment", set...))
	}
	before := pods()
	for set, anew := range map[string]bool{
		"policy.rules[1].name=other":                     false,
		"policy.prices[0].input_per_million=1":           false,
		"guard.profiles[0].injection.canary=false":       false,
		"doors.gateway.callers[0].name=other":            false,
		"policy.quotas.slice_percent=10":                 true,
		"to_google.project=other-project":                true,
		"doors.gateway.idle_timeout=1m":                  true,
		"telemetry.sample_percent=100":                   true,
		"doors.gateway.revoked_file=/etc/other/revoked":  true,
		"policy.quotas.dsn_file=/etc/landbridge-keys/db": true,
	} {
		t.Run(set, func(t *testing.T) {
			t.Parallel()
			if after := pods("--set-string", "gateway.config."+set); (after != before) != anew {
				t.Errorf("pods are made anew: %t, want %t", !anew, anew)
			}
		})
	}
}

// yamlBlock finds values in the chart's README.
var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

func TestReadme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(chart(), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := yamlBlock.FindAllSubmatch(text, -1)
	if len(blocks) != 1 {
		t.Fatalf("%d blocks of values", len(blocks))
	}
	base := filepath.Join(t.TempDir(), "readme")
	if err := os.WriteFile(base+".values.yaml", blocks[0][1], 0o600); err != nil {
		t.Fatal(err)
	}
	checkConfigurations(t, gatewayManifest(t, base, "config"))
}

// gatewayManifest renders one template of the gateway.
func gatewayManifest(t *testing.T, base, name string, set ...string) string {
	t.Helper()
	return template(t, base, append(set, "--show-only", "templates/gateway-"+name+".yaml")...)
}

// The gateway starts with what is rendered, answers its probes, and lets nobody in without a token.
func TestGatewayServes(t *testing.T) {
	t.Parallel()
	files := configurations(t, gatewayManifest(t, "testdata/gateway", "config"))
	if len(files) != 1 {
		t.Fatalf("%d configurations", len(files))
	}
	keys := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(keys, []byte(base64.StdEncoding.EncodeToString(make([]byte, 32))), 0o600); err != nil {
		t.Fatal(err)
	}
	door, admin := freeAddress(t), freeAddress(t)
	args := []string{harness.Landbridge(t), "serve", "--config", files[0]}
	for _, here := range []string{"listen=" + door, "cert_file=", "key_file=", "tokens.key_file=" + keys} {
		args = append(args, "--set", "doors.gateway."+here)
	}
	args = append(args, "--set", "doors.admin.listen="+admin)
	harness.Background(t, harness.Program{Args: args}, func() error { return answers("http://"+admin+"/healthz", http.StatusOK) })
	for url, status := range map[string]int{"http://" + admin + "/readyz": http.StatusOK, "http://" + door + "/v1/models": http.StatusUnauthorized} {
		if err := answers(url, status); err != nil {
			t.Error(err)
		}
	}
}

func answers(url string, status int) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != status {
		return fmt.Errorf("%s answers %d, want %d", url, resp.StatusCode, status)
	}
	return nil
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// gateway installs the gateway, changes its policy, and removes it.
func gateway(t *testing.T, s *server) {
	values := []string{"vertex", chart(), "--values", "testdata/gateway.values.yaml", "--set", "webhook.enabled=false"}
	notes := s.helm(t, append([]string{"install"}, values...)...)
	for _, want := range []string{
		"https://vertex-landbridge-gateway.landbridge.svc/v1 ",
		"aks-prod/SUBJECT  //iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/azure/providers/aks-prod or api://",
		`"token_url": "https://vertex-landbridge-gateway.landbridge.svc/v1/token"`,
		"Each replica counts quotas alone",
	} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes do not say %q:\n%s", want, notes)
		}
	}
	// The README's way to the configuration, for those who check it before they change it.
	manifest := gatewayManifest(t, "testdata/gateway", "config")
	config := s.must(t, manifest, "create", "--dry-run=client", "--filename", "-", "--output", `jsonpath={.data.landbridge\.yaml}`)
	if want, err := os.ReadFile(configurations(t, manifest)[0]); err != nil || config != string(want) {
		t.Errorf("the configuration is %q, want %q (%v)", config, want, err)
	}
	generation := func() string {
		return s.must(t, "", "get", "--namespace", "landbridge", "deployment/vertex-landbridge-gateway", "--output=jsonpath={.metadata.generation}")
	}
	before := generation()
	s.helm(t, append([]string{"upgrade"}, append(values, "--set", "gateway.config.policy.rules[0].models={google/gemini-2.5-flash}")...)...)
	if after := generation(); after != before {
		t.Errorf("a change of policy makes generation %s of the Deployment from %s", after, before)
	}
	s.uninstall(t, "vertex")
}
