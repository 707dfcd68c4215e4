package render_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
	"github.com/landbridge/landbridge/internal/setup/render"
)

func desire(t *testing.T, s setup.Spec) render.Input {
	t.Helper()
	resources, err := setup.Desire(s)
	if err != nil {
		t.Fatal(err)
	}
	return render.Input{Setup: s.Name, Spec: s, Resources: resources}
}

func script(t *testing.T, in render.Input) string {
	t.Helper()
	var out bytes.Buffer
	if err := render.Script(&out, in); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// stage is a folder with the stubs on its PATH and their world in it.
type stage struct{ dir string }

// again is a stage on which a script has run already; the folder is a copy.
func (s stage) again(t *testing.T) stage {
	t.Helper()
	fresh := newStage(t)
	data, err := os.ReadFile(filepath.Join(s.dir, "world"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(fresh.dir, "world"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	return fresh
}

func newStage(t *testing.T) stage {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"gcloud", "az", "kubectl", "curl"} {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return stage{dir}
}

// run runs a script and returns what it said.
func (s stage) run(t *testing.T, text string, env ...string) (string, error) {
	t.Helper()
	_ = os.Remove(filepath.Join(s.dir, "changes"))
	path := filepath.Join(s.dir, "script.sh")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", path)
	cmd.Env = append([]string{"PATH=" + s.dir + ":/usr/bin:/bin", "RENDER_WORLD=" + s.dir, "LANDBRIDGE_PAUSE=0.01", "TMPDIR=" + s.dir}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (s stage) must(t *testing.T, text string, env ...string) {
	t.Helper()
	if out, err := s.run(t, text, env...); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// change edits the world between two runs.
func (s stage) change(t *testing.T, edit func(*world)) {
	t.Helper()
	w := load(s.dir)
	edit(w)
	if err := w.save("by the test"); err != nil {
		t.Fatal(err)
	}
}

func TestScriptMakesWhatApplyMakes(t *testing.T) {
	t.Parallel()
	in := desire(t, example())
	text, s := script(t, in), newStage(t)
	s.change(t, func(w *world) {
		w.Refusals = map[string]int{"add-iam-policy-binding": 2, "federated-credential create": 1, "exchange": 2, "impersonate": 1}
	})
	s.must(t, text)
	sameState(t, load(s.dir), "shop", in.Resources)
	if left := load(s.dir).Refusals["exchange"]; left != 0 {
		t.Errorf("the script ended before an account crossed: %d refusals left", left)
	}

	for name, test := range map[string]func(*testing.T, render.Input, string, stage){
		"changes nothing that is right": changesNothing, "heals what differs": heals, "leaves others' things": leaves,
		"refuses another region": refusesRegion, "says who does not cross": saysWhoDoesNotCross,
	} {
		again := s.again(t)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, in, text, again)
		})
	}
}

func changesNothing(t *testing.T, _ render.Input, text string, s stage) {
	s.must(t, text)
	if c := changes(t, s.dir); len(c) > 0 {
		t.Errorf("the second run changed what was right already:\n%s", strings.Join(c, "\n"))
	}
}

func heals(t *testing.T, in render.Input, text string, s stage) {
	pool := "principal://iam.googleapis.com/projects/" + number("shop-prod") + "/locations/global/workloadIdentityPools/azure/subject/"
	others := []binding{
		{Role: "roles/owner", Member: "user:boss@example.com"},
		{Role: "roles/viewer", Member: pool + "conditional", Condition: "weekdays"},
	}
	s.change(t, func(w *world) {
		w.Things["provider/shop-prod/azure/aks-prod"].Text["attributeCondition"] = "true"
		w.Things["provider/shop-prod/azure/aks-prod"].Text["state"] = "DELETED"
		w.Things["provider/shop-prod/azure/entra"].List["oidc.allowedAudiences"] = []string{"somebody"}
		w.Things["provider/shop-prod/azure/aks-staging"].List["oidc.allowedAudiences"] = []string{"a", "b"}
		w.Things["provider/shop-prod/azure/aks-staging"].Text["oidc.jwksJson"] = `{"keys":[]}`
		w.Things["pool/shop-prod/dark"].Text["state"] = "DELETED"
		w.Things["pool/shop-prod/edge"].Text["disabled"] = "true"
		w.Things["role/shop-ml/landbridge_shop.api"].Text["deleted"] = "true"
		w.Things["role/shop-prod/landbridge_shop.api"].List["includedPermissions"] = []string{"aiplatform.endpoints.predict"}
		w.Things["account/trainer@shop-prod.iam.gserviceaccount.com"].Text["disabled"] = "true"
		w.Things["kube/edge/serviceaccount/batch/runner"].Map["annotations"][estate.AnnotationServiceAccount] = "old@example.com"
		for key, thing := range w.Things {
			if strings.HasPrefix(key, "credential/") {
				thing.Text["subject"] = "wrong"
			}
		}
		w.Policies["project/shop-prod"] = append(w.Policies["project/shop-prod"], append(others, binding{Role: "roles/editor", Member: pool + "gone"})...)
	})
	s.must(t, text, "LANDBRIDGE_WAIT=0")
	w := load(s.dir)
	for _, b := range others {
		found := false
		for i, have := range w.Policies["project/shop-prod"] {
			if have == b {
				found = true
				w.Policies["project/shop-prod"] = append(w.Policies["project/shop-prod"][:i:i], w.Policies["project/shop-prod"][i+1:]...)
				break
			}
		}
		if !found {
			t.Errorf("%v is not ours and is gone", b)
		}
	}
	sameState(t, w, "shop", in.Resources)
}

func leaves(t *testing.T, _ render.Input, text string, s stage) {
	pool := "principal://iam.googleapis.com/projects/" + number("shop-prod") + "/locations/global/workloadIdentityPools/azure/subject/"
	foreign := binding{Role: "roles/editor", Member: pool + "somebody"}
	s.change(t, func(w *world) {
		// The pool and the account were made by hand: their descriptions stay, and grants of the pool's others do too.
		w.Things["pool/shop-prod/azure"].Text["description"] = "made by hand"
		w.Policies["project/shop-prod"] = append(w.Policies["project/shop-prod"], foreign)
		w.Things["kube/prod-admin/serviceaccount/shop/api"].Map["labels"] = map[string]string{"team": "shop"}
	})
	s.must(t, text, "LANDBRIDGE_WAIT=0")
	w := load(s.dir)
	if got := w.Things["pool/shop-prod/azure"].Text["description"]; got != "made by hand" {
		t.Errorf("the description became %q", got)
	}
	if got := fmt.Sprint(w.Policies["project/shop-prod"]); !strings.Contains(got, foreign.Member) {
		t.Errorf("a grant in a pool that is not ours is gone: %s", got)
	}
	labels := w.Things["kube/prod-admin/serviceaccount/shop/api"].Map["labels"]
	if labels[estate.MarkKey] != "" || labels[estate.JoinKey] != "shop" || labels["team"] != "shop" {
		t.Errorf("labels of an account that was there before: %v", labels)
	}
}

func saysWhoDoesNotCross(t *testing.T, _ render.Input, text string, s stage) {
	s.change(t, func(w *world) { w.Refusals = map[string]int{"exchange": 1 << 30} })
	out, err := s.run(t, text, "LANDBRIDGE_WAIT=1")
	exit, ok := err.(*exec.ExitError) //nolint:errorlint // Wait returns it as it is
	if !ok || exit.ExitCode() != 4 {
		t.Errorf("got %v, want exit code 4\n%s", err, out)
	}
	if want := "batch/runner does not cross after 1 s. Set-up is in place; look for the cause with: landbridge doctor"; !strings.Contains(out, want) {
		t.Errorf("it did not say %q:\n%s", want, out)
	}
}

func refusesRegion(t *testing.T, _ render.Input, text string, s stage) {
	s.change(t, func(w *world) { w.Things["identity/"+subscription+"/shop/id-vm"].Text["location"] = "northeurope" })
	out, err := s.run(t, text, "LANDBRIDGE_WAIT=0")
	if want := "identity id-vm is in northeurope and not in westeurope, which cannot be changed"; err == nil || !strings.Contains(out, want) {
		t.Errorf("got %v, want %q\n%s", err, want, out)
	}
}
