package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/app"
)

// weights is the dataset's one object of several chunks, corrected the one that changed two days ago.
const (
	weights   = "fraud/models/fraud.safetensors"
	corrected = "fraud/features/part-0003.csv"
)

// TestDatasetJourney is the journey of the README, command by command: see, copy, damage, verify, repair, restore, know.
func TestDatasetJourney(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	c.say(0, "backup", "ls").has(t, "landbridgedemo", "blobs-daily", "fresh", "soft-deleted")

	dry := c.say(0, "dataset", "sync", "fraud", "--dry-run")
	dry.has(t, "create", "models/fraud.safetensors", "estimated egress: 2.2 MiB", "nothing was done: this was a dry run")
	c.say(0, "dataset", "ls").has(t, "never")
	c.say(0, "jobs", "ls").has(t, "there are no runs")

	c.say(0, "dataset", "sync", "fraud").has(t, "fraud: 9 objects, 2.2 MiB; copied 9, 2.2 MiB", "signed")
	good, now := c.object(weights), c.object(corrected)
	c.say(0, "dataset", "verify", "fraud").has(t, "9 objects, 2.2 MiB verified, by metadata")

	c.damage(weights, 1_500_000)
	c.say(0, "dataset", "verify", "fraud").lacks(t, "rotten") // the store does not know of its rot
	c.say(6, "dataset", "verify", "fraud", "--deep").has(t, "rotten", "models/fraud.safetensors", "chunks 1", "1 of 3 chunks", "1 damaged object in fraud", "next: landbridge dataset repair fraud")
	c.say(0, "dataset", "repair", "fraud").has(t, "1 object mended, 1.0 MiB came from the source", ".landbridge/evidence/")
	if !bytes.Equal(c.object(weights), good) {
		t.Error("the mended object has other bytes than the first copy")
	}
	c.say(0, "dataset", "verify", "fraud", "--deep").has(t, "verified, every byte")

	c.say(0, "dataset", "restore", "fraud", "--at", "72h").has(t, "read from versions, nothing was restored", "measured:", "the bytes were 3d old")
	old := c.object(corrected)
	if bytes.Equal(old, now) || len(old) == 0 {
		t.Error("the state of three days ago is that of today")
	}
	c.say(0, "dataset", "verify", "fraud", "--deep")
	c.say(0, "dataset", "lineage", "fraud").has(t, "restore", "repair", "sync", "source blob://landbridgedemo/training/")
	c.say(0, "dataset", "sync", "fraud").has(t, "copied 1,")
	if !bytes.Equal(c.object(corrected), now) {
		t.Error("the sync after a restore has not brought back the state of now")
	}
	c.say(0, "dataset", "sync", "fraud").has(t, "copied 0,")
	c.say(0, "jobs", "ls", "--act", "restore").has(t, "restore", "done")
	c.audited(t)
}

