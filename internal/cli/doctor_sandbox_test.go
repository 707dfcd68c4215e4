package cli_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestDoctorStaysInTheSandbox: with --sandbox nobody outside is asked for keys, also not for those of Entra and Google, whose
// issuers have the names of production there.
func TestDoctorStaysInTheSandbox(t *testing.T) {
	t.Parallel()
	w := wired{startClouds(t), documented(t)}
	_, stderr := w.setup(7, "setup", "plan")
	w.holds(stderr, "next: landbridge setup apply --sandbox --config "+w.file)
	w.setup(0, "setup", "apply")
	for _, workload := range []string{"reports", "training"} {
		stdout, _ := w.setup(0, "doctor", "--workload", workload)
		if strings.Contains(stdout, "\n? ") || strings.Contains(stdout, "warning") {
			t.Errorf("a step was not looked at:\n%s", stdout)
		}
		w.holds(stdout, "ok  credential ", "ok  issuer ", "it crosses, as ")
	}
}

// TestDoctorLeavesAGoodTokenAlone: where the token has the provider's own name and the provider does not take it, another token
// is no help.
func TestDoctorLeavesAGoodTokenAlone(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	c.admin(http.MethodPost, "/provoke", map[string]string{"code": "LB4036"})
	code, stdout, _ := c.run("doctor", "--sandbox")
	if code != 4 || !strings.Contains(stdout, "mend it:   gcloud iam workload-identity-pools providers update-oidc aks-cluster ") || !strings.Contains(stdout, "leaves its own name out") || strings.Contains(stdout, "kubectl create token") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
}

// TestVerifyNamesWhatIsMissingOnce: a workload of two clusters lacks one permission, and not the same one twice.
func TestVerifyNamesWhatIsMissingOnce(t *testing.T) {
	t.Parallel()
	w := wired{startClouds(t), documented(t)}
	w.setup(0, "setup", "apply")
	for _, pool := range []string{"azure", "azure-two"} {
		w.admin(http.MethodDelete, "/bindings", map[string]string{
			"resource": "landbridge-empty", "role": "projects/landbridge-empty/roles/landbridge_example.chat",
			"member": "principal://iam.googleapis.com/projects/209458209458/locations/global/workloadIdentityPools/" + pool + "/subject/system:serviceaccount:demo:chat",
		})
	}
	stdout, _ := w.setup(7, "setup", "verify")
	w.holds(stdout, "! chat: vertex: crosses, and may not aiplatform.endpoints.predict in landbridge-empty\n")
}

// TestDoctorBeforeSetup: what is not there yet is no riddle, and neither is a project that is not there at all.
func TestDoctorBeforeSetup(t *testing.T) {
	t.Parallel()
	w := wired{startClouds(t), documented(t)}
	stdout, _ := w.setup(7, "doctor", "--workload", "reports")
	w.holds(stdout, "is not there yet\n", "cause:     set-up has not made it yet, or somebody took it away\n", "mend it:   landbridge setup apply\n")
	stdout, _ = w.setup(2, "doctor", "--workload", "chat", "--set", "setup.google.project=landbridge-typo")
	w.holds(stdout, "there is no such project, or you may not see it", "mend it:   gcloud projects describe landbridge-typo\n")
}
