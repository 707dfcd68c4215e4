package kube

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/parts"
)

// TestRoom runs the tests of the room kube, which the sandbox passes, against a real kube-apiserver: what holds for the one
// holds for the other.
func TestRoom(t *testing.T) {
	control, stop, err := Start(t.Context(), In(harness.Part(t, parts.Kube)), t.TempDir(), harness.Logs(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	kubeconfig, err := control.Kubeconfig(t.TempDir(), Administrator)
	if err != nil {
		t.Fatal(err)
	}
	suite := filepath.Join(t.TempDir(), "kube.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", suite, "./internal/kube")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if r := harness.Try(t, harness.Program{
		Args: []string{suite, "-test.run=TestForbidden|.*/real"}, Dir: t.TempDir(), Env: []string{"LANDBRIDGE_TEST_KUBECONFIG=" + kubeconfig},
	}); r.Code != 0 {
		t.Errorf("%s", r.Out)
	}
}