// audited looks for the runs in the audit log, and for what must be nowhere.
func (c *clouds) audited(t *testing.T) {
	t.Helper()
	log, err := os.ReadFile(filepath.Join(c.home(), "audit.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range []string{"sync", "verify", "repair", "restore"} {
		if !bytes.Contains(log, []byte(`"act":"`+act+`"`)) {
			t.Errorf("the audit log has no %s", act)
		}
	}
	if tokenShape.Match(log) {
		t.Error("a token is in the audit log")
	}
}

// TestDatasetFromVault restores by a recovery point of a vault, and drills: operation, then job, then bytes.
func TestDatasetFromVault(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	c.admin("POST", "/faults", map[string]any{"api": "graph", "status": 403})
	c.say(0, "backup", "ls").has(t, "landbridgedemo", "note: each vault was asked, since Resource Graph did not answer: ")
	c.admin("DELETE", "/faults/graph", nil)
	c.say(0, "dataset", "sync", "fraud")
	now := c.object(corrected)
	refused := c.say(2, "dataset", "restore", "fraud", "--recovery-point", "nope")
	refused.has(t, "landbridgedemo has no recovery point nope", "nearest are --recovery-point ")
	point := regexp.MustCompile(`--recovery-point (\S+)`).FindStringSubmatch(refused.stderr)[1]

	c.say(0, "dataset", "restore", "fraud", "--recovery-point", point).has(t, "recovery point "+point, "restored by Azure Backup, and cleaned up")
	if bytes.Equal(c.object(corrected), now) {
		t.Error("the recovery point has the state of now")
	}
	c.say(0, "dataset", "verify", "fraud", "--deep")
	c.say(0, "dataset", "lineage", "fraud").has(t, point)

	c.say(0, "dataset", "drill", "fraud", "--sample", "3").has(t, "3 objects of", "verified by every byte and removed again", "measured:")
	c.say(0, "dataset", "verify", "fraud", "--deep")
}

// TestLineageOfUnseen shows what the configuration names and Vertex AI does not know as what its name says that it is.
func TestLineageOfUnseen(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	names := [2]string{"projects/p/locations/europe-west4/datasets/77", "projects/p/locations/europe-west4/models/78"}
	config := c.datasets("      rpo: 24h\n", "      rpo: 24h\n      vertex: ["+names[0]+", "+names[1]+"]\n")
	c.say(0, "dataset", "sync", "fraud", config)
	c.say(0, "dataset", "lineage", "fraud", config).has(t, "vertex dataset "+names[0], "model "+names[1])
}

// TestDatasetJSON reads what programs read of each command.
func TestDatasetJSON(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	ask := func(code int, args ...string) said { return c.say(code, append(args, "--output", "json")...) }
	report := decode[app.BackupReport](t, ask(0, "backup", "ls"))
	if len(report.Items) == 0 || len(report.Datasets) != 1 || report.Datasets[0].Dataset != "fraud" {
		t.Errorf("backup ls: %+v", report)
	}
	plan := decode[struct {
		Dataset string
		Items   []struct{ Action, Name string }
	}](t, ask(0, "dataset", "sync", "fraud", "--dry-run"))
	if len(plan.Items) != 9 || plan.Items[0].Action != "create" {
		t.Errorf("dry run: %+v", plan)
	}
	run := decode[app.Run](t, ask(0, "dataset", "sync", "fraud"))
	if run.State != "done" || run.Totals.Objects != 9 {
		t.Errorf("sync: %+v", run)
	}
	c.damage(weights, 1)
	if run := decode[app.Run](t, ask(6, "dataset", "verify", "fraud", "--deep")); run.Totals.Damaged != 1 || !strings.Contains(string(run.Result), `"rotten"`) {
		t.Errorf("verify: %+v", run)
	}
	if run := decode[app.Run](t, ask(0, "dataset", "repair", "fraud")); !strings.Contains(compact(run.Result), `"crossed":1048576`) {
		t.Errorf("repair: %s", run.Result)
	}
	if run := decode[app.Run](t, ask(0, "dataset", "restore", "fraud", "--at", "72h")); !strings.Contains(compact(run.Result), `"way":"in-place"`) {
		t.Errorf("restore: %s", run.Result)
	}
	if l := decode[app.Lineage](t, ask(0, "dataset", "lineage", "fraud")); l.Dataset != "fraud" || len(l.Tree) == 0 {
		t.Errorf("lineage: %+v", l)
	}
	list := decode[struct{ Datasets []app.DatasetState }](t, ask(0, "dataset", "ls"))
	if len(list.Datasets) != 1 || list.Datasets[0].Objects != 9 || list.Datasets[0].Manifest == "" {
		t.Errorf("dataset ls: %+v", list)
	}
	jobs := decode[struct{ Runs []app.Run }](t, ask(0, "jobs", "ls"))
	if len(jobs.Runs) != 4 {
		t.Errorf("jobs ls: %d runs, want 4", len(jobs.Runs))
	}
	if one := decode[app.Run](t, ask(0, "jobs", "show", run.ID)); one.ID != run.ID || one.Act != "sync" {
		t.Errorf("jobs show: %+v", one)
	}
	id := decode[struct{ Run string }](t, ask(0, "dataset", "sync", "fraud", "--detach")).Run
	if state := decode[struct{ Run, State string }](t, ask(0, "jobs", "cancel", id)); state.Run != id || state.State != "cancelled" {
		t.Errorf("jobs cancel: %+v", state)
	}
}

func compact(text []byte) string { return strings.NewReplacer(" ", "", "\n", "").Replace(string(text)) }
