package cli_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/app"
)

// wired is one set-up's life in one sandbox.
type wired struct {
	*clouds
	file string
}

// setup runs a command of set-up and holds it to its exit code.
func (w wired) setup(code int, args ...string) (stdout, stderr string) {
	w.t.Helper()
	got, stdout, stderr := w.run(append(args, "--sandbox", "--config", w.file)...)
	if got != code {
		w.t.Fatalf("%s ends with %d, want %d\n%s%s", strings.Join(args, " "), got, code, stdout, stderr)
	}
	if tokenShape.MatchString(stdout + stderr) {
		w.t.Errorf("%s prints a token", strings.Join(args, " "))
	}
	return stdout, stderr
}

func (w wired) holds(text string, wants ...string) {
	w.t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			w.t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// TestOneFileWiresBothClouds is the life of the documented example: from an empty sandbox to a crossing, over a change by
// somebody else's hand and its healing, to nothing, and back again.
func TestOneFileWiresBothClouds(t *testing.T) {
	t.Parallel()
	w := wired{startClouds(t), documented(t)}
	empty := w.written()

	stdout, _ := w.setup(7, "setup", "plan")
	w.holds(stdout, "+ create pool/azure ", "18 to create, 10 to change, 3 as they shall be")
	w.same(empty, "a plan changes nothing")

	stdout, stderr := w.setup(0, "setup", "apply")
	w.holds(stdout, "28 steps done", "ok  chat crosses", "ok  reports crosses", "ok  training crosses", "batch-vm was not tried")
	w.holds(stderr, "create pool/azure: done (", "(28 of 28)", "chat: crosses")
	made := w.written()

	stdout, _ = w.setup(0, "setup", "plan")
	w.holds(stdout, "nothing to do: all 31 things are as they shall be")
	stdout, _ = w.setup(0, "setup", "verify")
	w.holds(stdout, "chat: crosses as principal://iam.googleapis.com/projects/209458209458/", "reports: crosses as reports@landbridge-empty.iam.gserviceaccount.com")
	stdout, _ = w.setup(0, "setup", "apply")
	w.holds(stdout, "nothing was changed")
	w.same(made, "an apply of what is there already")

	w.conditionChanges()
	w.same(made, "an apply after a changed condition")
	w.grantAppears()
	w.same(made, "an apply after a grant by hand")

	w.destroyed(empty, made)

	stdout, _ = w.setup(0, "setup", "apply")
	w.holds(stdout, "^ undelete pool/azure", "6 to undelete", "ok  chat crosses", "ok  training crosses")
	w.same(made, "an apply after destroy")
	w.setup(0, "setup", "verify")
}

// same compares what is written in both clouds.
func (w wired) same(want []string, after string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.written()); diff != "" {
		w.t.Errorf("%s: (-want +got):\n%s", after, diff)
	}
}

// conditionChanges: verify sees a condition that somebody changed, doctor names it with the command that mends it, which does.
func (w wired) conditionChanges() {
	w.t.Helper()
	const other, wanted = "assertion.sub == 'somebody else'", "assertion.sub in ['system:serviceaccount:demo:chat']"
	w.admin(http.MethodPatch, "/pools/"+w.profile.Google.EmptyProjectNumber+"~azure/providers/aks-one", map[string]any{"attributeCondition": other})

	stdout, stderr := w.setup(7, "setup", "verify")
	w.holds(stdout, "~ update provider/azure/aks-one  (chat)\n      attribute_condition: "+other+" -> "+wanted, "! chat: sts: google sts refused the assertion: unauthorized_client: The given credential is rejected by the attribute condition.", "  reports: crosses")
	w.holds(stderr, "the clouds are not as the file says: 1 to change", "landbridge setup apply mends it")

	stdout, _ = w.setup(4, "doctor", "--workload", "chat", "--output", "json")
	var reports []app.DoctorReport
	if err := json.Unmarshal([]byte(stdout), &reports); err != nil || len(reports) == 0 {
		w.t.Fatalf("%v in %s", err, stdout)
	}
	f := reports[0].Fault
	if f == nil || f.Code != "LB4046" || f.Command != "landbridge setup apply" || !strings.Contains(f.Drift, "condition: wanted "+wanted+", found "+other) {
		w.t.Errorf("doctor finds %+v", f)
	}
	if d := reports[0].Drift; len(d) != 1 || d[0].Field != "condition" || d[0].Wanted != wanted || d[0].Found != other {
		w.t.Errorf("doctor sees the drift %+v", d)
	}
	stdout, _ = w.setup(4, "doctor", "--workload", "chat")
	w.holds(stdout, "LB4046  ", "drift: condition is "+other+", the file wants "+wanted, "mend it:   landbridge setup apply")

	stdout, _ = w.setup(0, "setup", "apply")
	w.holds(stdout, "1 step done", "ok  chat crosses")
	w.setup(0, "setup", "verify")
}

