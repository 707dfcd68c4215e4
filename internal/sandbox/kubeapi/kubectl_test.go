package kubeapi_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"
)

// kubectl runs kubectl against the cluster aks-demo and gives what it printed on both outputs.
func (s *sandbox) kubectl(stdin string, args ...string) (string, error) {
	s.Helper()
	program, err := exec.LookPath("kubectl")
	if err != nil {
		s.Skip("kubectl is not installed, and no package registry has one of today")
	}
	common := []string{"--kubeconfig=/dev/null", "--server=" + s.server.URL + "/clusters/aks-demo", "--insecure-skip-tls-verify", "--token=" + s.secret.Reveal(), "--namespace=demo"}
	cmd := exec.CommandContext(background(s.T), program, append(common, args...)...)
	cmd.Env = []string{"HOME=" + s.TempDir()}
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestKubectl is a session that a person could type: each step with the beginning of what kubectl prints.
func TestKubectl(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, time.Now)
	const account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: applied\n  annotations:\n    landbridge.dev/mode: metadata\n"
	for _, step := range []struct {
		args, stdin string
		fails       bool
		want        string
	}{
		{"version", "", false, "Client Version"},
		{"api-resources -o name", "", false, "configmaps\nnamespaces\npods\nsecrets\nserviceaccounts\nmutatingwebhookconfigurations.admissionregistration.k8s.io\nselfsubjectaccessreviews.authorization.k8s.io"},
		{"get namespaces -o name", "", false, "namespace/default\nnamespace/demo\nnamespace/kube-node-lease\n"},
		{"create namespace shop", "", false, "namespace/shop created"},
		{"create namespace shop", "", true, `Error from server (AlreadyExists): namespaces "shop" already exists`},
		{"get serviceaccounts -n shop -o name", "", false, "serviceaccount/default"},
		{"create serviceaccount web -n shop", "", false, "serviceaccount/web created"},
		{"create token web -n shop", "", false, "ey"},
		{"annotate serviceaccount web -n shop landbridge.dev/mode=metadata", "", false, "serviceaccount/web annotated"},
		{"label namespace shop landbridge.dev/inject=enabled", "", false, "namespace/shop labeled"},
		{"get namespaces -l landbridge.dev/inject=enabled -o name", "", false, "namespace/shop\n"},
		{"get namespaces -l landbridge.dev/inject=(enabled -o name", "", true, "Error from server (BadRequest)"},
		{"apply -f -", account, false, "serviceaccount/applied created"},
		{"apply -f -", strings.Replace(account, "metadata\n  name", "metadata\n  name", 1), false, "serviceaccount/applied unchanged"},
		{"apply -f -", strings.Replace(account, "mode: metadata", "mode: credentials", 1), false, "serviceaccount/applied configured"},
		{"apply --server-side --field-manager=team -f -", account, true, "error: Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using v1 at 2"},
		{"apply --server-side --field-manager=team --force-conflicts -f -", account, false, "serviceaccount/applied serverside-applied"},
		{"apply --server-side --dry-run=server -f -", strings.Replace(account, "name: applied", "name: dry", 1), false, "serviceaccount/dry serverside-applied (server dry run)"},
		{"get serviceaccount dry", "", true, `Error from server (NotFound): serviceaccounts "dry" not found`},
		{"apply -f -", account + "wrong: true\n", true, `Error from server (BadRequest)`},
		{"create configmap settings --from-literal=a=b", "", false, "configmap/settings created"},
		{"create secret generic token --from-literal=a=b", "", false, "secret/token created"},
		{"get secret token -o jsonpath={.data.a}/{.type}", "", false, "Yg==/Opaque"},
		{"get configmap settings -o jsonpath={.data.a}", "", false, "b"},
		{"run web --image=x --restart=Never", "", false, "pod/web created"},
		{"get pods", "", false, "NAME"},
		{"auth can-i create serviceaccounts/token", "", false, "yes"},
		{"get --raw /openid/v1/jwks", "", false, `{"keys":[`},
		{"delete pod web --now", "", false, `pod "web" deleted`},
		{"delete serviceaccount applied", "", false, `serviceaccount "applied" deleted`},
		{"create token applied", "", true, `error: failed to create token: serviceaccounts "applied" not found`},
		{"delete namespace shop", "", false, "Warning: deleting cluster-scoped resources, not scoped to the provided namespace\nnamespace \"shop\" deleted"},
		{"create serviceaccount web -n shop", "", true, `error: failed to create serviceaccount: namespaces "shop" not found`},
		{"get deployments", "", true, `error: the server doesn't have a resource type "deployments"`},
	} {
		out, err := s.kubectl(step.stdin, strings.Fields(step.args)...)
		if (err != nil) != step.fails || !strings.HasPrefix(out, step.want) {
			t.Errorf("kubectl %s: %v\n%s", step.args, err, out)
		}
	}
}
