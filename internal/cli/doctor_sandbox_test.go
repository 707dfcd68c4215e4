package cli_test

import (
	"strings"
	"testing"
)

// TestDoctorStaysInTheSandbox: with --sandbox nobody outside is asked for keys, also not for those of Entra and Google, whose
// issuers have the names of production there.
func TestDoctorStaysInTheSandbox(t *testing.T) {
	t.Parallel()
	w := wired{startClouds(t), documented(t)}
	w.setup(0, "setup", "apply")
	for _, workload := range []string{"reports", "training"} {
		stdout, _ := w.setup(0, "doctor", "--workload", workload)
		if strings.Contains(stdout, "\n? ") || strings.Contains(stdout, "warning") {
			t.Errorf("a step was not looked at:\n%s", stdout)
		}
		w.holds(stdout, "ok  credential ", "ok  issuer ", "it crosses, as ")
	}
}