// grantAppears: a role that somebody gave to a principal of ours is taken away, after a yes.
func (w wired) grantAppears() {
	w.t.Helper()
	project, token := w.profile.HTTP+"/v1/projects/"+w.profile.Google.EmptyProjectID, w.operator("google-operator")
	member := "principal://iam.googleapis.com/projects/" + w.profile.Google.EmptyProjectNumber + "/locations/global/workloadIdentityPools/azure/subject/system:serviceaccount:demo:chat"
	policy := w.post(project+":getIamPolicy", token, struct{}{})
	policy["bindings"] = append(list(policy, "bindings"), map[string]any{"role": "roles/viewer", "members": []string{member}})
	w.post(project+":setIamPolicy", token, map[string]any{"policy": policy})

	stdout, _ := w.setup(7, "setup", "plan")
	w.holds(stdout, "grants: - roles/viewer to "+member)
	w.setup(7, "setup", "verify")
	stdout, _ = w.setup(0, "setup", "apply", "--yes")
	w.holds(stdout, "ok  chat crosses")
}

// destroyed: destroy shows, does nothing without a yes, and then leaves what was there before, and what Google keeps for a month.
func (w wired) destroyed(empty, made []string) {
	w.t.Helper()
	stdout, stderr := w.setup(2, "setup", "destroy")
	w.holds(stdout, "- remove pool/azure", "21 to remove, 7 left as they are")
	w.holds(stderr, "this removes things, and nobody is there to ask", "add --yes")
	w.same(made, "destroy without a yes")

	stdout, _ = w.setup(0, "setup", "destroy", "--yes")
	w.holds(stdout, "- remove pool/azure", "21 steps done")
	stays := func(line string) bool { // what destroy says that it leaves, and what Google keeps
		return strings.HasPrefix(line, "cluster ") || strings.HasPrefix(line, "service ")
	}
	kept := func(line string) bool {
		return strings.Contains(line, `"state":"DELETED"`) || strings.HasPrefix(line, "role ") && strings.Contains(line, `"deleted":true`)
	}
	before := slices.DeleteFunc(slices.Clone(empty), stays)
	after := slices.DeleteFunc(w.written(), func(line string) bool { return stays(line) || kept(line) })
	if diff := cmp.Diff(before, after); diff != "" {
		w.t.Errorf("after destroy (-empty +got):\n%s", diff)
	}
	stdout, _ = w.setup(0, "setup", "destroy", "--yes")
	w.holds(stdout, "nothing was changed")
}

// TestRevoke: the levers with their windows are shown first; after a yes one workload is stopped, and no other.
func TestRevoke(t *testing.T) {
	t.Parallel()
	w := wired{startClouds(t), documented(t)}
	w.setup(0, "setup", "apply", "--quiet")
	made := w.written()
	stdout, stderr := w.setup(2, "revoke", "chat")
	w.holds(stdout, "- remove grants/project/landbridge-empty", "about 90 seconds, 7 minutes at worst", "2 hours at worst", "take the workload chat out of")
	w.holds(stderr, "add --yes")
	w.same(made, "revoke without a yes")
	w.setup(0, "revoke", "chat", "--yes")
	stdout, _ = w.setup(7, "setup", "verify")
	w.holds(stdout, "! chat: sts: ", "reports: crosses", "training: crosses")
	for _, name := range []string{"reports", "training"} {
		stdout, _ = w.setup(0, "revoke", name, "--yes")
		w.holds(stdout, "done")
	}
	stdout, _ = w.setup(7, "setup", "verify")
	w.holds(stdout, "! chat: ", "! reports: ", "! training: ")
	w.setup(0, "setup", "apply", "--yes")
	w.same(made, "an apply after three revocations")
}
