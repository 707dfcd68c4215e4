// Package helm tests the chart: that it lints, what it renders, what it refuses, that a real API server takes all of it, and
// that the configuration in it is one that the product takes.
package helm

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/parts"
)

var update = flag.Bool("update", false, "write the golden files anew")

func chart() string { return filepath.Join(parts.Root(), "charts", "landbridge") }

// helm runs helm to its end, whatever that is.
func helm(t *testing.T, args ...string) harness.Result {
	t.Helper()
	return harness.Try(t, harness.Program{Args: append([]string{filepath.Join(harness.Part(t, parts.Helm), "helm")}, args...)})
}

// cases are the values files.
func cases(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.values.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no values: %v", err)
	}
	for i := range files {
		files[i] = strings.TrimSuffix(files[i], ".values.yaml")
	}
	return files
}

// template renders the chart with a case's values, and some that are set besides.
func template(t *testing.T, base string, set ...string) string {
	t.Helper()
	r := helm(t, append([]string{"template", "shop", chart(), "--namespace", "landbridge", "--values", base + ".values.yaml"}, set...)...)
	if r.Code != 0 {
		t.Fatal(r.Err)
	}
	return r.Out
}

func TestLint(t *testing.T) {
	t.Parallel()
	for _, base := range cases(t) {
		if r := helm(t, "lint", "--strict", "--values", base+".values.yaml", chart()); r.Code != 0 {
			t.Errorf("%s: %s%s", base, r.Out, r.Err)
		}
	}
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	for _, base := range cases(t) {
		t.Run(filepath.Base(base), func(t *testing.T) {
			t.Parallel()
			got := template(t, base)
			if *update {
				if err := os.WriteFile(base+".golden.yaml", []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(base + ".golden.yaml")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got (go test ./helm -update writes it anew):\n%s", diff)
			}
		})
	}
}

func TestRefusedValues(t *testing.T) {
	t.Parallel()
	const account = "accounts[0].namespace=a,accounts[0].name=b,accounts[0].provider="
	for set, want := range map[string]string{
		"webhok.replicas=2":                              "additional properties 'webhok' not allowed",
		"webhook.replica=2":                              "at '/webhook': additional properties 'replica' not allowed",
		"webhook.replicas=0":                             "at '/webhook/replicas': minimum: got 0, want 1",
		"webhook.failurePolicy=fail":                     "at '/webhook/failurePolicy': value must be one of 'Fail', 'Ignore'",
		"webhook.timeoutSeconds=31":                      "at '/webhook/timeoutSeconds': maximum: got 31, want 30",
		"webhook.reconcile=often":                        "at '/webhook/reconcile': 'often' does not match pattern",
		"webhook.certificate.mode=files":                 "at '/webhook/certificate/mode': value must be one of 'self', 'cert-manager'",
		"image.digest=latest":                            "at '/image/digest': 'latest' does not match pattern",
		"metadata.pullPolicy=Sometimes":                  "at '/metadata/pullPolicy': value must be one of",
		"metadata.resources.limits.memory=much":          "at '/metadata/resources/limits/memory': 'much' does not match pattern",
		"metadata.resources.limits.cpu=1":                "additional properties 'cpu' not allowed",
		"webhook.endpoints.entra=login":                  "at '/webhook/endpoints/entra': 'login' does not match pattern",
		"jobs.watch.enabled=true":                        "at '/jobs/watch/setup': missing property 'clusters'",
		"gateway.enabled=true":                           "at '/gateway/config': missing properties 'to_google', 'doors', 'policy'",
		"gateway.config.setup.name=a":                    "at '/gateway/config': additional properties 'setup' not allowed",
		"gateway.config.audit.file=a":                    "at '/gateway/config': additional properties 'audit' not allowed",
		"gateway.config.doors.admin.listen=a":            "at '/gateway/config/doors': additional properties 'admin' not allowed",
		"gateway.audit=/tmp/audit.jsonl":                 "at '/gateway/audit': '/tmp/audit.jsonl' does not match pattern",
		"gateway.tls.mode=files":                         "at '/gateway/tls/mode': value must be one of 'secret', 'cert-manager', 'plainHTTP'",
		"gateway.secrets[0].name=keys":                   "at '/gateway/secrets/0': missing property 'mountPath'",
		"gateway.drainSeconds=0":                         "at '/gateway/drainSeconds': minimum: got 0, want 1",
		"accounts[0].name=report":                        "at '/accounts/0': missing properties 'namespace', 'provider'",
		account + "projects/my-project/locations/global": "at '/accounts/0/provider': 'projects/my-project/locations/global' does not match pattern",
	} {
		t.Run(set, func(t *testing.T) {
			t.Parallel()
			r := helm(t, "template", "shop", chart(), "--set", set)
			if r.Code == 0 || !strings.Contains(r.Err, want) {
				t.Errorf("exit code %d, %q; want a refusal that says %q", r.Code, r.Err, want)
			}
		})
	}
}
