package helm

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/kube"
	"github.com/landbridge/landbridge/e2e/parts"
)

// server is a real API server, and the tools of an administrator of it.
type server struct{ config string }

func startServer(t *testing.T) *server {
	t.Helper()
	control, stop, err := kube.Start(t.Context(), kube.In(harness.Part(t, parts.Kube)), t.TempDir(), harness.Logs(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	config, err := control.Kubeconfig(t.TempDir(), kube.Administrator)
	if err != nil {
		t.Fatal(err)
	}
	return &server{config}
}

func (s *server) kubectl(t *testing.T, stdin string, args ...string) harness.Result {
	t.Helper()
	program := filepath.Join(harness.Part(t, parts.KubeNode), "kubectl")
	return harness.Try(t, harness.Program{Args: append([]string{program, "--kubeconfig", s.config}, args...), Stdin: stdin})
}

// must runs kubectl, which must succeed without a warning, and returns what it printed.
func (s *server) must(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	r := s.kubectl(t, stdin, args...)
	if r.Code != 0 || strings.Contains(r.Err, "Warning") {
		t.Fatalf("kubectl %s: exit code %d: %s", strings.Join(args, " "), r.Code, r.Err)
	}
	return r.Out
}

// helm runs helm, which must succeed, and returns what it printed.
func (s *server) helm(t *testing.T, args ...string) string {
	t.Helper()
	r := helm(t, append(args, "--kubeconfig", s.config, "--namespace", "landbridge")...)
	if r.Code != 0 {
		t.Fatalf("helm %s: %s", args[0], r.Err)
	}
	return r.Out
}

// namespaces are those of the cases. The chart's own admits restricted pods only, and says so of a Deployment's.
const namespaces = `
apiVersion: v1
kind: Namespace
metadata:
  name: landbridge
  labels: {pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/warn: restricted}
---
apiVersion: v1
kind: Namespace
metadata: {name: analytics}
`

func TestServerTakesIt(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	crds, err := os.ReadFile("testdata/crds.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s.must(t, string(crds), "apply", "--server-side", "-f", "-")
	s.must(t, "", "wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
	s.must(t, namespaces, "apply", "--server-side", "-f", "-")
	for _, base := range cases(t) {
		t.Run(filepath.Base(base), func(t *testing.T) {
			s.must(t, template(t, base), "apply", "--server-side", "-f", "-", "--dry-run=server")
		})
	}
	t.Run("a release", func(t *testing.T) { release(t, s) })
	t.Run("a gateway", func(t *testing.T) { gateway(t, s) })
	for _, file := range rendered(t, "manifests*.yaml") {
		t.Run("rendered "+filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range namespace.FindAllStringSubmatch(string(text), -1) { // those that set-up asks for
				s.must(t, "apiVersion: v1\nkind: Namespace\nmetadata: {name: "+m[1]+"}\n", "apply", "--server-side", "-f", "-")
			}
			s.must(t, string(text), "apply", "--server-side", "--field-manager", "landbridge-setup", "-f", "-", "--dry-run=server")
		})
	}
}

// namespace finds the namespaces in rendered manifests.
var namespace = regexp.MustCompile(`(?m)^kind: Namespace\nmetadata:\n  name: (\S+)$`)

// rendered are golden files of "landbridge setup render".
func rendered(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(parts.Root(), "internal/setup/render/testdata", pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files %s: %v", pattern, err)
	}
	return files
}

// What "setup render --format helm-values" writes is what the chart takes.
func TestRenderedValues(t *testing.T) {
	t.Parallel()
	for _, file := range rendered(t, "helm-values*.yaml") {
		r := helm(t, "template", "landbridge", chart(), "--namespace", "landbridge", "--values", file)
		if r.Code != 0 || !strings.Contains(r.Out, "landbridge.dev/provider: ") {
			t.Errorf("%s: exit code %d: %s", filepath.Base(file), r.Code, r.Err)
		}
	}
}

// release installs the chart, upgrades it, and removes it.
func release(t *testing.T, s *server) {
	notes := s.helm(t, "install", "shop", chart(), "--values", "testdata/all.values.yaml")
	for _, want := range []string{"kubectl label namespace analytics landbridge.dev/inject=enabled", "With failurePolicy Ignore"} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes do not say %q:\n%s", want, notes)
		}
	}
	// What the webhook writes by itself: an upgrade must leave it alone.
	const configuration, certificate = "mutatingwebhookconfiguration/shop-landbridge-webhook", "secret/shop-landbridge-webhook-certificate"
	s.must(t, "", "patch", configuration, "--type=json", `--patch=[{"op":"add","path":"/webhooks/0/clientConfig/caBundle","value":"`+bundle(t)+`"}]`)
	s.must(t, "", "patch", "--namespace", "landbridge", certificate, `--patch={"data":{"tls.crt":"AAAA"}}`)
	s.helm(t, "upgrade", "shop", chart(), "--values", "testdata/all.values.yaml", "--set", "webhook.timeoutSeconds=7")
	if got := s.must(t, "", "get", configuration, "--output=jsonpath={.webhooks[0].timeoutSeconds} {.webhooks[0].clientConfig.caBundle}"); got != "7 "+bundle(t) {
		t.Errorf("after an upgrade the configuration has timeout and caBundle %q", got)
	}
	if got := s.must(t, "", "get", "--namespace", "landbridge", certificate, "--output=jsonpath={.data}"); got != `{"tls.crt":"AAAA"}` {
		t.Errorf("after an upgrade the Secret has %s", got)
	}
	s.uninstall(t, "shop")
}

// uninstall removes a release, which must leave nothing behind.
func (s *server) uninstall(t *testing.T, name string) {
	t.Helper()
	s.helm(t, "uninstall", name)
	const kinds = "deployments,services,configmaps,secrets,serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings," +
		"poddisruptionbudgets,horizontalpodautoscalers,networkpolicies,servicemonitors,certificates,mutatingwebhookconfigurations"
	if left := s.must(t, "", "get", kinds, "--all-namespaces", "--selector=app.kubernetes.io/instance="+name, "--output=name"); left != "" {
		t.Errorf("after its end the release leaves %s", left)
	}
}

// bundle is some certificate, as a caBundle.
func bundle(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(text)
}

// configMap finds the product's configuration in rendered manifests.
var configMap = regexp.MustCompile(`(?m)^  landbridge\.yaml: \|\n((?:    .*\n|\n)+)`)

func TestConfigurationIsTheProducts(t *testing.T) {
	t.Parallel()
	for _, base := range cases(t) {
		t.Run(filepath.Base(base), func(t *testing.T) {
			t.Parallel()
			checkConfigurations(t, template(t, base))
		})
	}
}

// checkConfigurations asks the product about the configurations in rendered manifests.
func checkConfigurations(t *testing.T, manifests string) {
	t.Helper()
	for _, file := range configurations(t, manifests) {
		r := harness.Try(t, harness.Program{Args: []string{harness.Landbridge(t), "config", "check", "--config", file}})
		if r.Code != 0 {
			t.Error(r.Err)
		}
	}
}

// configurations writes those of rendered manifests into files.
func configurations(t *testing.T, manifests string) (files []string) {
	t.Helper()
	for _, m := range configMap.FindAllStringSubmatch(manifests, -1) {
		file := filepath.Join(t.TempDir(), "landbridge.yaml")
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(m[1], "\n    ", "\n")[4:]), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}
