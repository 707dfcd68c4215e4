package kube_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/kube"
)

// The current context is the one at the first call, of the file that is named or of kubectl's own.
func TestCurrent(t *testing.T) {
	t.Parallel()
	file, _ := sandboxKubeconfig(t, "aks", "other")
	text := string(read(t, file))
	without := writeFile(t, "without", strings.Replace(text, "current-context: aks\n", "", 1))
	for name, tc := range map[string]struct{ file, kubeconfig string }{
		"a file":        {file: file},
		"kubectl's own": {kubeconfig: file},
	} {
		c := kube.Current(kube.Options{Clock: time.Now, Env: func(key string) string { return map[string]string{"KUBECONFIG": tc.kubeconfig}[key] }}, tc.file)
		if _, version, err := c.Secret("demo", "none").Load(t.Context()); err != nil || version != "" {
			t.Errorf("%s: %q %v", name, version, err)
		}
	}
	o := kube.Options{Clock: time.Now, Env: noEnv}
	_, _, err := kube.Current(o, without).Secret("demo", "none").Load(t.Context())
	wantError(t, err, bridge.Usage, "context_not_found", without+" has no current context", "kubectl config use-context NAME", "its contexts are aks, other")
	_, _, err = kube.Current(o, writeFile(t, "empty", "{}")).Secret("demo", "none").Load(t.Context())
	wantError(t, err, bridge.Usage, "context_not_found", "has no current context", "az aks get-credentials")
	gone := writeFile(t, "gone", strings.Replace(text, "current-context: aks\n", "current-context: gone\n", 1))
	_, _, err = kube.Current(o, gone).Secret("demo", "none").Load(t.Context())
	wantError(t, err, bridge.Usage, "context_not_found", `has no context "gone"`)
	reach := kubeconfig(t, answering(t, http.StatusInternalServerError, failing(http.StatusInternalServerError, "InternalError", "boom")), `{"token":"t"}`)
	current := writeFile(t, "current", strings.Replace(string(read(t, reach.Kubeconfig)), `{"`, `{"current-context":"`+reach.Context+`","`, 1))
	_, _, err = kube.Current(o, current).Secret("demo", "none").Load(t.Context())
	wantError(t, err, bridge.Unreachable, "unavailable", "the cluster of the current context: boom")
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
